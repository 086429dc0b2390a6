"""Checks calls and results against the JSON Schema of the Bot API, where it is there.

It lies beside the repository and is not part of it, so without it only this extra check is left out.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tests.wire.telegram.refusals import Payload

SCHEMA = Path(__file__).parents[4] / "shared/contract/telegram/bot-api-10.1.schema.json"


def violation(name: str, value: object) -> str | None:
    """Say what breaks the schema of that name, as `method:sendMessage` or `Update`; None if nothing does."""
    validator = _validator(name)
    if validator is None:
        return None
    found = best_match(validator.iter_errors(value))
    if found:
        return f"{name}: {found.json_path}: {found.message[:300]}"
    return next(
        (f"{name}: callback_data of {len(data.encode())} bytes" for data in _too_much_data(value)), None
    )


@cache
def _definitions() -> Payload:
    if not SCHEMA.exists():
        return {}
    found: Payload = json.loads(SCHEMA.read_text())
    return found


@cache
def _validator(name: str) -> Draft202012Validator | None:
    whole = _definitions()
    if not whole:
        return None
    if name not in whole["$defs"]:
        return Draft202012Validator(False)  # noqa: FBT003  the schema that nothing fits
    pointer = name.replace("~", "~0").replace("/", "~1")
    return Draft202012Validator({"$ref": f"#/$defs/{pointer}", "$defs": whole["$defs"]})


def _too_much_data(value: object) -> Iterator[str]:
    """Find callback data over 64 bytes, which JSON Schema can count in characters only."""
    if isinstance(value, dict):
        data = value.get("callback_data")
        if isinstance(data, str) and len(data.encode()) > 64:
            yield data
        for each in value.values():
            yield from _too_much_data(each)
    elif isinstance(value, list):
        for each in value:
            yield from _too_much_data(each)
