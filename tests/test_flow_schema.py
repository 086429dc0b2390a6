"""The schema with which editors help: it says the same as the parser, and all that ships fits it."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.dialogue.source.parse import CHECK_IN_KEYS, FLOW_KEYS, KINDS, POINTER_KEYS
from bot.dialogue.source.problem import did_you_mean
from bot.dialogue.source.states import (
    CHOICE_KEYS,
    MOST_CHOICES,
    MOST_ENTRIES,
    PASS_KEYS,
    REMIND_KEYS,
    STATE_KEYS,
    VARIANT_KEYS,
    WAIT_KEYS,
)
from bot.dialogue.source.values import NAME
from bot.dialogue.source.yaml_nodes import Items, Node, Table, Value, compose
from bot.dialogue.vocabulary import (
    ANSWERS,
    EXITS,
    FINDINGS,
    GUARDS,
    PHRASES,
    PLACEHOLDERS,
    SERVICES,
    WORDS,
)
from bot.flowfiles import SHIPPED as FOLDER
from bot.model import LANGUAGES
from tests.dialogue.faults import FAULTS
from tests.dialogue.flow_texts import SHIPPED, SMALL, problems, replaced, shipped_with

SCHEMA: dict[str, Any] = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
PARTS: dict[str, Any] = SCHEMA["$defs"]
FITS = jsonschema.Draft202012Validator(SCHEMA)


def read(text: str) -> object:
    """Read YAML as our parser does: every value is a text."""
    return _plain(compose("file", text))


def _plain(node: Node) -> object:
    match node:
        case Value():
            return node.text
        case Items():
            return [_plain(each) for each in node.nodes]
        case Table():
            return {name: _plain(each) for name, each in node.nodes.items()}


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", SHIPPED)
def test_the_shipped_files_fit(file: str) -> None:
    assert [error.message for error in FITS.iter_errors(read(SHIPPED[file]))] == []


def test_the_small_flow_fits_and_so_do_values_that_an_editor_takes_for_no_text() -> None:
    text = replaced(SMALL, "    end: yes", "    end: true\n    remind: {minutes: 5, ja: 007, en: 007}")
    assert FITS.is_valid(read(text))
    assert FITS.is_valid(yaml.safe_load(text))


def _keys(part: str, *path: str) -> Iterable[str]:
    node = PARTS[part]
    for name in path:
        node = node[name]
    assert node["additionalProperties"] is False or part == "state"
    keys: Mapping[str, object] = node["properties"]
    return keys


def test_the_keys_are_those_of_the_parser() -> None:
    assert set(_keys("flow_file")) == set(FLOW_KEYS)
    assert set(_keys("flow_file", "properties", "exits")) == set(EXITS)
    assert set(_keys("state")) == set(STATE_KEYS)
    assert set(_keys("state", "properties", "remind")) == set(REMIND_KEYS)
    assert set(_keys("state", "properties", "wait")) == set(WAIT_KEYS)
    assert set(_keys("state", "properties", "passes")) == set(PASS_KEYS)
    assert set(_keys("flow_file", "properties", "check_in")) == set(CHECK_IN_KEYS)
    assert set(_keys("say")) == set(VARIANT_KEYS)
    assert set(_keys("choice")) == set(_keys("standard_choice")) == set(CHOICE_KEYS)
    assert set(_keys("pointer")) == set(POINTER_KEYS)
    assert [next(iter(PARTS[each["$ref"].rpartition("/")[2]]["required"])) for each in SCHEMA["oneOf"]] == [
        *KINDS
    ]


def test_the_closed_lists_are_those_of_the_vocabulary() -> None:
    assert PARTS["condition"]["enum"] == list(GUARDS)
    assert PARTS["service"]["enum"] == list(SERVICES)
    assert PARTS["finding"]["enum"] == list(FINDINGS)
    for kind, names in (("phrases", PHRASES), ("words", WORDS)):
        table = PARTS[f"{kind}_file"]["properties"][kind]
        assert list(table["properties"]) == table["required"] == list(names)
    assert list(PARTS["state"]["properties"]["choices"]["properties"]) == list(ANSWERS)
    assert re.findall(r"[a-z_]{4,}", PARTS["words_of_one_language"]["pattern"]) == list(PLACEHOLDERS)
    assert list(PARTS["text"]["properties"]) == list(LANGUAGES)


def test_the_limits_are_those_of_the_parser() -> None:
    assert PARTS["name"]["pattern"] == f"^{NAME.pattern}$"
    assert PARTS["state"]["properties"]["choices"]["maxProperties"] == MOST_CHOICES
    assert PARTS["flow_file"]["properties"]["evidence"]["maxItems"] == MOST_ENTRIES


def test_a_phrase_tells_its_editor_which_placeholders_to_keep() -> None:
    keys = PARTS["phrases_file"]["properties"]["phrases"]["properties"]
    told = {key: set(re.findall(r"\{(\w+)\}", keys[key].get("description", ""))) for key in PHRASES}
    assert told == PHRASES


@pytest.mark.parametrize("name", ["states", "say", "begin", "exits", "about"])
def test_what_the_parser_refuses_the_schema_refuses(name: str) -> None:
    assert not FITS.is_valid(read(replaced(SMALL, f"{name}:", f"{name}x:")))


def test_what_the_checker_allows_the_schema_allows() -> None:
    allowed = [replaced(SMALL, old, new) for old, new, line, _ in FAULTS if line == 0 and "losing" not in new]
    assert allowed
    for text in allowed:
        assert FITS.is_valid(read(text)), text


README = (FOLDER / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_example_of_the_readme_is_a_whole_flow_without_mistake() -> None:
    (example,) = (text for text in EXAMPLES if text.startswith("flow:"))
    assert problems({**SHIPPED, "example.yaml": example}) == []
    assert FITS.is_valid(read(example))


def test_the_readme_shows_only_yaml_that_can_be_read() -> None:
    for example in EXAMPLES:
        assert read(example)


def test_the_readme_explains_every_key_and_every_name() -> None:
    names = {
        *FLOW_KEYS, *STATE_KEYS, *CHOICE_KEYS, *REMIND_KEYS, *WAIT_KEYS, *PASS_KEYS, *CHECK_IN_KEYS,
        *POINTER_KEYS, *EXITS, *ANSWERS, *GUARDS, *FINDINGS, *SERVICES,
    }  # fmt: skip
    explained = r"`\"?{0}:?\"?`|^ *(?:- )?\{{?{0}:"
    assert not [name for name in names if not re.search(explained.format(name), README, re.MULTILINE)]
    assert not [name for name in PLACEHOLDERS if f"`{{{name}}}`" not in README]


def test_the_message_that_the_readme_shows_is_the_real_one() -> None:
    (shown,) = re.findall(r"^start\.yaml:\d+  .*$", README, re.MULTILINE)
    (real,) = problems(shipped_with("start.yaml", "to: mac.apple_status", "to: mac.aple_status"))
    assert shown.partition("  ")[2] == real.partition("  ")[2]
    assert did_you_mean("mac.aple_status", ["mac.apple_status"]) in real


def test_the_readme_names_commands_that_exist() -> None:
    for command in re.findall(r"uv run imessage-support (\w+)", README):
        assert (Path(__file__).parent.parent / "bot" / "commands" / f"{command}.py").exists()
