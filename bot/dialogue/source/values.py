"""Reads names, texts, lists and flags out of YAML nodes, and notes what is wrong where it stands."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, TypeVar

from bot.dialogue.flow import Text, Where
from bot.dialogue.source.problem import Problem, did_you_mean, shortened
from bot.dialogue.source.yaml_nodes import Items, Node, NotYaml, Table, Value, compose
from bot.model import LANGUAGES

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""Names of flows, states and answers. They travel in buttons, where Telegram allows 64 bytes."""

LONGEST: Final = timedelta(days=7)
"""Whoever is spoken to later than this does not remember what it is about."""

_DURATION = re.compile(r"([0-9]{1,6})(?: (second|minute|hour|day)s?)?")
_UNITS: Mapping[str, timedelta] = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}

KnownName = TypeVar("KnownName", bound=str)

_HINTS_AT_MOST = 100
"""Looking for the nearest name takes time, and nobody reads further than this."""


class Reader:
    """Reads values. A mistake goes to `problems`, something harmless is given, and the reading goes on."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def report(self, where: Where, what: str) -> None:
        """Note a mistake."""
        self.problems.append(Problem.at(where, what))

    def root(self, file: str, content: str) -> Table:
        """Read a file as YAML; an empty table if that is impossible."""
        try:
            root = compose(file, content)
        except NotYaml as error:
            self.report(Where(file, error.line), error.what)
            return Table({}, Where(file, 1))
        return Table(self.table(root, "a flow file"), root.where)

    # --- tables and lists ---

    def table(
        self, node: Node, what: str, known: Iterable[str] | None = None, needed: Iterable[str] = ()
    ) -> dict[str, Node]:
        """Read `name: value` lines, of which only the known names are given."""
        if not isinstance(node, Table):
            self.report(node.where, f"{what} should be written as `name: value` lines")
            return {}
        for name, where in node.twice:
            self.report(where, f"`{name}:` stands here twice")
        for name in needed:
            if name not in node.nodes:
                self.report(node.where, f"{what} lacks `{name}:`")
        return dict(node.nodes) if known is None else self.known(node.nodes, what, known)

    def known(self, nodes: Mapping[str, Node], what: str, known: Iterable[str]) -> dict[str, Node]:
        """Leave out the names that are not known."""
        known = frozenset(known)
        for name in nodes.keys() - known:
            self.unknown(nodes[name].where, f"`{shortened(name, 60)}:` is not known in {what}", name, known)
            if name != name.strip():
                self.report(
                    nodes[name].where,
                    f"`{name.strip()}:` has a full-width space before it; use ordinary ones",
                )
        return {name: node for name, node in nodes.items() if name in known}

    def items(self, node: Node, what: str, most: int) -> tuple[Node, ...]:
        """Read a list of at most so many."""
        if not isinstance(node, Items):
            self.report(node.where, f"{what} should be a list: each entry begins with `- `")
            return ()
        if len(node.nodes) > most:
            self.report(node.nodes[most].where, f"{what} has more than {most} entries")
        return node.nodes[:most]

    # --- values ---

    def value(self, node: Node) -> str:
        """Read a single value as the text that stands there."""
        if isinstance(node, Value):
            return node.text
        self.report(
            node.where,
            "a single value belongs here; a text that begins with `{`, `[` or `- ` needs quotation marks",
        )
        return ""

    def values(self, node: Node | None) -> tuple[str, ...]:
        """Read one value or a list of values."""
        if node is None:
            return ()
        return tuple(self.value(each) for each in (node.nodes if isinstance(node, Items) else (node,)))

    def names(self, node: Node | None, what: str, known: Iterable[KnownName]) -> tuple[KnownName, ...]:
        """Read one name or a list of names out of a closed list; those that are not in it are left out."""
        if node is None:
            return ()
        listed: dict[str, KnownName] = {name: name for name in known}
        names = self.values(node)
        for name in names:
            if name not in listed:
                self.unknown(node.where, f"there is no {what} `{shortened(name, 60)}`", name, listed)
        return tuple(listed[name] for name in names if name in listed)

    def name(self, text: str, where: Where, what: str) -> str:
        """Give the name if it can be one, else nothing."""
        if NAME.fullmatch(text):
            return text
        self.report(
            where,
            f"`{shortened(text, 60)}` cannot be the name of {what}: "
            "use small letters a-z, digits and _ (32 at most, a letter first)",
        )
        return ""

    def flag(self, node: Node | None) -> bool:
        """Read yes or no; nothing means no."""
        value = "no" if node is None else self.value(node)
        if node is not None and value not in ("yes", "no", "true", "false"):
            self.report(node.where, f"this should be yes or no, not `{shortened(value, 60)}`")
        return value in ("yes", "true")

    def duration(self, node: Node | None, where: Where, what: str) -> timedelta:
        """Read `60` (seconds), `10 minutes` or `24 hours`; a minute where it is something else."""
        found = _DURATION.fullmatch(self.value(node)) if node is not None else None
        length = int(found[1]) * _UNITS[found[2] or "second"] if found else timedelta()
        if timedelta() < length <= LONGEST:
            return length
        where = where if node is None else node.where
        forms = "`60` (seconds), `10 minutes` or `24 hours`"
        self.report(where, f"{what} is written as {forms}, {LONGEST.days} days at most")
        return timedelta(minutes=1)

    # --- texts ---

    def text(self, node: Node) -> Text:
        """Read a text in both languages."""
        self.table(node, "a text", LANGUAGES)
        return self.both(node)

    def both(self, node: Node) -> Text:
        """Read the text of both languages out of a table that may have more in it."""
        parts = node.nodes if isinstance(node, Table) else {}
        texts = {
            language: self.value(parts[language]).strip("\n") if language in parts else ""
            for language in LANGUAGES
        }
        for language, text in texts.items():
            if not text.strip() and isinstance(node, Table):
                where = parts[language].where if language in parts else node.where
                self.report(where, f"the text in `{language}:` is missing")
        return Text(**texts)

    def phrases(self, node: Node, what: str = "words", needed: Iterable[str] = ()) -> tuple[str, ...]:
        """Read what people type, by language; it is understood in either."""
        parts = self.table(node, what, LANGUAGES, needed)
        return tuple(phrase for each in parts.values() for phrase in self.values(each))

    def unknown(self, where: Where, what: str, name: str, known: Iterable[str]) -> None:
        """Note that a name is not known, with the nearest one that is."""
        hint = did_you_mean(name, known) if len(self.problems) < _HINTS_AT_MOST else ""
        self.report(where, f"{what}.{hint}")
