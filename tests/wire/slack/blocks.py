"""Which blocks Slack takes: the shapes and limits of Block Kit's documentation, as JSON Schemas by type.

Lengths are in characters. Types of block that the project has no use for are refused like unknown ones.
"""

import copy
from collections.abc import Iterator
from typing import Literal, TypeAlias

from jsonschema import Draft7Validator

from tests.wire.slack.refusal import Json, Refusal

Surface: TypeAlias = Literal["message", "home", "modal"]

MOST_BLOCKS: dict[Surface, int] = {"message": 50, "home": 100, "modal": 100}
LONGEST_MESSAGE = 13_200
"""Characters of all texts of a message's blocks, above which Slack says `msg_blocks_too_long`."""


def _text(longest: int, *kinds: str) -> Json:
    return {
        "type": "object",
        "properties": {
            "type": {"enum": list(kinds or ("plain_text",))},
            "text": {"type": "string", "minLength": 1, "maxLength": longest},
            "emoji": {"type": "boolean"},
            "verbatim": {"type": "boolean"},
        },
        "required": ["type", "text"],
        "additionalProperties": False,
    }


def _string(longest: int) -> Json:
    return {"type": "string", "minLength": 1, "maxLength": longest}


def _list(of: Json, most: int, least: int = 1) -> Json:
    return {"type": "array", "items": of, "minItems": least, "maxItems": most}


def _thing(required: str, **properties: Json) -> Json:
    named = {"type": {"type": "string"}, **properties}
    return {
        "type": "object", "properties": named, "required": required.split(), "additionalProperties": False
    }  # fmt: skip


_CONFIRM = _thing(
    "title text confirm deny",
    title=_text(100),
    text=_text(300, "plain_text", "mrkdwn"),
    confirm=_text(30),
    deny=_text(30),
    style={"enum": ["primary", "danger"]},
)
_ACTION = {"action_id": _string(255), "confirm": _CONFIRM}
_OPTION = _thing(
    "text value", text=_text(75, "plain_text", "mrkdwn"), value=_string(150), description=_text(75)
)
_IMAGE = {"alt_text": _string(2000), "image_url": _string(3000), "title": _text(2000)}
_CHOICE = {**_ACTION, "placeholder": _text(150), "focus_on_load": {"type": "boolean"}}

ELEMENTS: dict[str, Json] = {
    "button": _thing(
        "text",
        text=_text(75),
        value=_string(2000),
        url=_string(3000),
        style={"enum": ["primary", "danger"]},
        accessibility_label=_string(75),
        **_ACTION,
    ),
    "overflow": _thing("options", options=_list({**_OPTION}, 5), **_ACTION),
    "static_select": _thing(
        "options", options=_list(_OPTION, 100), initial_option=_OPTION, **_CHOICE
    ),
    "radio_buttons": _thing("options", options=_list(_OPTION, 10), initial_option=_OPTION, **_ACTION),
    "checkboxes": _thing(
        "options", options=_list(_OPTION, 10), initial_options=_list(_OPTION, 10), **_ACTION
    ),
    "image": _thing("alt_text image_url", alt_text=_string(2000), image_url=_string(3000)),
    "plain_text": _text(3000),
    "mrkdwn": _text(3000, "mrkdwn"),
    "plain_text_input": _thing(
        "", initial_value=_string(3000), multiline={"type": "boolean"}, min_length={"maximum": 3000},
        max_length={"maximum": 3000}, **_CHOICE
    ),
}  # fmt: skip


def _any_of(*names: str) -> Json:
    return {
        "type": "object",
        "properties": {"type": {"enum": list(names)}},
        "required": ["type"],
        "allOf": [
            {"if": {"properties": {"type": {"const": name}}}, "then": ELEMENTS[name]} for name in names
        ],
    }


_MENUS = ("button", "overflow", "static_select", "radio_buttons", "checkboxes")
BLOCKS: dict[str, Json] = {
    "section": {
        **_thing(
            "",
            text=_text(3000, "plain_text", "mrkdwn"),
            fields=_list(_text(2000, "plain_text", "mrkdwn"), 10),
            accessory=_any_of(*_MENUS, "image"),
            expand={"type": "boolean"},
        ),
        "anyOf": [{"required": ["text"]}, {"required": ["fields"]}],
    },
    "header": _thing("text", text=_text(150)),
    "divider": _thing(""),
    "context": _thing("elements", elements=_list(_any_of("image", "plain_text", "mrkdwn"), 10)),
    "actions": _thing("elements", elements=_list(_any_of(*_MENUS), 25)),
    "image": _thing("alt_text image_url", **_IMAGE),
    "markdown": _thing("text", text=_string(12_000)),
    "rich_text": _thing("elements", elements={"type": "array"}),
    "input": _thing(
        "label element",
        label=_text(2000),
        element=_any_of("plain_text_input", *_MENUS[2:]),
        hint=_text(2000),
        optional={"type": "boolean"},
        dispatch_action={"type": "boolean"},
    ),
}
for _block in BLOCKS.values():
    _block["properties"]["block_id"] = _string(255)
_VALIDATORS = {name: Draft7Validator(schema) for name, schema in BLOCKS.items()}


def check_blocks(blocks: object, surface: Surface = "message") -> list[Json]:
    """Give the blocks as Slack stores them.

    Raises:
        Refusal: `invalid_blocks_format` where it is no list of objects, `invalid_blocks` with the places of
            what is wrong, `msg_blocks_too_long`.

    """
    if not isinstance(blocks, list) or not all(isinstance(each, dict) for each in blocks):
        raise Refusal("invalid_blocks_format")
    if problems := [*_problems(blocks, surface)]:
        raise Refusal("invalid_blocks", *(f"[ERROR] {each}" for each in problems), errors=problems)
    if surface == "message" and sum(map(len, texts(blocks))) > LONGEST_MESSAGE:
        raise Refusal("msg_blocks_too_long")
    return [_stored(block, number) for number, block in enumerate(copy.deepcopy(blocks))]


def _problems(blocks: list[Json], surface: Surface) -> Iterator[str]:
    if len(blocks) > MOST_BLOCKS[surface]:
        yield f"no more than {MOST_BLOCKS[surface]} items allowed [json-pointer:/blocks]"
    names = [block["block_id"] for block in blocks if "block_id" in block]
    if len(names) != len(set(names)):
        yield "block_id is not unique [json-pointer:/blocks]"
    for number, block in enumerate(blocks):
        validator = _VALIDATORS.get(str(block.get("type")))
        if validator is None:
            yield f"unsupported type: {block.get('type')} [json-pointer:/blocks/{number}/type]"
            continue
        for problem in validator.iter_errors(block):
            path = "".join(f"/{each}" for each in problem.absolute_path)
            yield f"{problem.message} [json-pointer:/blocks/{number}{path}]"
        actions = [each["action_id"] for each in elements(block) if "action_id" in each]
        if len(actions) != len(set(actions)):
            yield f"action_id is not unique [json-pointer:/blocks/{number}/elements]"


def elements(block: Json) -> list[Json]:
    """Give what can be pressed or chosen from in a block, with the pictures and texts beside it."""
    inner = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
    return [each for each in inner if isinstance(each, dict)]


def texts(value: object) -> Iterator[str]:
    """Yield everything in blocks that a person reads, in order."""
    if isinstance(value, list):
        for each in value:
            yield from texts(each)
    if isinstance(value, dict):
        for name, each in value.items():
            if name in {"text", "alt_text"} and isinstance(each, str):
                yield each
            else:
                yield from texts(each)


def _stored(block: Json, number: int) -> Json:
    """Add what Slack adds: names where there are none, and the flags of text objects."""
    block.setdefault("block_id", f"b{number}")
    for place, element in enumerate(elements(block)):
        if element.get("type") in _MENUS:
            element.setdefault("action_id", f"a{number}.{place}")
    _flag(block)
    return block


def _flag(value: object) -> None:
    if isinstance(value, list):
        for each in value:
            _flag(each)
    if isinstance(value, dict):
        if value.get("type") == "plain_text" and "text" in value:
            value.setdefault("emoji", True)
        if value.get("type") == "mrkdwn" and "text" in value:
            value.setdefault("verbatim", False)
        for each in value.values():
            _flag(each)
