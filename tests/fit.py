"""What every message has to keep to, whatever platform it goes to."""

import re
from itertools import chain

from bot.dialogue.vocabulary import FINDINGS, PHRASES, PLACEHOLDERS
from bot.model import Reply, Say, Turn

_UNFILLED = re.compile(
    "|".join(rf"\{{{name}\}}" for name in {*PLACEHOLDERS, *FINDINGS, *chain.from_iterable(PHRASES.values())})
)


def reply(turn: Turn) -> Reply | None:
    """Give the one message that a turn leads to, or None if it leads to none."""
    replies = [job.reply for job in turn.jobs if isinstance(job, Say)]
    assert len(replies) <= 1, "one message a turn"
    return replies[0] if replies else None


def assert_fits(message: Reply) -> None:
    """Fail unless the message fits Slack and Telegram, and is fit to be read."""
    assert message.text.strip()
    assert len(message.text) <= 3_000, f"{len(message.text)} characters:\n{message.text}"
    assert not _UNFILLED.search(message.text), message.text
    message.text.encode()
    assert not message.aside or (len(message.text) <= 200 and not message.choices), message
    ids = [choice.id for choice in message.choices]
    assert len(ids) == len(set(ids)) <= 25, ids
    for choice in message.choices:
        assert 0 < len(choice.label.strip()) <= len(choice.label) <= 75, choice
        assert choice.id.isascii(), choice
        assert 0 < len(choice.id) <= 32, choice
        assert len(f"{message.prompt}:{choice.id}") <= 64, choice
