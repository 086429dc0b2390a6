"""Lanes with one mistake each, to see that the contract finds it in a store that works with them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import count

from adapters.store.memory.lanes import Chat, Job, Lanes
from bot.model import Address
from bot.ports import Due, Owed


class HasNoLane(Lanes):
    def is_first(self, job: Job) -> bool:
        del job
        return True


class TakesTheLaneFromItsEnd(Lanes):
    def lane(self, address: Address) -> Iterator[Job]:
        return reversed([*super().lane(address)])


class PutsRemindersIntoTheLane(Lanes):
    def is_first(self, job: Job) -> bool:
        return job.number == min(self.jobs[job.address])


class WakesTooEarly(Lanes):
    def is_free(self, job: Job, now: datetime) -> bool:
        return super().is_free(job, max(now, job.due.at))


class KnowsNoLeases(Lanes):
    def lend(self, job: Job, now: datetime, lease: timedelta) -> Owed:
        return super().lend(job, now, 0 * lease)


class LeasesForEver(Lanes):
    def lend(self, job: Job, now: datetime, lease: timedelta) -> Owed:
        return super().lend(job, now, 1_000_000 * lease)


class UsesNumbersAgain(Lanes):
    def add(self, address: Address, due: Iterable[Due]) -> list[Job]:
        self.numbers = count(max(self.jobs.get(address, {0: None})) + 1)
        return super().add(address, due)


class UnparksUnderTheOldNumber(Lanes):
    """As if the number were what the job is, and not a place in the order."""

    def __init__(self) -> None:
        super().__init__()
        self.struck: dict[bytes, int] = {}

    def strike(self, job: Job) -> None:
        self.struck[job.due.body] = job.number
        super().strike(job)

    def add(self, address: Address, due: Iterable[Due]) -> list[Job]:
        known = [each for each in due if each.body in self.struck]
        for each in known:
            number = self.struck.pop(each.body)
            self.jobs.setdefault(address, {})[number] = Job(address, number, each, each.at)
        return super().add(address, [each for each in due if each not in known])


# --- settling ---------------------------------------------------------------------------------------------


class StrikesOutWhateverIsFirst(Lanes):
    """What `LPOP` would do for a caller whose job is gone."""

    def find(self, owed: Owed) -> Job | None:
        return next(iter(self.jobs.get(owed.address, {}).values()), None)


class StrikesOutInAnyOrder(Lanes):
    def find(self, owed: Owed) -> Job | None:
        return self.jobs.get(owed.address, {}).get(owed.number)


class StrikesOutForTheHolderAlone(Lanes):
    def find(self, owed: Owed) -> Job | None:
        job = super().find(owed)
        return job if job and job.attempt == owed.attempt else None


class HandsOutWhatIsNotDue(Lanes):
    def after(self, job: Job) -> Iterator[Job]:
        for following in super().after(job):
            following.free_at = min(following.free_at, job.due.at)
            yield following


class KeepsWhatComesNextForAnother(Lanes):
    def after(self, job: Job) -> Iterator[Job]:
        del job
        return iter(())


class HandsOutTheNextReplyAfterAReminder(Lanes):
    def after(self, job: Job) -> Iterator[Job]:
        return self.lane(job.address)


# --- attempts ---------------------------------------------------------------------------------------------


class CountsNoAttempts(Lanes):
    def lend(self, job: Job, now: datetime, lease: timedelta) -> Owed:
        job.next_attempt = 1
        return super().lend(job, now, lease)


class PostponesForAnybody(Lanes):
    def held(self, owed: Owed) -> Job | None:
        return self.find(owed)


class BuriesForAnybody(PostponesForAnybody):
    """The same question is asked before both."""


class AsksForTheNumberOfTheNextAttempt(Lanes):
    """Which after an attempt that was none is also an older holder's."""

    def held(self, owed: Owed) -> Job | None:
        job = self.find(owed)
        return job if job and job.next_attempt == owed.attempt + 1 else None


# --- pauses -----------------------------------------------------------------------------------------------


class KnowsNoPauses(Lanes):
    def chat(self, address: Address) -> Chat:
        del address
        return Chat()


class OnePauseForAllChats(Lanes):
    def place(self, address: Address) -> tuple[str, ...]:
        del address
        return ()


class OnePauseForEachPerson(Lanes):
    def place(self, address: Address) -> tuple[str, ...]:
        return (*super().place(address), address.person)


class KnowsNoBurst(Lanes):
    def lend(self, job: Job, now: datetime, lease: timedelta) -> Owed:
        owed = super().lend(job, now, lease)
        if job.due.kind == "say" and job.due.pause:
            self.chat(job.address).paid_until += 2 * job.due.pause
        return owed


class SavesUpPauses(Lanes):
    """After a long rest it owes as many replies at once as would have had room in the rest."""

    def lend(self, job: Job, now: datetime, lease: timedelta) -> Owed:
        before = self.chat(job.address).paid_until
        owed = super().lend(job, now, lease)
        if before.year > 1 and job.due.pause:
            self.chat(job.address).paid_until = before + job.due.pause
        return owed

    def clean(self, now: datetime, most: int) -> None:
        """Take nothing out: who saves up remembers."""


class ShortensASilence(Lanes):
    def hush(self, address: Address, until: datetime) -> None:
        self.chat(address).silent_until = until


class SilencesReminders(Lanes):
    def free_since(self, job: Job) -> datetime:
        return max(super().free_since(job), self.chat(job.address).silent_until)
