"""One turn: what an event makes of a conversation, and what we owe the person for it.

`take_turn` is a pure function, so it may be computed again on a newer conversation, replayed in a test, or
called twice for one event. It reads no clock and no network: the outside comes in as `world`.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from bot.dialogue.book import Book
from bot.dialogue.evidence import find
from bot.dialogue.flow import ExitName
from bot.dialogue.machine import SKIP, evidence_trigger, exit_trigger
from bot.dialogue.phrase import Scene, choices, filled, question
from bot.dialogue.understand import (
    Answered,
    Commanded,
    Meaning,
    Named,
    Solved,
    Switched,
    Thanked,
    Unclear,
)
from bot.dialogue.vocabulary import COMMANDS, OUTCOMES, CommandName
from bot.model import (
    Address,
    Conversation,
    Event,
    Finding,
    Job,
    Language,
    Opened,
    Outcome,
    Picked,
    Place,
    Reply,
    Said,
    Say,
    Shared,
    Tried,
    Turn,
    Wake,
    Woke,
    World,
)

PATH_LENGTH = 30
"""How many places "back" remembers, so that a conversation stays small however long somebody goes round."""

DEFAULT_LANGUAGE: Language = "en"


def take_turn(
    book: Book, conversation: Conversation | None, event: Event, world: World, address: Address
) -> Turn:
    """Give the next conversation and the jobs that the event leads to.

    `conversation` is None for somebody new, and `address` says who that is. Never raises for anything a
    person can send. A turn that changes nothing gives the conversation back as it was.
    """
    before = conversation or book.begin(address, _first_language(event))
    draft = _Draft(book, book.land(before), world)
    if book.knows(before.place):
        draft.take(event)
    else:
        draft.take_elsewhere(event)
    return draft.turn()


def _first_language(event: Event) -> Language:
    """Guess the language of somebody new: the script that they write, else what the platform says."""
    if isinstance(event, Said) and any("\u3041" <= character <= "\u30fe" for character in event.text[:500]):
        return "ja"
    hint = event.language if isinstance(event, Opened | Said | Shared) else None
    return hint or DEFAULT_LANGUAGE


class _Draft:
    """A turn in the making; it lives for one call of `take_turn`."""

    def __init__(self, book: Book, conversation: Conversation, world: World) -> None:
        self._book = book
        self._world = world
        self._conversation = conversation
        self._notes: list[str] = []
        self._asks = False
        """Whether the person is asked something new, which makes older buttons old."""
        self._details: str | None = None
        """What is said in place of the question, with the question's buttons."""
        self._silent = False

    @property
    def _scene(self) -> Scene:
        return Scene(self._book, self._conversation, self._world)

    # --- events ---

    def take(self, event: Event) -> None:
        match event:
            case Opened():
                self._open()
            case Said(text=text):
                self._read(text, typed=True)
            case Shared(text=text):
                self._read(text, typed=False)
            case Picked(prompt=prompt, choice=choice):
                self._press(prompt, choice)
            case Woke(prompt=prompt):
                self._remind(prompt)
            case _:
                assert_never(event)

    def take_elsewhere(self, event: Event) -> None:
        """Take an event that was meant for a place which is gone: evidence counts, an answer does not."""
        self.note("turn.guide_changed")
        self._asks = True
        if isinstance(event, Said | Shared) and find(event.text):
            self._read(event.text, typed=False)
        self._silent = isinstance(event, Woke)

    def _open(self) -> None:
        if self._scene.state.end:
            self._restart()
        elif self._conversation.prompt:
            self.note("turn.welcome_back")
        else:
            self._asks = True

    def _read(self, text: str, *, typed: bool) -> None:
        findings = find(text)
        if findings:
            self._follow(findings)
        elif typed:
            self._answer(text)
        else:
            self.note("turn.file_without_evidence")

    def _press(self, prompt: int, choice: str) -> None:
        current = prompt == self._conversation.prompt and choice in self._conversation.offered
        if current and choice in COMMANDS:
            self._command(choice)
        elif not current or not self._choose(choice):
            self.note("turn.old_button")

    def _remind(self, prompt: int) -> None:
        remind = self._scene.state.remind
        if remind is None or prompt != self._conversation.prompt:
            self._silent = True
        else:
            self._details = remind.text.of(self._conversation.language)

    # --- typed text ---

    def _answer(self, text: str) -> None:
        meaning = self._book.lexicon.understand(self._scene.state, self._conversation.offered, text)
        match meaning:
            case Answered(id=id_) if self._choose(id_):
                pass
            case Commanded(name=name):
                self._command(name)
            case Switched(language=language):
                self._speak(language)
            case Solved() if self._conversation.prompt:
                self._leave("solved", "fixed")
            case Thanked():
                self.note("turn.thanks")
            case _ if self._scene.state.end:
                self._restart()
                self._begin_with(meaning)
            case _ if self._conversation.place == self._book.start.begin:
                self._begin_with(meaning)
            case _:
                self._wonder(meaning)

    def _begin_with(self, meaning: Meaning) -> None:
        """Start the flow that somebody names in their first words; else ask which one."""
        if isinstance(meaning, Named):
            self._move(self._book.flows[meaning.flow].begin)
        elif self._conversation.prompt and not self._asks:
            self._wonder(meaning)

    def _wonder(self, meaning: Meaning) -> None:
        empty = isinstance(meaning, Unclear) and meaning.empty
        self.note("turn.nothing_read" if empty else "turn.unclear")

    # --- commands ---

    def _command(self, name: CommandName) -> None:
        match name:
            case "how":
                self._explain()
            case "skip":
                self._skip()
            case "back":
                self._back()
            case "restart":
                self._restart()
            case "person":
                self._leave("person", None)
            case "language":
                self._speak("en" if self._conversation.language == "ja" else "ja")
            case "help":
                self._details = self._scene.phrase("turn.help")
            case "stop":
                self._leave("stop", None)
            case _:
                assert_never(name)

    def _explain(self) -> None:
        how = self._scene.state.how
        if how is None:
            self.note("turn.no_how")
        else:
            self._details = filled(self._scene, how.of(self._conversation.language))

    def _skip(self) -> None:
        origin = self._conversation.place
        to = self._book.machine.go(origin, SKIP)
        if to is None:
            self.note("turn.no_skip")
        else:
            self._try("skipped")
            self._move(to)

    def _back(self) -> None:
        path = self._conversation.path
        if not path:
            self.note("turn.first_step")
            return
        tried = tuple(each for each in self._conversation.tried if each.place != path[-1])
        self._conversation = replace(self._conversation, path=path[:-1], tried=tried)
        self._arrive(path[-1])

    def _restart(self) -> None:
        """Begin anew; prompt numbers go on, so that no old button ever fits again."""
        old = self._conversation
        self._conversation = replace(self._book.begin(old.address, old.language), prompt=old.prompt)
        self._asks = True

    def _leave(self, name: ExitName, outcome: Outcome | None) -> None:
        to = self._book.machine.go(self._conversation.place, exit_trigger(name))
        if to is None or to == self._conversation.place:
            self.note("turn.already_here")
            return
        if outcome:
            self._try(outcome)
        self._move(to)

    def _speak(self, language: Language) -> None:
        self._conversation = replace(self._conversation, language=language)
        self.note("turn.language")

    # --- moving ---

    def _choose(self, id_: str) -> bool:
        option = self._scene.state.option(id_)
        to = self._book.machine.go(self._conversation.place, id_)
        if option is None or to is None:
            return False
        if id_ in OUTCOMES:
            self._try(OUTCOMES[id_])
        self._move(to)
        return True

    def _follow(self, findings: tuple[Finding, ...]) -> None:
        """Go where the evidence points, saying why; or say what it shows and stay."""
        new = {finding.name: finding for finding in findings}
        replaced = (
            {"serial_missing", "serial_present"}
            if new.keys() & {"serial_missing", "serial_present"}
            else set()
        )
        kept = (each for each in self._conversation.findings if each.name not in new.keys() | replaced)
        self._conversation = replace(self._conversation, findings=(*kept, *findings))
        for finding in findings:
            self._notes.append(self._scene.phrase(f"finding.{finding.name}", quote=finding.quote))
        self._asks = True
        for finding in findings:
            to = self._book.machine.go(self._conversation.place, evidence_trigger(finding.name))
            if to is not None:
                self._move(to)
                return

    def _try(self, outcome: Outcome) -> None:
        """Note how the step went that is being left; an earlier try of the same step counts no more."""
        place = self._conversation.place
        if self._scene.state.title is None:
            return
        others = tuple(each for each in self._conversation.tried if each.place != place)
        self._conversation = replace(self._conversation, tried=(*others, Tried(place, outcome)))

    def _move(self, to: Place) -> None:
        origin = self._conversation.place
        if to != origin:
            path = (*self._conversation.path, origin)[-PATH_LENGTH:]
            self._conversation = replace(self._conversation, path=path)
        self._arrive(to)

    def _arrive(self, place: Place) -> None:
        version = self._book.flows[place.flow].version
        self._conversation = replace(self._conversation, place=place, version=version)
        self._asks = True

    # --- the outcome ---

    def note(self, key: str) -> None:
        """Say this phrase before the question."""
        self._notes.append(self._scene.phrase(key))

    def turn(self) -> Turn:
        if self._silent:
            return Turn(self._conversation)
        scene = self._scene
        buttons = choices(scene)
        text = "\n\n".join((*self._notes, question(scene) if self._details is None else self._details))
        offered = tuple(button.id for button in buttons)
        asks = self._asks or offered != self._conversation.offered
        if asks:
            prompt = self._conversation.prompt + 1
            self._conversation = replace(self._conversation, prompt=prompt, offered=offered)
        reply = Reply(text, buttons, self._conversation.prompt)
        return Turn(self._conversation, (Say(self._conversation.address, (reply,)), *self._wakes(asks=asks)))

    def _wakes(self, *, asks: bool) -> Iterable[Job]:
        remind = self._scene.state.remind
        if remind is not None and asks:
            at = self._world.now + remind.after
            yield Wake(self._conversation.address, at, self._conversation.prompt)
