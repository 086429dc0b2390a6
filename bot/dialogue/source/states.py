"""Reads the states of flow files: what is said, the answers, where they lead, and `like:` another state."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Literal, TypeAlias

from bot.dialogue.flow import Option, Pass, Reminder, Stance, State, Text, Variant, Wait, Where
from bot.dialogue.source.problem import shortened
from bot.dialogue.source.values import Reader
from bot.dialogue.source.yaml_nodes import Items, Node, Value
from bot.dialogue.vocabulary import ANSWERS, FINDINGS, GUARDS, STANCES
from bot.model import LANGUAGES, Place

STATE_KEYS = (
    *("like", "title", "say", "how", "choices", "skip", "remind", "wait", "end", "loses", "was"),
    *("passes", "called", "asks"),
)
CHOICE_KEYS = ("to", "label", "when", "means", "words", "resumes", "untried", "finds")
VARIANT_KEYS = ("when", *LANGUAGES)
REMIND_KEYS = ("minutes", *LANGUAGES)
WAIT_KEYS = ("for", "then")
PASS_KEYS = ("when", "to")
ASKED: tuple[Literal["machine"], ...] = ("machine",)

MOST_CHOICES = 10
"""Answers of one question; a person reads them all, and Slack takes 25 buttons with the commands."""

MOST_ENTRIES = 50
"""Entries of a list such as `say:`."""

Parts: TypeAlias = Mapping[str, Node]


class StateReader(Reader):
    """Reads states, and remembers in which line each part of them stands."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, Where] = {}

    def states(self, nodes: Mapping[Place, Node]) -> Mapping[Place, State]:
        """Read states that may be like one another."""
        own = {
            place: self.table(node, f"state `{shortened(place.state, 60)}`", STATE_KEYS)
            for place, node in nodes.items()
        }
        return {
            place: self._state(place, nodes[place], parts) for place, parts in self._inherited(own).items()
        }

    def place(self, node: Node, flow: str) -> Place:
        """Read the name of a state, of another flow if a dot is in it."""
        first, dot, second = self.value(node).partition(".")
        return Place(first, second) if dot else Place(flow, first)

    def remember(self, prefix: str, parts: Parts) -> None:
        """Keep the lines in which the parts stand."""
        for key, node in parts.items():
            self.lines[f"{prefix}.{key}"] = node.where

    def _state(self, place: Place, node: Node, parts: Parts) -> State:
        self.remember(f"state {place}", parts)
        if "say" not in parts and "like" not in parts:
            self.report(node.where, f"state `{shortened(place.state, 60)}` has nothing to `say:`")
        options = tuple(self._options(parts["choices"], place.flow)) if "choices" in parts else ()
        not_yet = (option.to for option in options if option.id == "not_yet" and not option.resumes)
        return State(
            place=place,
            title=self.text(parts["title"]) if "title" in parts else None,
            say=tuple(self._variants(parts["say"])) if "say" in parts else (),
            how=self.text(parts["how"]) if "how" in parts else None,
            options=options,
            skip=self.place(parts["skip"], place.flow) if "skip" in parts else next(not_yet, None),
            remind=self._reminder(parts["remind"]) if "remind" in parts else None,
            wait=self._wait(parts["wait"], place) if "wait" in parts else None,
            end=self.flag(parts.get("end")),
            loses=self.flag(parts.get("loses")),
            was=tuple(filter(None, self._was(parts.get("was")))),
            passes=self._passes(parts["passes"], place) if "passes" in parts else None,
            called=self.phrases(parts["called"]) if "called" in parts else (),
            asks=next(iter(self.names(parts.get("asks"), "thing to ask", ASKED)), None),
            where=node.where,
        )

    def _was(self, node: Node | None) -> Iterator[str]:
        for name in self.values(node):
            if node is not None:
                yield self.name(name, node.where, "a state")

    def _variants(self, node: Node) -> Iterator[Variant]:
        for each in self.items(node, "`say:`", MOST_ENTRIES) if isinstance(node, Items) else [node]:
            parts = self.table(each, "`say:`", VARIANT_KEYS)
            yield Variant(self.both(each), self._guards(parts), each.where)

    def _options(self, node: Node, flow: str) -> Iterator[Option]:
        options = list(self.table(node, "`choices:`").items())
        if len(options) > MOST_CHOICES:
            self.report(options[MOST_CHOICES][1].where, f"there are more than {MOST_CHOICES} choices")
        for id_, value in options[:MOST_CHOICES]:
            if self.name(id_, value.where, "a choice"):
                yield self._option(id_, value, flow)

    def _option(self, id_: str, node: Node, flow: str) -> Option:
        needed = ("to",) if id_ in ANSWERS else ("to", "label")
        if isinstance(node, Value) and id_ in ANSWERS:
            parts: Parts = {"to": node}
        else:
            parts = self.table(node, f"choice `{id_}`", CHOICE_KEYS, needed)
        return Option(
            id=id_,
            label=self.text(parts["label"]) if "label" in parts else Text("", ""),
            to=self.place(parts["to"], flow) if "to" in parts else Place(flow, ""),
            when=self._guards(parts),
            stance=self._stance(parts["means"]) if "means" in parts else STANCES.get(id_),
            words=self.phrases(parts["words"]) if "words" in parts else (),
            resumes=self.flag(parts.get("resumes")),
            untried=self.flag(parts.get("untried")),
            finds=next(iter(self.names(parts.get("finds"), "finding", FINDINGS)), None),
            where=node.where,
        )

    def _stance(self, node: Node) -> Stance | None:
        match self.value(node):
            case "yes" | "no" as stance:
                return stance
            case value:
                self.report(node.where, f"`means:` is yes or no, not `{shortened(value, 60)}`")
                return None

    def _reminder(self, node: Node) -> Reminder:
        parts = self.table(node, "`remind:`", REMIND_KEYS)
        minutes = self.value(parts["minutes"]) if "minutes" in parts else ""
        if not re.fullmatch(r"[1-9][0-9]{0,4}", minutes):
            where = parts["minutes"].where if "minutes" in parts else node.where
            self.report(where, "`remind:` needs `minutes:`, a whole number from 1 to 99999")
            minutes = "1"
        return Reminder(timedelta(minutes=int(minutes)), self.both(node))

    def _wait(self, node: Node, place: Place) -> Wait:
        parts = self.table(node, "`wait:`", WAIT_KEYS, WAIT_KEYS)
        self.remember(f"state {place}.wait", parts)
        then = self.place(parts["then"], place.flow) if "then" in parts else place
        return Wait(self.duration(parts.get("for"), node.where, "`for:`"), then)

    def _passes(self, node: Node, place: Place) -> Pass:
        parts = self.table(node, "`passes:`", PASS_KEYS, PASS_KEYS)
        self.remember(f"state {place}.passes", parts)
        flow = place.flow
        to = self.place(parts["to"], flow) if "to" in parts else Place(flow, "")
        return Pass(self._guards(parts), to)

    def _guards(self, parts: Parts) -> tuple[str, ...]:
        return self.names(parts.get("when"), "condition", GUARDS)

    # --- states that are like others ---

    def _inherited(self, own: Mapping[Place, Parts]) -> Mapping[Place, Parts]:
        """Give each state the keys of the one that it is like, and of the one which that is like, …"""
        models = {
            place: self._model(place, parts["like"], own) for place, parts in own.items() if "like" in parts
        }
        done: dict[Place, Parts] = {}
        for place in own:
            for each in reversed(self._chain(place, own, models, done)):
                model = models.get(each)
                inherited = done.get(model, {}) if model else {}
                done[each] = {
                    key: node for key, node in inherited.items() if key not in ("was", "called")
                } | dict(own[each])
        return done

    def _model(self, place: Place, like: Node, own: Mapping[Place, Parts]) -> Place | None:
        model = self.place(like, place.flow)
        if model in own:
            return model
        self.unknown(
            like.where,
            f"there is no state `{shortened(str(model), 60)}` to be like",
            str(model),
            map(str, own),
        )
        return None

    def _chain(
        self,
        place: Place,
        own: Mapping[Place, Parts],
        models: Mapping[Place, Place | None],
        done: Mapping[Place, Parts],
    ) -> tuple[Place, ...]:
        """Give the place, the one it is like, and so on, as far as they are not done."""
        chain: dict[Place, None] = {}
        each: Place | None = place
        while each is not None and each not in done:
            if each in chain:
                last = next(reversed(chain))
                self.report(own[last]["like"].where, f"`{shortened(str(each), 60)}` would be like itself")
                break
            chain[each] = None
            each = models.get(each)
        return tuple(chain)
