"""Says of a turn whether it makes the person one of those who have trouble just now."""

from typing import Final

from bot.dialogue.book import FIRST_FLOW, Book
from bot.model import Conversation

SYMPTOMS: Final = frozenset({"serial_missing", "apns_certificate_missing"})
"""The findings that are a trouble, and not only about the machine."""


def tells_trouble(book: Book, before: Conversation | None, after: Conversation) -> bool:
    """Say whether a guide was begun that depends on Apple, or a symptom shown that was not known."""
    return _begins(book, before, after) or not _symptoms(after) <= _symptoms(before)


def _begins(book: Book, before: Conversation | None, after: Conversation) -> bool:
    flow, was_in = after.place.flow, before.place.flow if before else FIRST_FLOW
    return flow not in (was_in, FIRST_FLOW) and bool(book.flows[flow].watches)


def _symptoms(conversation: Conversation | None) -> frozenset[str]:
    findings = conversation.findings if conversation else ()
    return SYMPTOMS & {finding.name for finding in findings}
