"""What is not readable as YAML is said in its line; what is readable stays the text that stands there."""

import pytest
import yaml

from bot.dialogue.source.parse import parse
from bot.dialogue.source.yaml_nodes import Items, Loader, Node, NotYaml, Table, Value, compose
from tests.dialogue.flow_texts import SMALL

LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])]

UNREADABLE = [
    ("", 1, "this file is empty"),
    ("# nothing but this\n", 1, "this file is empty"),
    ("flow: x\nstates:\n\tbegin: y\n", 3, "begins with a tab; use spaces"),
    ("flow: x\n \tabout: y\n", 2, "begins with a tab; use spaces"),
    ('flow: x\nabout: "not closed\nbegin: y\n', 2, "quotation mark that opens here is never closed"),
    ("flow: x\nabout: 'not closed\nbegin: y\n", 2, "quotation mark that opens here is never closed"),
    ("flow: x\n  about: y\n", 2, "indentation"),
    ("flow: x\nstates:\n  a:\n    say: b\n   how: c\n", 5, "wrong indentation"),
    ("flow: x\nabout: {ja: a, en: b\nbegin: c\n", 3, "Look for"),
    ("flow: x\nabout: Note: this\n", 2, "A text with `: ` in it needs quotation marks"),
    ("flow: x\nabout: @home\n", 2, "begins with this character needs quotation marks"),
    ("flow: x\nabout: `code`\n", 2, "begins with this character needs quotation marks"),
    ("flow: x\nabout： y\nbegin: z\n", 3, "`：` is full-width"),
    ("flow: x\nabout: &same {ja: a, en: a}\n", 2, "`&same` is a YAML anchor"),
    ("flow: x\nabout: *mada\n", 2, "`*mada` is a YAML alias"),
    ("flow: x\nabout: *まだ\n", 2, "needs quotation marks"),
    ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", 1, "is a YAML anchor"),
    ("flow: &me [*me]\n", 1, "is a YAML anchor"),
    ("flow: x\nabout: !important\n", 2, "`!important` is a YAML tag"),
    ("flow: !!python/object:os.system x\n", 1, "is a YAML tag"),
    ("flow: x\n---\nflow: y\n", 2, "begins a second document"),
    ("flow: x\n? [a, b]\n: c\n", 2, "a name belongs before the `:`"),
    ("flow: x\nabout: a\x07b\n", 2, "U+0007"),
    ("flow: x\nabout: a\x00b\n", 2, "U+0000"),
    ("flow: x\nabout: a\u2028b\n", 2, "U+2028"),
    ("flow: x\nabout: a\ud800b\n", 2, "U+D800"),
    ('flow: x\nabout: "a\\x07b"\n', 2, "U+0007"),
    ("[" * 100_000, 1, "more than 20 levels deep"),
    ("{" * 100_000, 1, "more than 20 levels deep"),
    ("- " * 100_000, 1, "more than 20 levels deep"),
    ("{a: " * 100_000, 1, "more than 20 levels deep"),
]


@pytest.mark.parametrize(("content", "line", "words"), UNREADABLE, ids=lambda value: repr(value)[:30])
def test_what_is_not_yaml_is_said_in_its_line(content: str, line: int, words: str) -> None:
    (problem,) = parse({"a.yaml": content}).problems
    assert (problem.file, problem.line) == ("a.yaml", line)
    assert words in problem.what


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("content", "line", "words"),
    [each for each in UNREADABLE if len(each[0]) < 1000],
    ids=lambda value: repr(value)[:30],
)
def test_both_readers_of_yaml_find_the_same_line_and_words(
    loader: Loader, content: str, line: int, words: str
) -> None:
    with pytest.raises(NotYaml) as raised:
        compose("a.yaml", content, loader)
    assert raised.value.line == line
    assert words in raised.value.what


@pytest.mark.parametrize("loader", LOADERS)
def test_every_value_stays_the_text_that_stands_there(
    loader: Loader,
) -> None:
    values = [
        "no",
        "on",
        "NaN",
        "007",
        "1_000",
        "2026-11-22",
        "~",
        "null",
        "0x1F",
        "1e3",
        "12:30",
        ".inf",
        "=",
    ]
    root = compose("a.yaml", "".join(f"- {value}\n" for value in values), loader)
    assert isinstance(root, Items)
    assert [each.text for each in root.nodes if isinstance(each, Value)] == values


@pytest.mark.parametrize("loader", LOADERS)
def test_a_node_stands_in_the_line_of_its_name(loader: Loader) -> None:
    root = compose("a.yaml", "one:\n\n  two:\n    - x\n    - three:\n        y\n", loader)
    two = _at(_at(root, "one"), "two")
    assert two.where.line == 3
    assert isinstance(two, Items)
    assert [each.where.line for each in two.nodes] == [4, 5]
    assert _at(two.nodes[1], "three").where.line == 5


def _at(node: Node, name: str) -> Node:
    assert isinstance(node, Table)
    return node.nodes[name]


def test_a_mark_of_utf_8_at_the_beginning_is_no_mistake() -> None:
    assert parse({"small.yaml": "\ufeff" + SMALL}).problems == ()


def test_windows_line_ends_are_no_mistake() -> None:
    assert parse({"small.yaml": SMALL.replace("\n", "\r\n")}).problems == ()
