"""A turn in the making: the moves that a conversation can make, and the reply that comes of them."""

from collections.abc import Iterator

from bot.dialogue.book import Book
from bot.dialogue.buttons import choices
from bot.dialogue.flow import ExitName, State, Text
from bot.dialogue.machine import CHECK_IN, PASS, SKIP, evidence_trigger, exit_trigger
from bot.dialogue.owed import check_in_wake, is_owed_still, remind_wake, wait_wake
from bot.dialogue.phrase import STATUS_PAGES, Scene, filled, question, tells_of_apple
from bot.dialogue.progress import left_off, pointing, with_findings, with_outcome
from bot.dialogue.vocabulary import OUTCOMES
from bot.model import (
    Budget,
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
from bot.replace import replace

PATH_LENGTH = 30
"""How many places "back" remembers, so that a conversation stays small however long somebody goes round."""


class Draft:
    """The one thing that changes during a turn; it lives for one call of `take_turn`."""

    def __init__(
        self, book: Book, conversation: Conversation, world: World, *, is_heard: bool = False
    ) -> None:
        """Begin with the conversation as it stands; `is_heard` if the turn is about something they did."""
        self.book = book
        self.conversation = conversation
        self._world = world
        self._notes: list[str] = []
        self._asks = False
        self._details: str | None = None
        self._card: tuple[Choice, ...] | None = None
        self._is_aside = False
        self._owes_step = is_owed_still(conversation, world, is_heard=is_heard)
        self.has_resumed = False
        """Whether the guide goes on where it was left, or begins in its middle."""
        self.has_told_of_apple = False
        """Whether a state that was passed has told how Apple's services are."""
        self._heard_at = world.now.replace(microsecond=0) if is_heard else conversation.heard_at
        self._owed: list[Wake] = []
        self._budget = conversation.budget

    @property
    def scene(self) -> Scene:
        """What there is to talk about as of now."""
        return Scene(self.book, self.conversation, self._world)

    @property
    def shows_question(self) -> bool:
        """Whether the text of the state is what will be on the screen."""
        return self._details is None and not self._is_aside

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
        self._owes_step = False
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

    def pay(self, budget: Budget | None) -> None:
        """Go on with what is left of their budget; where it is spent just now, say so first."""
        if budget and budget.is_spent and budget != self._budget:
            self._notes.insert(0, self.scene.phrase("turn.too_many"))
            self._is_aside = False
        self._budget = budget

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
        if option.finds:
            self.learn((Finding(option.finds, ""),))
        if not (option.resumes and self._resume()):
            self.move(to, OUTCOMES.get(id_))
        if option.untried:
            self._pass_over_tried()
        return True

    def go_by_itself(self, trigger: str) -> None:
        """Go where time leads."""
        if to := self.book.machine.go(self.conversation.place, trigger):
            self.move(to)

    def skip(self) -> None:
        """Leave the step undone."""
        leads_on = any(option.untried for option in self.scene.state.options)
        to = self.book.machine.go(self.conversation.place, SKIP)
        if to is None:
            self.note("turn.no_skip")
        else:
            self.move(to, "skipped")
        if leads_on:
            self._pass_over_tried()

    def leave(self, name: ExitName) -> None:
        """Take one of the ways out that every state has."""
        to = self.book.machine.go(self.conversation.place, exit_trigger(name))
        if to == self.conversation.place and name == "person" and self.scene.state.how:
            self.explain()
        elif to is None or to == self.conversation.place:
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
        shown = tuple(each for each in self.conversation.findings if each.quote)  # not what a button told
        self.conversation = replace(self.conversation, findings=shown)
        self._arrive(path[-1], path[:-1], tried)

    def restart(self) -> None:
        """Begin anew; prompt numbers go on, so that no old button ever fits again, and so does the watch."""
        old = self.conversation
        begun = self.book.begin(old.address, old.language)
        kept = replace(begun, prompt=old.prompt, topics=old.topics, watch=old.watch)
        self.conversation = replace(kept, zone=old.zone, check_in=old.check_in)
        self.begin_case()
        self.ask()

    def ask_no_more(self) -> None:
        """Never again ask how it went, nor what the step owes for later; return if it was asked just now."""
        self.conversation = replace(self.conversation, check_in="never")
        if self.scene.is_check_in and self.conversation.path:
            self.back()
        elif self.scene.state.wait or self.scene.state.remind:
            self.conversation = replace(self.conversation, wait_until=None)
            self.ask()
        self._owes_step = False

    def begin_case(self) -> None:
        """Count what comes now as a case of its own, of which may be asked how it went."""
        if self.conversation.check_in == "asked":
            self.conversation = replace(self.conversation, check_in="none")

    def follow(self, findings: tuple[Finding, ...]) -> None:
        """Go where the evidence points, saying why; or say what it shows and stay."""
        self.learn(findings)
        for finding in findings:
            self.note(f"finding.{finding.name}", quote=finding.quote)
        for name in pointing(self.conversation, findings):
            to = self.book.machine.go(self.conversation.place, evidence_trigger(name))
            if to is not None:
                self.move(to)
                return
        self.ask()

    def learn(self, findings: tuple[Finding, ...]) -> None:
        """Keep what was found."""
        self.conversation = replace(self.conversation, findings=with_findings(self.conversation, findings))

    def begin(self, place: Place) -> None:
        """Begin that flow, with this state of it: what its first state says of Apple comes before."""
        flow, was_in = self.book.flows[place.flow], self.conversation.place.flow
        if place.flow == was_in:
            self.move(place)
            return
        self.move(flow.begin)
        if place != flow.begin:
            self.has_resumed = self.conversation.place == flow.begin
            if self.has_resumed and self.scene.holds(("apple_unknown",)):
                self.note("status.unread_here", page=STATUS_PAGES[self.conversation.language])
            self._arrive(place, self.conversation.path, self.conversation.tried)

    def move(self, to: Place, outcome: Outcome | None = None) -> None:
        """Go to that place, or past it; remember the way back, and how the step went that is being left."""
        origin, path = self.conversation.place, self.conversation.path
        if to != origin:
            path = (*path, origin)[-PATH_LENGTH:]
        self._arrive(to, path, with_outcome(self.book, self.conversation, outcome))
        scene = self.scene
        if scene.state.passes and scene.holds(scene.state.passes.when):
            self.has_told_of_apple = tells_of_apple(scene)
            self._notes.append(question(scene))
            past = self.book.machine.go(to, PASS)
            self._arrive(past or to, path, self.conversation.tried)

    def _pass_over_tried(self) -> None:
        """Go on to the first step that has not been tried yet."""
        tried = {self.book.state(each.place).title for each in self.conversation.tried}
        passed = set[Place]()
        while (to := self._past(tried)) and to not in passed:
            passed.add(to)
            self._arrive(to, self.conversation.path, self.conversation.tried)

    def _past(self, tried: set[Text | None]) -> Place | None:
        """Give where it goes on from a state that need not be asked; None from one that must."""
        state = self.scene.state
        if state.passes and self.scene.holds(state.passes.when):
            return self.book.machine.go(state.place, PASS)
        return self.book.machine.go(state.place, SKIP) if state.title and state.title in tried else None

    def _resume(self) -> bool:
        """Go on where the guide was left; False if that is not known."""
        if step := left_off(self.book, self.conversation):
            place, tried = step
            self._arrive(place, self.conversation.path[:-1], tried)
            self.has_resumed = True
        return self.has_resumed

    def _arrive(self, place: Place, path: tuple[Place, ...], tried: tuple[Tried, ...]) -> None:
        now, version = self.conversation, self.book.flows[place.flow].version
        there = replace(now, place=place, version=version, path=path, tried=tried)
        self.conversation = replace(there, wait_until=None)
        self._owes_step = True
        self.ask()

    # --- the outcome ---

    def turn(self, origin: str, *, unasked: bool = False) -> Turn:
        """Give the conversation as it has become, and what is owed for it to the event of that origin."""
        if self._is_aside:
            self.conversation = replace(self.conversation, heard_at=self._heard_at, budget=self._budget)
            words = "\n\n".join(self._notes)
            return self._said(Reply(words, (), self.conversation.prompt, origin, aside=True))
        scene, now = self.scene, self.conversation
        buttons = choices(scene) if self._card is None else self._card
        text = "\n\n".join((*self._notes, question(scene) if self._details is None else self._details))
        offered = tuple(button.id for button in buttons)
        asks = self._asks or offered != now.offered
        prompt = now.prompt + asks
        now = replace(now, prompt=prompt, offered=offered, budget=self._budget)
        self.conversation = replace(now, heard_at=self._heard_at)
        later = tuple(self._wakes(scene, asks=asks))
        progress = self.book.steps.get(now.place) if self._details is None else None
        reply = Reply(text, buttons, prompt, origin, progress=progress, unasked=unasked)
        return self._said(reply, *later, *self._owed)

    def _said(self, reply: Reply, *later: Job) -> Turn:
        return Turn(self.conversation, (Say(self.conversation.address, reply), *later))

    def _wakes(self, scene: Scene, *, asks: bool) -> Iterator[Wake]:
        """Give what is owed later; with the first step of a guide begins the one question how it went."""
        if asks and self._owes_step:
            yield from self._step_wakes(scene.state)
        check_in = scene.flow.check_in if self.conversation.check_in == "none" else None
        if check_in and self.book.machine.go(self.conversation.place, CHECK_IN):
            self.conversation = replace(self.conversation, check_in="planned")
            yield check_in_wake(check_in, self.conversation, self._world)

    def _step_wakes(self, state: State) -> Iterator[Wake]:
        if state.wait is not None:
            wake = wait_wake(state.wait, self.conversation, self._world)
            self.conversation = replace(self.conversation, wait_until=wake.at)
            yield wake
        elif state.remind is not None:
            yield remind_wake(state.remind, self.conversation, self._world)
