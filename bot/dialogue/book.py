"""The compiled flows as one immutable value: everything that a turn needs to know of them."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from bot.dialogue.flow import Flow, State, Text
from bot.dialogue.machine import FlowMachine
from bot.dialogue.understand import Lexicon
from bot.dialogue.vocabulary import ANSWERS, COMMANDS, OFFERED
from bot.model import LANGUAGES, Address, Choice, Conversation, Language, Place
from bot.replace import replace

FIRST_FLOW = "start"
"""The flow in which every conversation begins; it asks what the trouble is."""


PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
"""`{name}` in a text. Filled by look-up only: nothing in a text is ever evaluated."""


class Book(Struct, frozen=True):
    """Flows that the checker has passed. A reload makes a new book; a running turn keeps the one it has."""

    flows: Mapping[str, Flow]
    phrases: Mapping[str, Text]
    machine: FlowMachine
    lexicon: Lexicon
    buttons: Mapping[tuple[Place | None, str, Language], Choice]
    """Every button there is, made once: by place and answer, or without a place for a command."""
    places: frozenset[Place]
    renamed: Mapping[Place, Place]
    steps: Mapping[Place, tuple[int, int]]
    """Which step of how many a place is in its flow, where it has a title; of one title is one step."""

    @property
    def start(self) -> Flow:
        """The flow in which every conversation begins."""
        return self.flows[FIRST_FLOW]

    def state(self, place: Place) -> State:
        """Give the state at a place of this book."""
        return self.flows[place.flow].states[place.state]

    def say(self, key: str, language: Language, **values: str) -> str:
        """Give a phrase of `phrases.yaml`, its placeholders filled with the values."""
        phrase = self.phrases[key].of(language)
        return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), phrase) if values else phrase

    def begin(self, address: Address, language: Language) -> Conversation:
        """Give a conversation in which nothing has been asked yet."""
        return Conversation(address, self.start.begin, language, self.start.version)

    def knows(self, place: Place) -> bool:
        """Say whether the place is in this book, if need be under another name."""
        return self._known(place) is not None

    def land(self, conversation: Conversation) -> Conversation:
        """Bring a stored conversation to a place that this book knows.

        A renamed state is followed; one that is gone leads to the beginning of its flow, and one whose
        flow is gone to the very beginning. Steps that no longer exist are forgotten.
        """
        flow = self.flows.get(conversation.place.flow)
        if flow is not None and flow.version == conversation.version and self._has_all(conversation):
            return conversation
        place = self._known(conversation.place) or (flow or self.start).begin
        path = (self._known(each) for each in conversation.path)
        tried = ((self._known(each.place), each) for each in conversation.tried)
        return replace(
            conversation,
            place=place,
            version=self.flows[place.flow].version,
            path=tuple(each for each in path if each is not None),
            tried=tuple(replace(each, place=place) for place, each in tried if place is not None),
        )

    def _has_all(self, conversation: Conversation) -> bool:
        """Say whether no place is gone: the path may lead through other flows, and those change, too."""
        tried = [each.place for each in conversation.tried]
        return self.places.issuperset((conversation.place, *conversation.path, *tried))

    def _known(self, place: Place) -> Place | None:
        return place if place in self.places else self.renamed.get(place)


def compile_book(
    flows: Mapping[str, Flow], phrases: Mapping[str, Text], words: Mapping[str, tuple[str, ...]]
) -> Book:
    """Make the book of flows, phrases and words that the checker has passed."""
    labels = {name: phrases[f"label.{name}"] for name in (*COMMANDS, *ANSWERS)}
    return Book(
        flows=flows,
        phrases=phrases,
        machine=FlowMachine(flows.values()),
        lexicon=Lexicon(flows, labels, words),
        buttons=_buttons(flows, labels),
        places=frozenset(state.place for flow in flows.values() for state in flow.states.values()),
        renamed={
            Place(flow.name, old): state.place
            for flow in flows.values()
            for state in flow.states.values()
            for old in state.was
        },
        steps={place: step for flow in flows.values() for place, step in _steps(flow)},
    )


def _steps(flow: Flow) -> Iterator[tuple[Place, tuple[int, int]]]:
    """Number the steps as the file has them. The step and the consent to it share a title, and the number.

    What stands beside the way, for those who name their trouble, has none.
    """
    titles = list(dict.fromkeys(state.title for state in _on_the_way(flow) if state.title))
    for state in flow.states.values():
        if state.title in titles:
            yield state.place, (titles.index(state.title) + 1, len(titles))


def _on_the_way(flow: Flow) -> Iterator[State]:
    return (state for state in flow.states.values() if not state.called)


def _buttons(
    flows: Mapping[str, Flow], labels: Mapping[str, Text]
) -> Mapping[tuple[Place | None, str, Language], Choice]:
    buttons: dict[tuple[Place | None, str, Language], Choice] = {}
    for language in LANGUAGES:
        for command in COMMANDS:
            label = labels[command].of(language)
            kind: Literal["answer", "command"] = "command" if command in OFFERED else "answer"
            buttons[None, command, language] = Choice(command, label, kind)
        for flow in flows.values():
            for state in flow.states.values():
                for option in state.options:
                    label = option.label.of(language) or labels[option.id].of(language)
                    buttons[state.place, option.id, language] = Choice(option.id, label)
    return buttons
