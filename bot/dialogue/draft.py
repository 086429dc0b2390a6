"""A turn in the making: the moves that a conversation can make, and the reply that comes of them."""

from collections.abc import Iterable
from dataclasses import replace

from bot.dialogue.book import Book
from bot.dialogue.flow import ExitName
from bot.dialogue.machine import SKIP, evidence_trigger, exit_trigger
from bot.dialogue.phrase import Scene, choices, filled, question
from bot.dialogue.vocabulary import OUTCOMES
from bot.model import (
    Choice,
    Conversation,
    Finding,
    Job,
    Language,
    Outcome,
    Place,
    Reply,
    Say,
    Tried,
    Turn,
    Wake,
    World,
)

PATH_LENGTH = 30
"""How many places "back" remembers, so that a conversation stays small however long somebody goes round."""

_SERIAL = {"serial_missing", "serial_present"}


class Draft:
    """The one thing that changes during a turn; it lives for one call of `take_turn`."""

    def __init__(self, book: Book, conversation: Conversation, world: World) -> None:
        """Begin with the conversation as it stands."""
        self.book = book
        self.conversation = conversation
        self._world = world
        self._notes: list[str] = []
        self._asks = False
        self._details: str | None = None
        self._card: tuple[Choice, ...] | None = None
        self._is_aside = False
        self._is_reminder = False
        self._owed: list[Wake] = []

    @property
    def scene(self) -> Scene:
        """What there is to talk about as of now."""
        return Scene(self.book, self.conversation, self._world)

    # --- words ---

    def note(self, key: str, **values: str) -> None:
        """Say this phrase before the question."""
        self._notes.append(self.scene.phrase(key, **values))

    def tell(self, details: str) -> None:
        """Say this in place of the question, above the question's buttons."""
        self._details = details

    def show(self, text: str, buttons: tuple[Choice, ...]) -> None:
        """Say this in place of the question, above buttons of its own."""
        self._details = text
        self._card = buttons
        self._asks = True

    def remind(self) -> None:
        """Say the step's reminder, which is not followed by another."""
        self._is_reminder = True
        if remind := self.scene.state.remind:
            self.tell(remind.text.of(self.conversation.language))

    def answer_aside(self, key: str) -> None:
        """Say this phrase at the button that was pressed, and nothing else."""
        self._is_aside = True
        self.note(key)

    def ask(self) -> None:
        """Ask the question as a new one, which makes the buttons of older prompts old."""
        self._asks = True

    def explain(self) -> None:
        """Tell more about how the step is done."""
        how = self.scene.state.how
        if how is None:
            self.note("turn.no_how")
        else:
            self.tell(filled(self.scene, how.of(self.conversation.language)))

    def speak(self, language: Language) -> None:
        """Go on in that language."""
        self.conversation = replace(self.conversation, language=language)

    # --- topics ---

    def add_topic(self, topic: str) -> None:
        """Have the person told of this topic."""
        self.drop_topic(topic)
        self.conversation = replace(self.conversation, topics=(*self.conversation.topics, topic))

    def drop_topic(self, topic: str) -> None:
        """Have the person told of this topic no longer."""
        kept = tuple(each for each in self.conversation.topics if each != topic)
        self.conversation = replace(self.conversation, topics=kept)

    def owe(self, wake: Wake) -> None:
        """Come back then."""
        self._owed.append(wake)

    # --- moves ---

    def choose(self, id_: str) -> bool:
        """Follow an answer of this state; False if it has none of that id."""
        option = self.scene.state.option(id_)
        to = self.book.machine.go(self.conversation.place, id_)
        if option is None or to is None:
            return False
        self.move(to, OUTCOMES.get(id_))
        return True

    def skip(self) -> None:
        """Leave the step undone."""
        to = self.book.machine.go(self.conversation.place, SKIP)
        if to is None:
            self.note("turn.no_skip")
        else:
            self.move(to, "skipped")

    def leave(self, name: ExitName) -> None:
        """Take one of the ways out that every state has."""
        to = self.book.machine.go(self.conversation.place, exit_trigger(name))
        if to is None or to == self.conversation.place:
            self.note("turn.already_here")
        else:
            self.move(to, "fixed" if name == "solved" else None)

    def back(self) -> None:
        """Return to the place before this one, as if it had not been left."""
        path = self.conversation.path
        if not path:
            self.note("turn.first_step")
            return
        tried = tuple(each for each in self.conversation.tried if each.place != path[-1])
        self._arrive(path[-1], path[:-1], tried)

    def restart(self) -> None:
        """Begin anew; prompt numbers go on, so that no old button ever fits again, and so does the watch."""
        old = self.conversation
        begun = self.book.begin(old.address, old.language)
        self.conversation = replace(begun, prompt=old.prompt, topics=old.topics, watch=old.watch)
        self.ask()

    def follow(self, findings: tuple[Finding, ...]) -> None:
        """Go where the evidence points, saying why; or say what it shows and stay."""
        self._remember(findings)
        for finding in findings:
            self.note(f"finding.{finding.name}", quote=finding.quote)
        for name in self._pointing(findings):
            to = self.book.machine.go(self.conversation.place, evidence_trigger(name))
            if to is not None:
                self.move(to)
                return
        self.ask()

    def move(self, to: Place, outcome: Outcome | None = None) -> None:
        """Go to that place; remember the way back, and how the step went that is being left."""
        origin, path = self.conversation.place, self.conversation.path
        if to != origin:
            path = (*path, origin)[-PATH_LENGTH:]
        self._arrive(to, path, self._tried(outcome))

    def _arrive(self, place: Place, path: tuple[Place, ...], tried: tuple[Tried, ...]) -> None:
        version = self.book.flows[place.flow].version
        self.conversation = replace(self.conversation, place=place, version=version, path=path, tried=tried)
        self.ask()

    def _tried(self, outcome: Outcome | None) -> tuple[Tried, ...]:
        """Give what was tried, with this step: an earlier try counts no more, and only a real step fixes."""
        place, tried = self.conversation.place, self.conversation.tried
        state = self.book.state(place)
        unearned = outcome == "fixed" and state.option("fixed") is None
        if outcome is None or state.title is None or unearned:
            return tried
        return (*(each for each in tried if each.place != place), Tried(place, outcome))

    def _pointing(self, findings: tuple[Finding, ...]) -> Iterable[str]:
        """Give what leads somewhere: a missing certificate does not, once the number is known to be there."""
        known = {finding.name for finding in self.conversation.findings}
        idle = {"apns_certificate_missing"} if "serial_present" in known else set()
        return (finding.name for finding in findings if finding.name not in idle)

    def _remember(self, findings: tuple[Finding, ...]) -> None:
        """Keep one finding of each name, the newest; a serial number cannot be both missing and there."""
        new = {finding.name for finding in findings}
        outdated = new | _SERIAL if new & _SERIAL else new
        kept = (each for each in self.conversation.findings if each.name not in outdated)
        self.conversation = replace(self.conversation, findings=(*kept, *findings))

    # --- the outcome ---

    def turn(self, origin: str) -> Turn:
        """Give the conversation as it has become, and what is owed for it to the event of that origin."""
        if self._is_aside:
            return self._said(
                Reply("\n\n".join(self._notes), (), self.conversation.prompt, origin, aside=True)
            )
        scene = self.scene
        buttons = choices(scene) if self._card is None else self._card
        text = "\n\n".join((*self._notes, question(scene) if self._details is None else self._details))
        offered = tuple(button.id for button in buttons)
        asks = self._asks or offered != self.conversation.offered
        if asks:
            prompt = self.conversation.prompt + 1
            self.conversation = replace(self.conversation, prompt=prompt, offered=offered)
        progress = self.book.steps.get(self.conversation.place) if self._details is None else None
        reply = Reply(text, buttons, self.conversation.prompt, origin, progress=progress)
        return self._said(reply, *self._wakes(asks=asks), *self._owed)

    def _said(self, reply: Reply, *later: Job) -> Turn:
        return Turn(self.conversation, (Say(self.conversation.address, reply), *later))

    def _wakes(self, *, asks: bool) -> Iterable[Job]:
        remind = self.scene.state.remind
        if remind is not None and asks and not self._is_reminder:
            at = self._world.now + remind.after
            yield Wake(self.conversation.address, at, self.conversation.prompt)
