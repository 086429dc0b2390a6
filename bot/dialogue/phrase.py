"""Puts a turn into words: picks the text that fits the world, fills its placeholders, lists its buttons."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from bot.apple import Report, Service
from bot.dialogue.book import PLACEHOLDER, Book
from bot.dialogue.hours import zone_of
from bot.dialogue.vocabulary import facts, verdict, watched
from bot.model import Conversation, Language, Tried, World

STATUS_PAGES: Mapping[Language, str] = {
    "ja": "https://www.apple.com/jp/support/systemstatus/",
    "en": "https://www.apple.com/support/systemstatus/",
}
"""Apple's public System Status pages, for people (checked against Apple's own links, 2026)."""


class Scene:
    """What there is to talk about: the book, where the conversation stands, and the outside."""

    def __init__(self, book: Book, conversation: Conversation, world: World) -> None:
        """Look at the conversation in this world; a scene never changes."""
        self.book = book
        self.conversation = conversation
        self.world = world
        self.flow = book.flows[conversation.place.flow]
        self.state = self.flow.states[conversation.place.state]
        self._reports: tuple[Report, ...] | None = None
        self._facts: frozenset[str] | None = None

    @property
    def reports(self) -> tuple[Report, ...]:
        """Apple's reports on the services that this flow depends on."""
        if self._reports is None:
            self._reports = watched(self.world.board(self.conversation.language), self.flow.watches)
        return self._reports

    @property
    def is_check_in(self) -> bool:
        """Whether this is the question how it went, which we ask of our own accord."""
        check_in = self.flow.check_in
        return check_in is not None and self.state.place in (check_in.solved, check_in.unfinished)

    def holds(self, guards: tuple[str, ...]) -> bool:
        """Say whether one of the guards holds; no guards always hold."""
        if not guards:
            return True
        if self._facts is None:
            self._facts = facts(self.conversation, self.reports, crowd=self.world.crowd is not None)
        return not self._facts.isdisjoint(guards)

    def phrase(self, key: str, **values: str) -> str:
        """Give a phrase in the conversation's language, filled with the values."""
        return self.book.say(key, self.conversation.language, **values)


def question(scene: Scene) -> str:
    """Give the text of the state: the first variant whose guards hold, filled."""
    return filled(scene, _template(scene))


def tells_of_apple(scene: Scene) -> bool:
    """Say whether the text of the state tells how Apple's services are."""
    names = {found[1] for found in PLACEHOLDER.finditer(_template(scene))}
    return not names.isdisjoint(("apple_report", "checked_at"))


def _template(scene: Scene) -> str:
    variant = next(variant for variant in scene.state.say if scene.holds(variant.when))
    return variant.text.of(scene.conversation.language)


def filled(scene: Scene, template: str) -> str:
    """Fill the placeholders of a flow's text."""
    if "{" not in template:
        return template
    return PLACEHOLDER.sub(lambda found: FILLERS[found[1]](scene), template)


# --- times and lists --------------------------------------------------------------------------------------


def moment(scene: Scene, at: datetime) -> str:
    """Say an instant in the person's time zone, with the day unless it is today's."""
    theirs = zone_of(scene.conversation, scene.world)
    local, today = at.astimezone(theirs), scene.world.now.astimezone(theirs)
    zone = " UTC" if local.tzname() == "UTC" else ""
    time = f"{local:%H:%M}{zone}"
    if local.date() == today.date():
        return scene.phrase("time.today", time=time)
    month = f"{local:%b}" if scene.conversation.language == "en" else str(local.month)
    return scene.phrase("time.day", year=str(local.year), month=month, day=str(local.day), time=time)


def service_name(scene: Scene, service: Service) -> str:
    """Give Apple's name of the service in the conversation's language."""
    return scene.phrase(f"service.{service.name.lower()}")


def _listed(scene: Scene, names: Iterable[str]) -> str:
    return scene.phrase("list.comma").join(names)


# --- placeholders -----------------------------------------------------------------------------------------


def report_line(scene: Scene, report: Report) -> str:
    """Say what Apple reports of one service: its state, and since when."""
    values = {
        "mark": scene.phrase(f"mark.{report.state}"),
        "service": service_name(scene, report.service),
        "state": scene.phrase(f"state.{report.state}"),
        "since": moment(scene, report.since) if report.since else "–",
    }
    return scene.phrase("report.line", **values)


def full_report(scene: Scene, report: Report) -> str:
    """Say also until when, unless Apple's own time for that has passed, and what Apple writes."""
    parts = [report_line(scene, report)]
    if report.until and report.until > scene.world.now:
        parts.append(scene.phrase("report.until", until=moment(scene, report.until)))
    if report.message:
        parts.append(scene.phrase("report.words", words=report.message))
    return "\n".join(parts)


def _apple_report(scene: Scene) -> str:
    return "\n".join(full_report(scene, report) for report in _active(scene))


def _apple_ended(scene: Scene) -> str:
    return "\n".join(
        scene.phrase("report.ended", service=service_name(scene, each.service), at=moment(scene, each.ended))
        for each in scene.reports
        if each.ended
    )


def _active(scene: Scene) -> Iterable[Report]:
    return (report for report in scene.reports if report.state not in ("ok", "unknown"))


def _checked_at(scene: Scene) -> str:
    board = scene.world.board(scene.conversation.language)
    return moment(scene, board.checked_at) if board else "–"


def _crowd_since(scene: Scene) -> str:
    return moment(scene, scene.world.crowd) if scene.world.crowd else "–"


def _services(state: str) -> Callable[[Scene], str]:
    def names(scene: Scene) -> str:
        return _listed(
            scene, (service_name(scene, each.service) for each in scene.reports if each.state == state)
        )

    return names


def _status_page(scene: Scene) -> str:
    return STATUS_PAGES[scene.conversation.language]


def _fixed_by(scene: Scene) -> str:
    fixed = [tried for tried in scene.conversation.tried if tried.outcome == "fixed"]
    return _title(scene, fixed[-1]) if fixed else "–"


def _title(scene: Scene, tried: Tried) -> str:
    title = scene.book.state(tried.place).title
    return title.of(scene.conversation.language) if title else tried.place.state


def _summary(scene: Scene) -> str:
    """Say what Apple's support will ask first: the device, what was seen, Apple's status, what was tried."""
    conversation = scene.conversation
    lines = [scene.phrase("summary.topic", topic=scene.flow.about.of(conversation.language))]
    quotes = {finding.name: finding.quote for finding in conversation.findings}
    machine = _listed(scene, (quotes[name] for name in ("model", "macos_version") if name in quotes))
    if machine:
        lines.append(scene.phrase("summary.machine", machine=machine))
    lines += [
        scene.phrase("summary.seen", quote=quote) if quote else scene.phrase("summary.no_serial")
        for name, quote in quotes.items()
        if name not in ("model", "macos_version", "serial_present")
    ]
    return "\n".join((*lines, _apple_now(scene), *_tried_lines(scene)))


def _apple_now(scene: Scene) -> str:
    reports = scene.reports
    if verdict(reports) == "unknown":
        return scene.phrase("report.unread")
    if verdict(reports) == "down":
        return "\n".join(report_line(scene, report) for report in _active(scene))
    if verdict(reports) == "ended":
        return _apple_ended(scene)
    checked = scene.phrase("report.checked", checked_at=_checked_at(scene))
    return scene.phrase("report.ok", services=_services("ok")(scene)) + checked


def _tried_lines(scene: Scene) -> Iterable[str]:
    outcomes = {_title(scene, each): each.outcome for each in scene.conversation.tried}
    if not outcomes:
        return [scene.phrase("summary.nothing_tried")]
    return [
        scene.phrase(f"outcome.{outcome}", steps=_listed(scene, titles))
        for outcome in ("fixed", "not_yet", "skipped")
        if (titles := [title for title, how in outcomes.items() if how == outcome])
    ]


FILLERS: Mapping[str, Callable[[Scene], str]] = {
    "apple_report": _apple_report,
    "apple_ended": _apple_ended,
    "checked_at": _checked_at,
    "crowd_since": _crowd_since,
    "services_ok": _services("ok"),
    "services_unknown": _services("unknown"),
    "status_page": _status_page,
    "fixed_by": _fixed_by,
    "summary": _summary,
}
"""How each placeholder of the vocabulary is filled."""
