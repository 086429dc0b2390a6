"""What a call of Slack's Web API says: its arguments, the words that it shows, and their buttons."""

import json
from collections.abc import Sequence

from aiohttp import web

from adapters.slack.buttons import CARD, Press, read_button
from tests.wire.slack.blocks import elements, texts
from tests.wire.slack.refusal import Json


async def arguments(request: web.Request) -> Json:
    """Read the arguments of a call, wherever they stand."""
    if request.method == "GET":
        return dict(request.query)
    if request.content_type == "application/json" and (text := await request.text()):
        return dict(json.loads(text))
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def body(response: web.Response) -> Json:
    """Read an answer."""
    return dict(json.loads(response.body)) if isinstance(response.body, bytes) else {}


def said(given: Json) -> str:
    """Give the words of a message, without what stands round them."""
    blocks = given.get("blocks")
    rich = [each for each in blocks if each["type"] == "rich_text"] if isinstance(blocks, list) else []
    return "".join(texts(rich[0])) if rich else str(given.get("text", ""))


def presses(given: Json) -> Sequence[Press]:
    """Give the choices that a message offers."""
    return [*filter(None, (read_button(str(each.get("value", ""))) for each in _elements(given)))]


def is_card(given: Json) -> bool:
    """Say whether a message is a status card, by its buttons."""
    return any(str(each.get("action_id", "")).startswith(CARD) for each in _elements(given))


def _elements(given: Json) -> Sequence[Json]:
    blocks = given.get("blocks")
    return [element for block in blocks for element in elements(block)] if isinstance(blocks, list) else []


def choice_of(element: Json) -> str:
    """Give the choice that a button stands for; empty if it stands for none."""
    press = read_button(str(element.get("value", "")))
    return press.choice if press else ""
