"""Somebody who follows, whose turns are taken at once, without a store or a chat."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.apple import Service
from bot.dialogue.following import APPLE
from bot.events import Event, Invoked, Said, StatusChanged, Woke
from bot.model import Conversation, EventId, Wake, World
from bot.replace import replace
from tests.fit import assert_fits, reply
from tests.replay.reader import Reader, Truth
from tests.replay.turns import Take


@dataclass(kw_only=True)
class Follower(Reader):
    """A reader, and the conversation with them."""

    take: Take
    wakes: list[Wake] = field(default_factory=list)
    conversation: Conversation | None = None

    def does(self, what: str, world: World, truth: Truth) -> None:
        """Ask to be told or not to be, look at the card, or go to a guide."""
        match what:
            case "watch" | "unwatch" | "look":
                command = "status" if what == "look" else what
                card = self.happens(Invoked(_ID, command, self.language), world) or ""
                self.reads_card(what, card, world.now, truth)
            case _:
                self.happens(Invoked(_ID, "restart", self.language), world)
                self.happens(Said(_ID, what, self.language), world)
                self._sees(self._question(world), world.now, truth)

    def _question(self, world: World) -> Truth:
        """Give what the first step of a guide says of Apple: nothing, if too little could be read."""
        board = world.board(self.language)
        reports = board.reports if board else ()
        states: Truth = {each.service: each.state for each in reports if each.service in self.services()}
        says_something = states.get(Service.IMESSAGE) == "ok" or {*states.values()} - {"ok", "unknown"}
        return states if says_something else {}

    # --- what happens to them ---

    def happens(self, event: Event, world: World) -> str | None:
        """Have a turn taken, and give the text that they read, if there is one."""
        turn = self.take(self.book, self.conversation, event, world, self.address)
        self.conversation = turn.conversation
        self.wakes += [job for job in turn.jobs if isinstance(job, Wake) and job.why == "watch_over"]
        message = reply(turn)
        if message:
            assert_fits(message)
        return message.text if message else None

    def wakes_until(self, world: World) -> None:
        """Let the wakes that are due come, each at its time."""
        for wake in sorted((each for each in self.wakes if each.at <= world.now), key=lambda each: each.at):
            self.wakes.remove(wake)
            text = self.happens(Woke(_ID, wake.prompt, wake.why), replace(world, now=wake.at))
            self.reaches(wake.at, is_told=text is not None)

    def hears(self, world: World, history: Sequence[Truth]) -> None:
        """Be told that the outlook has changed, if the store lists them, and check what is said of it."""
        if self.conversation is None or APPLE not in self.conversation.topics:
            return
        text = self.happens(StatusChanged(_ID), world)
        if text is not None:
            self.reads_news(text, world.now, history)
        assert self.happens(StatusChanged(_ID), world) is None, "the same change is told twice"

    def services(self) -> Sequence[Service]:
        """Give those that they are told of where they are."""
        assert self.conversation is not None
        return self.book.flows[self.conversation.place.flow].watches


_ID = EventId("event")
