"""The phrases that this adapter says itself, in the person's language."""

from typing import Protocol

from bot.model import Language, Reply


class Words(Protocol):
    """Gives a phrase of `flows/phrases.yaml`, its placeholders filled with the values."""

    def __call__(self, key: str, language: Language, **values: str) -> str:
        """Say it."""
        ...


PHRASES = (
    "slack.usage", "slack.wrote_dm", "slack.not_yours_offer", "slack.help_in_dm", "slack.only_people",
    "slack.only_colleagues", "slack.not_here", "slack.not_in_channel", "slack.for_everybody",
    "slack.share_here", "slack.progress", "slack.working", "slack.prompts_title", "turn.watching_already",
)  # fmt: skip
"""All of them, but for the prompts; `slack.progress` has the placeholders `step` and `steps`."""

PROMPTS = ("slack.prompt_iphone", "slack.prompt_mac", "slack.prompt_status", "slack.prompt_log")
"""What the agent's pane suggests to say, four at most (Slack's limit): title and message are the same."""


def language_of(reply: Reply) -> Language:
    """Tell the language of a reply by its letters: all that is said in Japanese has kana in it."""
    return "ja" if any("\u3041" <= character <= "\u30fe" for character in reply.text) else "en"
