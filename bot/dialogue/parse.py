"""Reads the text of flow files into flows, strictly, and says of every mistake where it is.

YAML bites people who are not programmers, so every value is taken as the text that stands there (no `no`
that turns into false), a key given twice is a mistake, and only the keys below are known.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from io import StringIO

import yaml

from bot.dialogue.flow import Flow, Option, Pointer, Reminder, State, Stance, Text, Variant, Where
from bot.dialogue.vocabulary import (
    ANSWERS,
    EXITS,
    FINDINGS,
    GUARDS,
    PHRASES,
    SERVICES,
    STANCES,
    WORDS,
)
from bot.model import LANGUAGES, Place

FLOW_KEYS = ("flow", "about", "called", "begin", "exits", "watches", "evidence", "states")
STATE_KEYS = ("like", "title", "say", "how", "choices", "skip", "remind", "end", "loses", "was")
CHOICE_KEYS = ("to", "label", "when", "means", "words")
VARIANT_KEYS = ("when", *LANGUAGES)
REMIND_KEYS = ("minutes", *LANGUAGES)
POINTER_KEYS = ("finding", "from", "to")

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""Names of flows, states and answers. They travel in buttons, where Telegram allows 64 bytes."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a flow file, as its editor reads it."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        """Give the line that `imessage-support check` prints."""
        return f"{self.file}:{self.line}  {self.what}"


@dataclass(frozen=True, slots=True)
class Source:
    """What the files of one folder say, before the checker has looked at it as a whole."""

    flows: Mapping[str, Flow]
    phrases: Mapping[str, Text]
    words: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, Where]
    """Where `phrases`, `words` and each of their keys (`phrases.label.back`) stand."""
    problems: tuple[Problem, ...]


def parse(files: Mapping[str, str]) -> Source:
    """Read the files (name → content). Never raises for their content: mistakes are in `problems`."""
    return _Reader().read(files)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give the hint to append to "there is no such …", or nothing if nothing is near."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" did you mean `{near[0]}`?" if near else ""


_Nodes = dict[str, yaml.Node]


class _NamedText(StringIO):
    """A text whose name YAML puts into its marks, so that each node knows the file that it came from."""

    def __init__(self, content: str, name: str) -> None:
        super().__init__(content)
        self.name = name


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.lines: dict[str, Where] = {}

    # --- files ---

    def read(self, files: Mapping[str, str]) -> Source:
        roots = {name: root for name in sorted(files) if (root := self._compose(name, files[name]))}
        flows: dict[str, _Nodes] = {}
        phrases: dict[str, Text] = {}
        words: dict[str, tuple[str, ...]] = {}
        for name, root in roots.items():
            kind = next(iter(root), "")
            if kind == "flow":
                self._add_flow(flows, root)
            elif kind == "phrases":
                phrases |= self._phrases(root)
            elif kind == "words":
                words |= self._words(root)
            else:
                self._report(
                    Where(name, 1),
                    "a file begins with `flow: name`, `phrases:` or `words:`, and this one does not",
                )
        read = self._flows(flows)
        return Source(read, phrases, words, self.lines, tuple(sorted(set(self.problems))))

    def _compose(self, name: str, content: str) -> _Nodes | None:
        try:
            root = yaml.compose(_NamedText(content, name), Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._report(
                Where(name, mark.line + 1 if mark else 1),
                f"this is not readable as YAML: {error.problem or error.context}. "
                "Look for a missing quotation mark, a tab, or wrong indentation here or just above",
            )
            return None
        except yaml.reader.ReaderError as error:
            line = content.count("\n", 0, error.position) + 1
            self._report(
                Where(name, line), "there is a character here that YAML does not allow; retype this line"
            )
            return None
        if root is None:
            self._report(Where(name, 1), "this file is empty")
            return None
        return self._mapping(root, "a flow file")

    def _add_flow(self, flows: dict[str, _Nodes], root: _Nodes) -> None:
        name = self._name(root["flow"], "a flow")
        if name in flows:
            self._report(_where(root["flow"]), f"there are two flows called `{name}`")
        elif name:
            flows[name] = root

    def _phrases(self, root: _Nodes) -> dict[str, Text]:
        nodes = self._listed(root, "phrases", PHRASES)
        return {key: self._text(node) for key, node in nodes.items()}

    def _words(self, root: _Nodes) -> dict[str, tuple[str, ...]]:
        nodes = self._listed(root, "words", WORDS)
        return {key: self._phrases_by_language(node) for key, node in nodes.items()}

    def _listed(self, root: _Nodes, kind: str, known: Iterable[str]) -> _Nodes:
        self._known_keys(root, "this file", (kind,))
        nodes = self._mapping(root[kind], f"`{kind}:`", known)
        self.lines |= {kind: _where(root[kind])} | {
            f"{kind}.{key}": _where(node) for key, node in nodes.items()
        }
        return nodes

    # --- flows ---

    def _flows(self, roots: Mapping[str, _Nodes]) -> dict[str, Flow]:
        states = {
            name: self._mapping(root["states"], "states") if "states" in root else {}
            for name, root in roots.items()
        }
        raw = {
            Place(flow, state): self._mapping(node, f"state `{state}`", STATE_KEYS)
            for flow, nodes in states.items()
            for state, node in nodes.items()
        }
        return {name: self._flow(name, root, states[name], raw) for name, root in roots.items()}

    def _flow(self, name: str, root: _Nodes, nodes: _Nodes, raw: Mapping[Place, _Nodes]) -> Flow:
        where = _where(root["flow"])
        self._known_keys(root, f"flow `{name}`", FLOW_KEYS)
        for key in ("about", "begin", "exits", "states"):
            if key not in root:
                self._report(where, f"flow `{name}` lacks `{key}:`")
        states = {
            state: self._state(Place(name, state), node, self._resolved(Place(name, state), raw, ()))
            for state, node in nodes.items()
            if self._name(node, "a state", state)
        }
        exits = self._mapping(root["exits"], "exits", EXITS) if "exits" in root else {}
        return Flow(
            name=name,
            about=self._text(root["about"]) if "about" in root else Text("", ""),
            called=self._phrases_by_language(root["called"]) if "called" in root else (),
            begin=self._place(root["begin"], name) if "begin" in root else Place(name, ""),
            exits={key: self._place(node, name) for key, node in exits.items()},  # type: ignore[misc]
            watches=tuple(
                SERVICES[service] for service in self._names(root.get("watches"), "service", SERVICES)
            ),
            evidence=tuple(self._pointer(node, name) for node in self._sequence(root.get("evidence"))),
            states=states,
            version=_version(states),
            where=where,
        )

    def _resolved(self, place: Place, raw: Mapping[Place, _Nodes], seen: tuple[Place, ...]) -> _Nodes:
        own = raw.get(place, {})
        if "like" not in own:
            return own
        model = self._place(own["like"], place.flow)
        if model not in raw:
            hint = did_you_mean(str(model), map(str, raw))
            self._report(_where(own["like"]), f"there is no state `{model}` to be like.{hint}")
            return own
        if model in seen or model == place:
            self._report(_where(own["like"]), f"`{place}` would be like itself")
            return own
        return self._resolved(model, raw, (*seen, place)) | own

    def _state(self, place: Place, node: yaml.Node, parts: _Nodes) -> State:
        where = _where(node)
        if "say" not in parts:
            self._report(where, f"state `{place.state}` has nothing to `say:`")
        options = tuple(self._options(parts["choices"], place.flow)) if "choices" in parts else ()
        not_yet = next((option.to for option in options if option.id == "not_yet"), None)
        return State(
            place=place,
            title=self._text(parts["title"]) if "title" in parts else None,
            say=tuple(self._variants(parts["say"])) if "say" in parts else (),
            how=self._text(parts["how"]) if "how" in parts else None,
            options=options,
            skip=self._place(parts["skip"], place.flow) if "skip" in parts else not_yet,
            remind=self._reminder(parts["remind"]) if "remind" in parts else None,
            end=self._flag(parts.get("end")),
            loses=self._flag(parts.get("loses")),
            was=tuple(self._list(parts.get("was"))),
            where=where,
        )

    def _variants(self, node: yaml.Node) -> Iterable[Variant]:
        for each in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            parts = self._mapping(each, "say", VARIANT_KEYS)
            yield Variant(self._both(parts, each), self._guards(parts.get("when")), _where(each))

    def _options(self, node: yaml.Node, flow: str) -> Iterable[Option]:
        for id_, value in self._mapping(node, "choices").items():
            if self._name(value, "a choice", id_):
                yield self._option(id_, value, flow)

    def _option(self, id_: str, node: yaml.Node, flow: str) -> Option:
        short = isinstance(node, yaml.ScalarNode)
        parts = {"to": node} if short else self._mapping(node, f"choice `{id_}`", CHOICE_KEYS)
        for key in ("to", *(() if id_ in ANSWERS else ("label",))):
            if key not in parts:
                self._report(_where(node), f"choice `{id_}` lacks `{key}:`")
        return Option(
            id=id_,
            label=self._text(parts["label"]) if "label" in parts else Text("", ""),
            to=self._place(parts["to"], flow) if "to" in parts else Place(flow, ""),
            when=self._guards(parts.get("when")),
            stance=self._stance(id_, parts.get("means")),
            words=self._phrases_by_language(parts["words"]) if "words" in parts else (),
            where=_where(node),
        )

    def _stance(self, id_: str, node: yaml.Node | None) -> Stance | None:
        if node is None:
            return STANCES.get(id_)
        match self._scalar(node):
            case "yes":
                return "yes"
            case "no":
                return "no"
            case value:
                pass
        self._report(_where(node), f"`means:` is yes or no, not `{value}`")
        return None

    def _reminder(self, node: yaml.Node) -> Reminder:
        parts = self._mapping(node, "remind", REMIND_KEYS)
        minutes = self._scalar(parts["minutes"]) if "minutes" in parts else ""
        if not re.fullmatch(r"[1-9][0-9]{0,4}", minutes):
            self._report(_where(node), "`remind:` needs `minutes:`, a whole number from 1 to 99999")
            minutes = "1"
        return Reminder(timedelta(minutes=int(minutes)), self._both(parts, node))

    def _pointer(self, node: yaml.Node, flow: str) -> Pointer:
        parts = self._mapping(node, "evidence", POINTER_KEYS)
        for key in ("finding", "to"):
            if key not in parts:
                self._report(_where(node), f"a line of `evidence:` lacks `{key}:`")
        finding = self._names(parts.get("finding"), "finding", FINDINGS) or (FINDINGS[0],)
        origin = self._scalar(parts["from"]) if "from" in parts else None
        return Pointer(
            finding=finding[0],  # type: ignore[arg-type]
            origin="other flows"
            if origin == "other flows"
            else None
            if origin is None
            else self._place(parts["from"], flow),
            to=self._place(parts["to"], flow) if "to" in parts else Place(flow, ""),
            where=_where(node),
        )

    # --- values ---

    def _place(self, node: yaml.Node, flow: str) -> Place:
        first, dot, second = self._scalar(node).partition(".")
        return Place(first, second) if dot else Place(flow, first)

    def _guards(self, node: yaml.Node | None) -> tuple[str, ...]:
        return self._names(node, "condition", GUARDS)

    def _names(self, node: yaml.Node | None, what: str, known: Iterable[str]) -> tuple[str, ...]:
        """Read one name or a list of names out of a closed list; those that are not in it are left out."""
        known = tuple(known)
        names = tuple(self._list(node))
        for name in names:
            if name not in known and node is not None:
                self._report(_where(node), f"there is no {what} `{name}`.{did_you_mean(name, known)}")
        return tuple(name for name in names if name in known)

    def _list(self, node: yaml.Node | None) -> Iterable[str]:
        if node is None:
            return ()
        return [
            self._scalar(each) for each in (node.value if isinstance(node, yaml.SequenceNode) else [node])
        ]

    def _sequence(self, node: yaml.Node | None) -> list[yaml.Node]:
        if node is None:
            return []
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self._report(_where(node), "this should be a list: each line begins with `- `")
        return []

    def _flag(self, node: yaml.Node | None) -> bool:
        if node is None:
            return False
        value = self._scalar(node)
        if value not in ("yes", "no", "true", "false"):
            self._report(_where(node), f"this should be yes or no, not `{value}`")
        return value in ("yes", "true")

    def _name(self, node: yaml.Node, what: str, name: str | None = None) -> str:
        name = self._scalar(node) if name is None else name
        if NAME.fullmatch(name):
            return name
        self._report(
            _where(node),
            f"`{name}` cannot be the name of {what}: use small letters a-z, digits and _ (32 at most, a letter first)",
        )
        return ""

    def _phrases_by_language(self, node: yaml.Node) -> tuple[str, ...]:
        parts = self._mapping(node, "words", LANGUAGES)
        return tuple(phrase for each in parts.values() for phrase in self._list(each))

    def _text(self, node: yaml.Node) -> Text:
        return self._both(self._mapping(node, "a text", LANGUAGES), node)

    def _both(self, parts: _Nodes, node: yaml.Node) -> Text:
        texts = {
            language: self._scalar(parts[language]).strip("\n") for language in LANGUAGES if language in parts
        }
        for language in LANGUAGES:
            if not texts.get(language, "").strip():
                self._report(_where(node), f"the text in `{language}:` is missing")
        return Text(**({"ja": "", "en": ""} | texts))

    def _scalar(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        self._report(_where(node), "a single value belongs here")
        return ""

    def _mapping(self, node: yaml.Node, what: str, known: Iterable[str] | None = None) -> _Nodes:
        if not isinstance(node, yaml.MappingNode):
            self._report(_where(node), f"{what} should be written as `name: value` lines")
            return {}
        result: _Nodes = {}
        for key_node, value in node.value:
            key = self._scalar(key_node)
            if key in result:
                self._report(_where(key_node), f"`{key}:` stands here twice")
            result[key] = value
        if known is not None:
            self._known_keys(result, what, known)
            result = {key: value for key, value in result.items() if key in known}
        return result

    def _known_keys(self, nodes: _Nodes, what: str, known: Iterable[str]) -> None:
        for key in nodes.keys() - set(known):
            self._report(_where(nodes[key]), f"`{key}:` is not known in {what}.{did_you_mean(key, known)}")

    def _report(self, where: Where, what: str) -> None:
        self.problems.append(Problem(where.file, where.line, what))


def _where(node: yaml.Node) -> Where:
    return Where(str(node.start_mark.name), node.start_mark.line + 1)


def _version(states: Mapping[str, State]) -> str:
    logic = sorted(
        (name, state.end, str(state.skip), [(option.id, str(option.to)) for option in state.options])
        for name, state in states.items()
    )
    return hashlib.sha256(repr(logic).encode()).hexdigest()[:8]
