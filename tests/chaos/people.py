"""People who go on with the dialogue: they press what is offered or type, at times twice at once."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from bot.model import LANGUAGES, Address, Language
from tests.chaos.kinds import Platform
from tests.chaos.lots import lots_of
from tests.chaos.record import Shown
from tests.chaos.wire import BEGIN, END, Push, Send, What

WORDS: dict[Language, Sequence[str]] = {
    "en": (
        "not yet",
        "continue",
        "how",
        "back",
        "2",
        "skip",
        "help",
        "start over",
        "it works",
        "what is this",
        "status",
        *(BEGIN[0], END[0]),
    ),
    "ja": (
        "まだです",
        "進む",
        "やり方",
        "戻る",
        "２",
        "飛ばす",
        "ヘルプ",
        "最初から",
        "直りました",
        "なんですか",
        "状況",
        *(BEGIN[1], END[1]),
    ),
}
GREETINGS: dict[Language, str] = {"en": "hello", "ja": "こんにちは"}

OVERHEARD = 0.5
"""The share of what is typed that is not said to us."""

STAYING = 0.7
"""The chance that whoever is here for the news wants them, and not that they end."""

LOOKING = 0.35
"""The chance that they open their overview first."""

SELDOM = 0.15
NOW_AND_THEN: Mapping[What, float] = {"look": 14, "watch": 6, "forget": 1, "left": 2}
"""What is neither said nor pressed, and how often."""

LEISURELY = 0.3
"""The share of people who take their time: what they are asked still stands when they are reminded."""

FOLLOWING = 0.2
"""The share of people who do little but follow the news, so that what a worker remembers of them is old."""

UNWANTED = frozenset({"language", "person"})
"""Buttons that nobody presses: everybody goes on in their own language, which shows whose reply it is."""


@dataclass(eq=False)
class Person:
    """Somebody in a chat. Times are in seconds."""

    address: Address
    language: Language
    lots: random.Random
    think: float
    patience: float
    follows: bool = False
    """Whether they are here for the news only."""
    seen: Send | None = None
    earlier: Send | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    _ids: Iterable[int] = field(default_factory=lambda: count(1))

    def see(self, send: Send) -> None:
        """Look at a reply."""
        self.earlier, self.seen = self.seen, send
        self.news.set()

    async def live(self, platform: Platform, over: asyncio.Event) -> None:
        """Go on with the dialogue until it is over."""
        while not over.is_set():
            self.news.clear()
            for push in self._deeds():
                platform.bring(push)
            await self._wait_for_news()
            slow = 12.0 if self.lots.random() < 0.1 else 1.0
            await _within(self.think * slow * self.lots.random(), over)

    async def _wait_for_news(self) -> None:
        """Wait for something to see; then, or after some time, they do something again."""
        await _within(self.patience * (0.5 + self.lots.random()), self.news)

    def _deeds(self) -> Iterable[Push]:
        """Give what they do now: mostly one thing, at times several at once, as from two devices."""
        times = 1 if self.lots.random() < 0.85 else self.lots.choice((2, 2, 3))
        return [self._deed() for _ in range(times)]

    def _deed(self) -> Push:
        if self.seen and self.follows:
            is_looking = self.lots.random() < LOOKING
            begins = self.lots.random() < STAYING
            return self._push("look") if is_looking else self._watch(BEGIN if begins else END)
        if self.seen and self.lots.random() < SELDOM:
            return self._seldom()
        shown = self.earlier if self.earlier and self.lots.random() < 0.05 else self.seen
        choices = [each for each in shown.choices if each not in UNWANTED] if shown else []
        if shown and choices and self.lots.random() < 0.65:
            return self._push("pressed", choice=self.lots.choice(choices), prompt=shown.prompt)
        words = WORDS[self.language] if shown else (GREETINGS[self.language],)
        overheard = shown is not None and self.lots.random() < OVERHEARD
        return self._push("overheard" if overheard else "said", self.lots.choice(words))

    def _seldom(self) -> Push:
        """Do what people do now and then, and after which they begin anew, or go on as if nothing were."""
        (what,) = self.lots.choices(list(NOW_AND_THEN), list(NOW_AND_THEN.values()))
        if what == "forget":
            self.seen = self.earlier = None
        return self._watch(self.lots.choice((BEGIN, END))) if what == "watch" else self._push(what)

    def _watch(self, words: Sequence[str]) -> Push:
        return self._push("watch", words[self.language == "ja"])

    def _push(self, what: What, text: str = "", choice: str = "", prompt: int = 0) -> Push:
        where = (self.address.platform, self.address.chat, self.address.person)
        number = next(iter(self._ids))
        return Push(f"{self.address.person}-{number}", where, text, choice, prompt, self.language, what)


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Wait for that, and no longer than so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


class People:
    """Everybody on the platform."""

    def __init__(self, persons: Iterable[Person], platform: Platform) -> None:
        """Have them look at what the platform shows."""
        self._persons = {each.address: each for each in persons}
        self._platform = platform
        platform.record.languages |= {each.address: each.language for each in self._persons.values()}
        platform.watchers.append(self._look)

    async def live(self, over: asyncio.Event) -> None:
        """Have all of them go on until it is over."""
        async with asyncio.TaskGroup() as group:
            for person in self._persons.values():
                group.create_task(person.live(self._platform, over))
            await over.wait()
            for person in self._persons.values():
                person.news.set()  # nobody waits any more

    def _look(self, shown: Shown, send: Send) -> None:
        person = self._persons.get(shown.address)
        if person:
            person.see(send)


House: TypeAlias = Callable[[int, int, int], Address]
"""Says where somebody lives: in the chat of that number, with how many, and what number they have."""


def crowd(seed: int, size: int, house: House, *, think: float, patience: float) -> Iterable[Person]:
    """Make people, one to three in a chat. Each has a number that occurs nowhere else."""
    lots = lots_of("people", seed)
    chat = together = left = 0
    for number in range(size):
        if left == 0:
            chat, together = chat + 1, lots.choice((1, 1, 1, 2, 3))
            left = together
        left -= 1
        address = house(chat, together, lots.getrandbits(48))
        language = LANGUAGES[number % len(LANGUAGES)]
        lot = lots.random()
        slow = 16.0 if lot < FOLLOWING else 8.0 if lot < FOLLOWING + LEISURELY else 1.0
        own = lots_of(seed, address.person)
        yield Person(address, language, own, think * slow, patience * slow, lot < FOLLOWING)
