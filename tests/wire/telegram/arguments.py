"""Reads the arguments of a call from its query, form, multipart or JSON body."""

import json
from collections.abc import Mapping

from aiohttp import web

from tests.wire.telegram.refusals import Payload, bad

INTEGERS = {
    *("chat_id", "message_id", "message_thread_id", "offset", "limit", "timeout", "max_connections"),
    *("cache_time", "reply_to_message_id"),
}
FLAGS = {"show_alert", "disable_notification", "drop_pending_updates", "protect_content"}
STRUCTURES = {
    *("allowed_updates", "entities", "reply_markup", "reply_parameters", "link_preview_options"),
    *("commands", "scope"),
}


async def read_arguments(request: web.Request) -> Payload:
    """Give the arguments with their types; what a form gives as text is a number or JSON here."""
    given: dict[str, object] = dict(request.query)
    if request.content_type == "application/json":
        given |= _object(await request.text())
    elif request.can_read_body:
        given |= dict(await request.post())
    return {name: _typed(name, value) for name, value in given.items()}


def _object(text: str) -> Mapping[str, object]:
    try:
        read = json.loads(text)
    except ValueError as error:
        raise bad("can't parse JSON-encoded body") from error
    if not isinstance(read, dict):
        raise bad("expected a JSON object")
    return read


def _typed(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if name in INTEGERS and value.removeprefix("-").isdigit():
        return int(value)
    if name in FLAGS:
        return value.lower() in ("true", "yes", "1")
    if name in STRUCTURES:
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad(f"can't parse {name} JSON object") from error
    return value
