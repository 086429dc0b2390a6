"""What the published description of Slack's API says of a call, where that description is at hand."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

from tests.wire.slack.refusal import Json

CONTRACT = Path(__file__).parents[4] / "shared" / "contract" / "slack"
METHODS = CONTRACT / "web_api_methods.json"
BLOCKS = CONTRACT / "block-kit.schema.json"


def broken_call(method: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yield what of a call is not as described: arguments that do not exist, are missing, or of a wrong type.

    `given` has no token: how it travels is checked where it is read.
    """
    described = _methods().get(method)
    if described is None:
        if _methods():
            yield f"{method}: no such method"
        return
    properties = described["args"].get("properties", {})
    if method != "api.test":  # which takes anything, to echo it
        known = {*properties, "team_id"}  # which Bolt adds to every call, for apps of whole organizations
        yield from (f"{method}: no argument {name!r}" for name in given if name not in known)
    yield from (
        f"{method}: {name!r} is missing"
        for name in described["args"].get("required") or ()
        if name != "token" and given.get(name) is None
    )
    for name in given.keys() & properties.keys():
        yield from (f"{method}: {name!r}: {problem}" for problem in _wrong(properties[name], given[name]))


def _wrong(described: Json, value: object) -> Iterator[str]:
    kinds = {each.get("type") for each in described.get("anyOf", [described])}
    if "schema" in described or "allOf" in described or isinstance(value, dict | list):
        return
    if kinds <= {"boolean", "null"} and value not in (True, False, "0", "1", "true", "false"):
        yield f"not a boolean: {value!r}"
    if kinds <= {"integer", "number"}:
        try:
            number = float(str(value))
        except ValueError:
            yield f"not a number: {value!r}"
            return
        if not described.get("minimum", number) <= number <= described.get("maximum", number):
            yield f"out of its range: {value!r}"
    if kinds <= {"string", "null"} and not isinstance(value, str):
        yield f"not text: {value!r}"


def broken_blocks(blocks: list[Json]) -> Iterator[str]:
    """Yield what the official types do not allow in these blocks."""
    for number, block in enumerate(blocks):
        kind = str(block.get("type"))
        validator = _validators().get(kind)
        if validator is None:
            if _validators():
                yield f"blocks/{number}: no block of type {kind!r}"
            continue
        if problem := best_match(validator.iter_errors(block)):
            path = "/".join(str(each) for each in problem.absolute_path)
            yield f"blocks/{number}/{path}: {problem.message}"


@cache
def _methods() -> Json:
    return dict(json.loads(METHODS.read_text())) if METHODS.exists() else {}


@cache
def _validators() -> dict[str, Draft7Validator]:
    """Give the validator of each type of block, for its errors say more than those of "any of twenty"."""
    if not BLOCKS.exists():
        return {}
    definitions = json.loads(BLOCKS.read_text())["definitions"]
    names = [each["$ref"].rpartition("/")[2] for each in definitions["KnownBlock"]["anyOf"]]
    return {
        _type(definitions[name]): Draft7Validator(
            {"$ref": f"#/definitions/{name}", "definitions": definitions}
        )
        for name in names
    }


def _type(definition: Json) -> str:
    variants = definition.get("anyOf", [definition])
    return str(variants[0]["properties"]["type"]["const"])
