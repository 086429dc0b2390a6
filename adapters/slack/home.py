"""App Home: Apple's board, where somebody's guide stands, and what they can do about it."""

from collections.abc import Iterator
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from adapters.parts import parts
from adapters.slack.blocks import SECTION_LIMIT, ButtonStyle, button, cut, rich_text, rows
from adapters.slack.buttons import BOTH, GUIDE, HOME, HOME_ACTIONS
from adapters.slack.origin import Block
from adapters.slack.place import card, direct
from adapters.slack.words import Words, language_of
from bot.model import Choice, Language, Reply
from bot.ports import Glance

METHODS: Final = ("views.publish",)
"""What is called here; it needs no scope."""

PHRASES: Final = (
    "slack.forget_title", "slack.forget_text", "slack.forget_confirm", "slack.forget_deny", "label.watch",
    "label.unwatch", "turn.watching_already",
)  # fmt: skip
"""What is asked before everything is deleted, and what is said about the watch."""

_WATCHING: Final = ("unwatch", "watch")

MOST_BLOCKS: Final = 90
"""Of text; Slack takes a hundred blocks in all."""

CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30
"""Characters in a dialog (Slack's limits)."""


class Home:
    """Shows App Home to whoever looks at it."""

    def __init__(self, client: AsyncWebClient, team: str, glance: Glance, words: Words) -> None:
        """Show what `glance` sees, to people of that workspace (its id)."""
        self._client, self._team, self._glance, self._words = client, team, glance, words

    async def show(self, person: str, language: Language | None) -> None:
        """Show it as it is now. Raises what looking and calling raise."""
        guide = await self._glance(direct(self._team, person), language)
        status = await self._glance(card(self._team, person), language)
        view = view_of(guide, status, self._words)
        await self._client.api_call("views.publish", json={"user_id": person, "view": view})


def view_of(guide: Reply, status: Reply, words: Words) -> Block:
    """Give the view: the guide's, with a button that starts or ends the watch.

    The card is a conversation of its own, and a watch from here is the card's; but one that was begun within
    the guide must be ended there, so its button says so.
    """
    language = language_of(guide)
    shown = {each.id: (each, "") for each in guide.choices if each.id not in _WATCHING}
    name, value = _watching({each.id for each in guide.choices}, {each.id for each in status.choices})
    if name:
        shown[name] = (Choice(name, words(f"label.{name}", language), "command"), value)
    text = guide.text
    if name == "unwatch" and not value:
        board, _, standing = text.rpartition("\n\n")
        text = "\n\n".join((board, words("turn.watching_already", language), standing))
    buttons = [_button(*shown[name], words, language) for name in HOME_ACTIONS if name in shown]
    return {"type": "home", "blocks": [*_text(text), *rows(buttons)]}


def _watching(guide: set[str], status: set[str]) -> tuple[str, str]:
    """Give the button about the watch, if there is one, and its value."""
    if "unwatch" in guide:
        return "unwatch", BOTH if "unwatch" in status else GUIDE
    return next((name for name in _WATCHING if name in status), ""), ""


def _text(text: str) -> Iterator[Block]:
    """Show the paragraphs apart: the board, and where the guide stands."""
    shown = [piece for paragraph in text.split("\n\n") for piece in parts(paragraph, SECTION_LIMIT)]
    for number, piece in enumerate(shown[: MOST_BLOCKS // 2]):
        if number:
            yield {"type": "divider"}
        yield rich_text(piece)


def _button(choice: Choice, value: str, words: Words, language: Language) -> Block:
    style: ButtonStyle | None = {"go_on": "primary", "forget": "danger"}.get(choice.id)  # type: ignore[assignment]
    made = button(choice.label, f"{HOME}{choice.id}", value, style)
    return made | ({"confirm": _confirm(words, language)} if choice.id == "forget" else {})


def _confirm(words: Words, language: Language) -> Block:
    def text(key: str, limit: int) -> Block:
        return {"type": "plain_text", "text": cut(words(f"slack.{key}", language), limit)}

    return {
        "title": text("forget_title", CONFIRM_TITLE),
        "text": text("forget_text", CONFIRM_TEXT),
        "confirm": text("forget_confirm", CONFIRM_BUTTON),
        "deny": text("forget_deny", CONFIRM_BUTTON),
        "style": "danger",
    }
