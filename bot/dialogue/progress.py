"""What is known of a case: what was seen, how the steps went, and where it goes on after a pause."""

from collections.abc import Iterator

from bot.dialogue.book import Book
from bot.model import Conversation, Finding, FindingName, Outcome, Place, Tried
from bot.replace import replace

_SERIAL: set[FindingName] = {"serial_missing", "serial_present"}


def with_outcome(book: Book, conversation: Conversation, outcome: Outcome | None) -> tuple[Tried, ...]:
    """Give what was tried, with this step: an earlier try counts no more, and only a real step fixes."""
    place, tried = conversation.place, conversation.tried
    state = book.state(place)
    unearned = outcome == "fixed" and state.option("fixed") is None
    if outcome is None or state.title is None or unearned:
        return tried
    return (*(each for each in tried if each.place != place), Tried(place, outcome))


def left_off(book: Book, conversation: Conversation) -> tuple[Place, tuple[Tried, ...]] | None:
    """Give the step that was left open, or the one after what had fixed it, and what counts as tried then.

    What had fixed it has not, if somebody goes on from there. None where nothing is known of either.
    """
    path, tried = conversation.path, conversation.tried
    if not path or not book.state(path[-1]).end:
        return (path[-1], tried) if path else None
    fixed = [each.place for each in tried if each.outcome == "fixed"]
    after = book.state(fixed[-1]).skip if fixed else None
    failed = (replace(each, outcome="not_yet") if each.place in fixed else each for each in tried)
    return (after, tuple(failed)) if after else None


def with_findings(conversation: Conversation, new: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Keep one finding of each name, the newest; a serial number cannot be both missing and there."""
    names = {finding.name for finding in new}
    outdated = names | _SERIAL if names & _SERIAL else names
    return (*(each for each in conversation.findings if each.name not in outdated), *new)


def pointing(conversation: Conversation, new: tuple[Finding, ...]) -> Iterator[FindingName]:
    """Give what leads somewhere: a missing certificate does not, once the number is known to be there."""
    known = {finding.name for finding in conversation.findings}
    idle = {"apns_certificate_missing"} if "serial_present" in known else set()
    return (finding.name for finding in new if finding.name not in idle)
