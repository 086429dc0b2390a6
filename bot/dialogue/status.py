"""Apple's System Status in the chat: a card with buttons of its own, at the place where the person is."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from bot.apple import Board, Report, Service
from bot.dialogue.draft import Draft
from bot.dialogue.following import follows
from bot.dialogue.phrase import STATUS_PAGES, Scene, full_report, moment, service_name
from bot.dialogue.vocabulary import CardName, verdict, watched
from bot.model import Choice
from bot.replace import replace


def show_card(draft: Draft, *more: str) -> None:
    """Show what Apple reports now, and more below it."""
    draft.show("\n\n".join(("\n".join(card_lines(draft.scene)), *more)), card_buttons(draft.scene))


def card_buttons(scene: Scene) -> tuple[Choice, ...]:
    """Give the card's buttons: where nothing is wrong, help comes before being told of a change."""
    buttons, language = scene.book.buttons, scene.conversation.language
    names: tuple[CardName, ...] = ("unwatch" if follows(scene.conversation) else "watch", "fix")
    shown = tuple(buttons[None, name, language] for name in names)
    if names[0] == "watch" and is_clear(scene):
        return (shown[1], replace(shown[0], label=scene.phrase("watch.label_clear")))
    return shown


def is_clear(scene: Scene) -> bool:
    """Say whether Apple's board was read and reports no problem that matters here."""
    return verdict(reports_here(scene)) == "clear"


def reports_here(scene: Scene) -> tuple[Report, ...]:
    """Give the reports on the services that matter here."""
    return watched(scene.world.board(scene.conversation.language), services_here(scene))


def services_here(scene: Scene) -> tuple[Service, ...]:
    """Give the services that matter to the flow; to one that does not say which, all do."""
    return scene.flow.watches or tuple(Service)


def is_card(offered: Iterable[str]) -> bool:
    """Say whether these are the buttons of a card, and not those of the question."""
    return "fix" in offered


def status_lines(scene: Scene, reports: Iterable[Report]) -> Iterator[str]:
    """Say what Apple reports of each service, with a mark that is read at a glance."""
    for report in reports:
        name = service_name(scene, report.service)
        if report.ended:
            yield scene.phrase("status.ended", service=name, at=moment(scene, report.ended))
        elif report.state in ("ok", "unknown"):
            yield scene.phrase(f"status.{report.state}", service=name)
        else:
            yield full_report(scene, report)
        if report.planned:
            yield scene.phrase("report.planned", service=name, since=moment(scene, report.planned))


def card_lines(scene: Scene) -> Iterator[str]:
    """Say what Apple reports of the services that matter here, and when that was read."""
    board = scene.world.board(scene.conversation.language)
    if board is None:
        yield scene.phrase("status.unread_here", page=STATUS_PAGES[scene.conversation.language])
    else:
        yield _checked(scene, board)
        reports = reports_here(scene)
        yield from status_lines(scene, reports)
        if scene.world.crowd and verdict(reports, crowd=True) == "crowd":
            yield scene.phrase("status.crowd", since=moment(scene, scene.world.crowd))


def _checked(scene: Scene, board: Board) -> str:
    """Say when it was read, and how long ago that is, from a minute on."""
    checked_at, age = moment(scene, board.checked_at), scene.world.now - board.checked_at
    if age < timedelta(minutes=1):
        return scene.phrase("status.title", checked_at=checked_at)
    minutes = str(age // timedelta(minutes=1))
    return scene.phrase("status.aged", checked_at=checked_at, minutes=minutes)
