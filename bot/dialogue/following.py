"""Who follows Apple's services."""

from typing import Final

from bot.model import Conversation

APPLE: Final = "apple"
"""The topic of those who are told of changes of Apple's services."""


def follows(conversation: Conversation) -> bool:
    """Say whether somebody waits for news; who was told that it is back waits for nothing."""
    watch = conversation.watch
    return APPLE in conversation.topics and not (watch and watch.is_back)
