"""Reads the text of flow files into flows, strictly, and says of every mistake where it is.

Only the keys below are known, and only the names of the vocabulary. What the files say as a whole (that every
state is reached, that labels differ, …) is the checker's business.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from bot.dialogue.flow import CheckIns, Flow, Pointer, State, Text, Where
from bot.dialogue.source.problem import Problem
from bot.dialogue.source.states import MOST_ENTRIES, Parts, StateReader
from bot.dialogue.source.yaml_nodes import Node, Table
from bot.dialogue.vocabulary import EXITS, FINDINGS, PHRASES, SERVICES, WORDS
from bot.model import LANGUAGES, Place

KINDS = ("flow", "phrases", "words")
"""What a file is: the one of these keys that stands at its top level."""

FLOW_KEYS = ("flow", "about", "called", "begin", "exits", "watches", "evidence", "check_in", "states")
CHECK_IN_KEYS = ("after", "solved", "unfinished")
POINTER_KEYS = ("finding", "from", "to")


class Source(Struct, frozen=True):
    """What the files of one folder say, before the checker has looked at it as a whole."""

    flows: Mapping[str, Flow]
    phrases: Mapping[str, Text]
    words: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, Where]
    """Where a part stands: `phrases`, `phrases.label.back`, `words.stop`, `flow iphone.begin`,
    `flow iphone.exits.stop`, `state iphone.vpn.how` …"""
    problems: tuple[Problem, ...]


def parse(files: Mapping[str, str]) -> Source:
    """Read the files (name → content). Never raises for their content: mistakes are in `problems`."""
    return _FlowReader().read(files)


class _FlowReader(StateReader):
    # --- files ---

    def read(self, files: Mapping[str, str]) -> Source:
        """Read the files; if one of them is no YAML, its mistake comes alone, for the others refer to it."""
        flows: dict[str, Parts] = {}
        phrases: dict[str, Text] = {}
        words: dict[str, tuple[str, ...]] = {}
        roots = [self.root(file, files[file]) for file in sorted(files)]
        for root in roots if not self.problems else ():
            kind = self._kind(root)
            if kind == "flow":
                self._add_flow(flows, root.nodes)
            if kind == "phrases":
                phrases |= {key: self.text(node) for key, node in self._listed(root, "phrases", PHRASES)}
            if kind == "words":
                words |= {key: self._typed(key, node) for key, node in self._listed(root, "words", WORDS)}
        read = dict(self._flows(flows))
        return Source(read, phrases, words, self.lines, tuple(sorted(set(self.problems))))

    def _kind(self, root: Table) -> str:
        kind = next((key for key in KINDS if key in root.nodes), "")
        if not kind and root.nodes:
            what = "a file has `flow: name`, `phrases:` or `words:` at its top level, and this one has not"
            self.unknown(root.where, what, next(iter(root.nodes)), KINDS)
        return kind

    def _add_flow(self, flows: dict[str, Parts], parts: Parts) -> None:
        name = self.name(self.value(parts["flow"]), parts["flow"].where, "a flow")
        if name in flows:
            self.report(parts["flow"].where, f"there are two flows called `{name}`")
        elif name:
            flows[name] = parts

    def _listed(self, root: Table, kind: str, known: Iterable[str]) -> Iterator[tuple[str, Node]]:
        self.known(root.nodes, "this file", (kind,))
        self.lines.setdefault(kind, root.nodes[kind].where)
        for key, node in self.table(root.nodes[kind], f"`{kind}:`", known).items():
            if f"{kind}.{key}" in self.lines:
                self.report(node.where, f"`{key}:` stands in another file, too")
            self.lines[f"{kind}.{key}"] = node.where
            yield key, node

    def _typed(self, key: str, node: Node) -> tuple[str, ...]:
        parts = node.nodes if isinstance(node, Table) else {}
        for language in LANGUAGES:
            if language in parts and not any(map(str.strip, self.values(parts[language]))):
                self.report(parts[language].where, f"`{key}:` lists nothing in `{language}:`")
        return self.phrases(node, f"`{key}:`", LANGUAGES)

    # --- flows ---

    def _flows(self, roots: Mapping[str, Parts]) -> Iterator[tuple[str, Flow]]:
        nodes = {
            Place(flow, state): node
            for flow, parts in roots.items()
            for state, node in self._sub_table(parts, "states").items()
        }
        states = self.states(nodes)
        for flow, parts in roots.items():
            mine = {
                place.state: state
                for place, state in states.items()
                if place.flow == flow and self.name(place.state, state.where, "a state")
            }
            yield flow, self._flow(flow, parts, mine)

    def _sub_table(self, parts: Parts, key: str, known: Iterable[str] | None = None) -> Parts:
        return self.table(parts[key], f"`{key}:`", known) if key in parts else {}

    def _flow(self, name: str, parts: Parts, states: Mapping[str, State]) -> Flow:
        where = parts["flow"].where
        parts = self.known(parts, f"flow `{name}`", FLOW_KEYS)
        for key in ("about", "begin", "exits", "states"):
            if key not in parts:
                self.report(where, f"flow `{name}` lacks `{key}:`")
        exits = self._sub_table(parts, "exits", EXITS)
        self.remember(f"flow {name}", parts)
        self.remember(f"flow {name}.exits", exits)
        return Flow(
            name=name,
            about=self.text(parts["about"]) if "about" in parts else Text("", ""),
            called=self.phrases(parts["called"]) if "called" in parts else (),
            begin=self.place(parts["begin"], name) if "begin" in parts else Place(name, ""),
            exits={key: self.place(exits[key], name) for key in EXITS if key in exits},
            watches=tuple(SERVICES[each] for each in self.names(parts.get("watches"), "service", SERVICES)),
            evidence=tuple(self._pointers(parts["evidence"], name)) if "evidence" in parts else (),
            check_in=self._check_in(parts["check_in"], name) if "check_in" in parts else None,
            states=states,
            version=_version(states),
            where=where,
        )

    def _pointers(self, node: Node, flow: str) -> Iterator[Pointer]:
        for each in self.items(node, "`evidence:`", MOST_ENTRIES):
            parts = self.table(each, "an entry of `evidence:`", POINTER_KEYS, ("finding", "to"))
            to = self.place(parts["to"], flow) if "to" in parts else Place(flow, "")
            for finding in self.names(parts.get("finding"), "finding", FINDINGS):
                yield Pointer(finding, self._origin(parts.get("from"), flow), to, each.where)

    def _check_in(self, node: Node, flow: str) -> CheckIns:
        parts = self.table(node, "`check_in:`", CHECK_IN_KEYS, CHECK_IN_KEYS)
        self.remember(f"flow {flow}.check_in", parts)
        after = self.duration(parts.get("after"), node.where, "`after:`")
        solved, unfinished = (
            self.place(parts[key], flow) if key in parts else Place(flow, "") for key in CHECK_IN_KEYS[1:]
        )
        return CheckIns(after, solved, unfinished)

    def _origin(self, node: Node | None, flow: str) -> Place | Literal["other flows"] | None:
        if node is None:
            return None
        return "other flows" if self.value(node) == "other flows" else self.place(node, flow)


def _version(states: Mapping[str, State]) -> str:
    """Sum up the logic, so that a stored conversation notices when it was edited; wording does not count."""
    logic = sorted(
        (
            *(name, state.end, str(state.skip), str(state.wait and state.wait.then)),
            str(state.passes and state.passes.to),
            [(option.id, str(option.to)) for option in state.options],
        )
        for name, state in states.items()
    )
    return hashlib.sha256(repr(logic).encode()).hexdigest()[:8]
