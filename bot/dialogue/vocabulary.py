"""The closed lists of names that flow files may use. A name that is not here never leaves the parser."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from bot.apple import Board, Report, Service, ServiceState
from bot.dialogue.flow import ExitName, Stance
from bot.model import Conversation, FindingName, Outcome
from bot.ports import StatusFault, StoreFault

OfferedName: TypeAlias = Literal["how", "skip", "back", "restart", "person", "language", "help", "stop"]
OFFERED: tuple[OfferedName, ...] = get_args(OfferedName)
"""The commands with a button under each question, in the order of their buttons."""

CardName: TypeAlias = Literal["watch", "unwatch", "fix"]
CARD: tuple[CardName, ...] = get_args(CardName)
"""The commands with a button under Apple's System Status only, in the order of their buttons."""

CommandName: TypeAlias = Literal[OfferedName, "status", CardName, "never_ask"]
COMMANDS: tuple[CommandName, ...] = get_args(CommandName)
"""What a person may ask for in every state, with a button or without one."""

EXITS: tuple[ExitName, ...] = get_args(ExitName)

ANSWERS = ("fixed", "not_yet", "go_on", "look_again", "agree", "decline")
"""Answers with a standard label. Any other answer has an id and a label of its own."""

STANCES: Mapping[str, Stance] = {
    "fixed": "yes", "go_on": "yes", "agree": "yes", "not_yet": "no", "decline": "no",
}  # fmt: skip
"""Which standard answers a typed "yes" or "no" means."""

OUTCOMES: Mapping[str, Outcome] = {"fixed": "fixed", "not_yet": "not_yet", "decline": "skipped"}
"""What giving a standard answer says about the step."""

CONSENT = "agree"
"""The one answer that may lead to a state which loses settings."""

WORDS = (*COMMANDS, *ANSWERS, "yes", "no", "thanks", "japanese", "english")
"""What `words.yaml` lists typed phrases for."""

FINDINGS: tuple[FindingName, ...] = get_args(FindingName)

SERVICES: Mapping[str, Service] = {service.name.lower(): service for service in Service}

Verdict: TypeAlias = Literal["down", "unknown", "ended", "crowd", "partly", "clear"]


def watched(board: Board | None, services: tuple[Service, ...]) -> tuple[Report, ...]:
    """Give the reports on those services, in the board's order; without a board all are unknown."""
    if board is None:
        return tuple(Report(service, "unknown") for service in services)
    return tuple(report for report in board.reports if report.service in services)


def verdict(reports: tuple[Report, ...], *, crowd: bool = False) -> Verdict:
    """Sum the reports up. Nothing that was not read counts as healthy.

    `down`: at least one has an active event. `unknown`: iMessage itself (or everything) could not be read.
    `ended`: a problem of at least one was over not long ago.
    `crowd`: Apple reports nothing yet, but far more people than usual have trouble. `partly`: iMessage is
    without a reported problem, but another one could not be read. `clear`: the rest.
    """
    states = {report.state for report in reports}
    if states - {"ok", "unknown"}:
        return "down"
    is_clear = "unknown" not in states and bool(states)
    readable = any(report.service is Service.IMESSAGE and report.state == "ok" for report in reports)
    if not is_clear and not readable:
        return "unknown"
    if any(report.ended for report in reports):
        return "ended"
    if crowd:
        return "crowd"
    return "clear" if is_clear else "partly"


APPLE_GUARDS = (
    *("apple_down", "apple_unknown", "apple_ended", "apple_crowd", "apple_partly", "apple_clear"),
)

GUARDS = (
    *APPLE_GUARDS, "fix_known", "serial_not_seen", "serial_unsure", "serial_sure", "certificate_alone",
    "certificate_not_alone", "machine_known", "machine_unknown", *FINDINGS
)  # fmt: skip
"""What `when:` may ask; `facts` says which of them hold."""

CASES = (
    APPLE_GUARDS,
    ("serial_present", "serial_not_seen"),
    ("serial_unsure", "serial_sure"),
    ("certificate_alone", "certificate_not_alone"),
    ("machine_known", "machine_unknown"),
)
"""Of each of these groups exactly one guard holds at any time, so together they leave no case out."""


def facts(conversation: Conversation, reports: tuple[Report, ...], *, crowd: bool = False) -> frozenset[str]:
    """Give the guards that hold, as far as this conversation, these reports of Apple and a crowd go."""
    holding: set[str] = {finding.name for finding in conversation.findings}
    holding.add(f"apple_{verdict(reports, crowd=crowd)}")
    if "serial_present" not in holding:
        holding.add("serial_not_seen")
    serial = holding & {"serial_missing", "serial_present"}
    alone = "apns_certificate_missing" in holding and not serial
    holding.add("certificate_alone" if alone else "certificate_not_alone")
    is_bare = any(
        each.name == "serial_missing" and each.quote.endswith(":") for each in conversation.findings
    )
    holding.add("serial_unsure" if alone or is_bare else "serial_sure")
    is_known = holding & {"model", "macos_version"}
    holding.add("machine_known" if is_known else "machine_unknown")
    if any(tried.outcome == "fixed" for tried in conversation.tried):
        holding.add("fix_known")
    return frozenset(holding)


PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    "apple_report": ("apple_down",),
    "apple_ended": ("apple_ended",),
    "checked_at": ("apple_down", "apple_ended", "apple_crowd", "apple_partly", "apple_clear"),
    "crowd_since": ("apple_crowd",),
    "services_ok": ("apple_partly", "apple_clear"),
    "services_unknown": ("apple_unknown", "apple_partly"),
    "status_page": (),
    "fixed_by": ("fix_known",),
    "summary": (),
}
"""What `{…}` may name in a flow, and the guards of which one must stand in `when:` for it to have a value."""

TROUBLES: tuple[ServiceState, ...] = ("issue", "outage", "maintenance")
"""What Apple may report of a service beside that it is well."""

PHRASES: Mapping[str, frozenset[str]] = {
    **{f"label.{name}": frozenset() for name in (*COMMANDS, *ANSWERS)},
    **{f"finding.{name}": frozenset({"quote"}) for name in FINDINGS},
    **{f"service.{name}": frozenset() for name in SERVICES},
    **{f"state.{name}": frozenset() for name in TROUBLES},
    **{f"mark.{name}": frozenset() for name in TROUBLES},
    **{f"outcome.{name}": frozenset({"steps"}) for name in get_args(Outcome)},
    **{
        f"turn.{name}": frozenset()
        for name in (
            "welcome_back", "unclear", "nothing_read", "file_without_evidence", "old_button", "guide_changed",
            "first_step", "after_end", "no_skip", "no_how", "help", "language", "thanks", "already_here",
            "failed", "damaged", "watching_already", "unwatched", "stopped_watching", "still_watching",
            "never_asked", "noted", "farewell",
            "sent_photo", "sent_large_file", "sent_other_file", "sent_unavailable_file", "sent_other",
            "sent_too_much", "too_many",
        )
    },
    **{
        f"watch.{name}": frozenset()
        for name in (
            "label_clear", "label_crowd", "begun_down", "begun_clear", "begun_unread", "down", "maintenance",
            "again", "worse", "wait", "wait_partly", "back", "help", "go_on", "lingers", "over",
        )
    },
    "watch.partly": frozenset({"services"}),
    "watch.line": frozenset({"mark", "service", "state"}),
    "watch.go_on_at": frozenset({"step"}),
    "button.not_yours": frozenset(),
    **{
        f"menu.{name}": frozenset()
        for name in ("start", "help", "status", "language", "restart", "stop", "forget")
    },
    "about.description": frozenset(),
    "about.short": frozenset(),
    "forget.done": frozenset(),
    "forget.nothing": frozenset(),
    **{
        f"slack.{name}": frozenset()
        for name in (
            "usage", "wrote_dm", "not_yours_offer", "help_in_dm", "only_people", "only_colleagues",
            "not_here", "not_in_channel", "for_everybody", "share_here", "working", "prompts_title",
            "prompt_iphone", "prompt_mac", "prompt_status", "prompt_log", "forget_title", "forget_text",
            "forget_confirm", "forget_deny", "damaged",
        )
    },
    "slack.progress": frozenset({"step", "steps"}),
    **{
        f"home.{name}": frozenset()
        for name in ("greeting", "nothing_begun", "ended", "begin", "go_on", "begin_again", "forget")
    },
    "home.at_guide": frozenset({"topic"}),
    "home.at_step": frozenset({"topic", "step", "number", "count"}),
    **{
        f"console.{name}": frozenset()
        for name in (
            "hint", "hint_memory", "saved", "closed", "looking", "ended", "stored_unreadable", "stored_newer",
        )
    },
    **{
        f"store.{name}": frozenset({"where"})
        for name in get_args(StoreFault)
    },
    **{f"file.{name}": frozenset({"where"}) for name in ("missing", "folder", "forbidden", "too_large")},
    "status.title": frozenset({"checked_at"}),
    "status.aged": frozenset({"checked_at", "minutes"}),
    "status.ok": frozenset({"service"}),
    "status.ended": frozenset({"service", "at"}),
    "status.unknown": frozenset({"service"}),
    "status.crowd": frozenset({"since"}),
    "status.unread": frozenset({"why", "page"}),
    "status.unread_here": frozenset({"page"}),
    **{f"status.{name}": frozenset() for name in get_args(StatusFault)},
    "diagnose.nothing": frozenset(),
    "diagnose.go_on": frozenset(),
    "report.line": frozenset({"mark", "service", "state", "since"}),
    "report.until": frozenset({"until"}),
    "report.words": frozenset({"words"}),
    "report.unread": frozenset(),
    "report.checked": frozenset({"checked_at"}),
    "report.ok": frozenset({"services"}),
    "report.ended": frozenset({"service", "at"}),
    "report.planned": frozenset({"service", "since"}),
    "summary.topic": frozenset({"topic"}),
    "summary.machine": frozenset({"machine"}),
    "summary.seen": frozenset({"quote"}),
    "summary.no_serial": frozenset(),
    "summary.nothing_tried": frozenset(),
    "time.today": frozenset({"time"}),
    "time.day": frozenset({"year", "month", "day", "time"}),
    "list.comma": frozenset(),
}  # fmt: skip
"""The texts of `phrases.yaml`, each with the placeholders that it must carry."""
