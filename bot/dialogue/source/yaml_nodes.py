"""Reads YAML as the text that stands there; each value knows its line, and none turns into something else.

YAML bites people who are not programmers: `no` becomes false, `007` becomes 7, a key given twice is lost
once, and a text that begins with `*` or `!` means something. Here every value is a text, the rest a mistake.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Never, Protocol, TypeAlias

import yaml
from msgspec import Struct

from bot.dialogue.flow import Where
from bot.dialogue.source.problem import shortened


class Value(Struct, frozen=True):
    """A single value; `where` is the line of the key or of the `-` before it, in all three kinds."""

    text: str
    where: Where


class Items(Struct, frozen=True):
    """A list."""

    nodes: tuple["Node", ...]
    where: Where


class Table(Struct, frozen=True):
    """`name: value` lines, in their order; of a name given twice the last one counts."""

    nodes: Mapping[str, "Node"]
    where: Where
    twice: tuple[tuple[str, Where], ...] = ()
    """The names that stand here once more."""


Node: TypeAlias = Value | Items | Table


class NotYaml(Exception):
    """The text is not YAML, or uses a part of YAML that flow files do without."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


Loader: TypeAlias = "type[yaml.SafeLoader | yaml.CSafeLoader]"

FASTEST: Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same YAML either way; the first is written in C and not built everywhere."""


def compose(file: str, content: str, loader: Loader = FASTEST) -> Node:
    """Read one YAML document, or raise `NotYaml` at the first place where that is impossible.

    Aliases are refused, so the result is never larger than the text, and so is deep nesting, for which
    YAML's own `compose` kills the process.
    """
    if wrong := _FORBIDDEN.search(content):
        raise NotYaml(content.count("\n", 0, wrong.start()) + 1, _no_such_character(wrong[0]))
    try:
        return _Document(file, yaml.parse(content, Loader=loader)).read()
    except yaml.MarkedYAMLError as error:
        if "nesting depth" in str(error.problem):  # libyaml of late counts ahead of us
            raise NotYaml(_line(error.problem_mark), _TOO_DEEP) from error
        lines = content.splitlines()
        line = _line_of(error, len(lines))
        hint = _hint(lines[max(line - 2, 0) : line], error)
        raise NotYaml(line, f"this is not readable as YAML: {error.problem}. {hint}") from error


_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|(?!^)\ufeff"
)
"""What YAML cannot read, and the line ends that only YAML takes for such. A leading mark of UTF-8 is fine."""


def _no_such_character(character: str) -> str:
    return f"there is a character here that no text needs (U+{ord(character):04X}); retype this line"


_DEEPEST = 20
"""Levels of nesting; a flow file has seven."""

_TOO_DEEP = f"this is nested more than {_DEEPEST} levels deep"


class _Document:
    """The nodes of one document out of YAML's events, which come one by one and cost no recursion."""

    def __init__(self, file: str, events: Iterator[yaml.Event]) -> None:
        self._file = file
        self._events = events
        self._depth = 0

    def read(self) -> Node:
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise NotYaml(1, "this file is empty")
        root = self._node(next(self._events), None)
        next(self._events)
        more = next(self._events)
        if not isinstance(more, yaml.StreamEndEvent):
            self._refuse(more, "`---` begins a second document here; a file holds one, so take this line out")
        return root

    def _node(self, event: yaml.Event, where: Where | None) -> Node:
        where = where or self._where(event)
        if isinstance(event, yaml.NodeEvent):
            self._refuse_specials(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._value(event, where)
        if isinstance(event, yaml.SequenceStartEvent):
            nodes = tuple([self._node(each, None) for each in self._until(yaml.SequenceEndEvent)])
            return Items(nodes, where)
        return self._table(where)

    def _table(self, where: Where) -> Table:
        nodes: dict[str, Node] = {}
        twice: list[tuple[str, Where]] = []
        for event in self._until(yaml.MappingEndEvent):
            key = self._node(event, None)
            if not isinstance(key, Value):
                self._refuse(event, "a name belongs before the `:`")
            if key.text in nodes:
                twice.append((key.text, key.where))
            nodes[key.text] = self._node(next(self._events), key.where)
        return Table(nodes, where, tuple(twice))

    def _refuse_specials(self, event: yaml.NodeEvent) -> None:
        tag: str | None = getattr(event, "tag", None)
        if event.anchor:
            mark, kind = ("*", "alias") if isinstance(event, yaml.AliasEvent) else ("&", "anchor")
            self._refuse(event, f"`{mark}{shortened(event.anchor, 30)}` is a YAML {kind}. {_PLAIN_TEXT}")
        if tag:
            self._refuse(event, f"`{shortened(tag, 30)}` is a YAML tag. {_PLAIN_TEXT}")

    def _value(self, event: yaml.ScalarEvent, where: Where) -> Value:
        if event.style == '"' and (wrong := _FORBIDDEN.search(event.value)):
            self._refuse(event, _no_such_character(wrong[0]))
        return Value(event.value, where)

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        self._depth += 1
        while not isinstance(event := next(self._events), end):
            if self._depth > _DEEPEST:
                self._refuse(event, _TOO_DEEP)
            yield event
        self._depth -= 1

    def _where(self, event: yaml.Event) -> Where:
        return Where(self._file, _line(event.start_mark))

    def _refuse(self, event: yaml.Event, what: str) -> Never:
        raise NotYaml(self._where(event).line, what)


_PLAIN_TEXT = "Flow files do without: put a text in quotation marks, and use `like:` for a state like another"


def _line_of(error: yaml.MarkedYAMLError, lines: int) -> int:
    """Give the line to look at: a quotation mark that is never closed is found where it was opened."""
    unclosed = "quoted scalar" in str(error.context) and "end of stream" in str(error.problem)
    mark = error.context_mark if unclosed else error.problem_mark
    return min(_line(mark or error.context_mark), max(lines, 1))


class _Mark(Protocol):
    """A place in the text, as either of YAML's readers gives it; lines count from 0."""

    @property
    def line(self) -> int: ...


def _line(mark: _Mark | None) -> int:
    return mark.line + 1 if mark else 1


_HINTS = (
    (re.compile(r"^ *\t"), "A line begins with a tab; use spaces"),
    (re.compile(r"^\s*(?:- )?[\w{]+："), "The `：` is full-width; write `: ` with a space after it"),
)
"""What people who write Japanese and English, or have an editor set to tabs, get wrong most often."""


def _hint(lines: list[str], error: yaml.MarkedYAMLError) -> str:
    """Say what to look for, in the line of the error and the one above."""
    for pattern, hint in _HINTS:
        if any(map(pattern.search, lines)):
            return hint
    match str(error.problem):
        case problem if "quoted scalar" in str(error.context) and "end of stream" in problem:
            return "The quotation mark that opens here is never closed"
        case problem if "mapping values" in problem:
            return (
                "A text with `: ` in it needs quotation marks; else the indentation is wrong, here or above"
            )
        case problem if "cannot start any token" in problem or "alphabetic" in problem:
            return "A text that begins with this character needs quotation marks; a tab should be spaces"
        case _:
            return "Look for a missing quotation mark or `:`, or wrong indentation, here or just above"
