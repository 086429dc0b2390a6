"""The names of our keys, and in which partition each lies.

All keys of a chat have its partition in braces, so that a cluster keeps them in one slot and one script may
use them together. Parts of an address are percent-encoded: none can contain a brace, a space or a newline.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from zlib import crc32

from adapters.store.names import key_of, quoted, trace
from bot.model import Address, EventId

SETTINGS = "imessage-support"
"""A hash of what was decided when the first process came: the number of partitions."""


@dataclass(frozen=True, order=True)
class Partition:
    """One of the parts that the conversations are spread over."""

    number: int

    def key(self, name: str) -> str:
        return f"{{p{self.number:02}}}:{name}"

    @cached_property
    def due(self) -> str:
        """A sorted set: the head of each lane and each wake, by when it is free next."""
        return self.key("due")

    @cached_property
    def stats(self) -> str:
        """A hash of counters, which never ends."""
        return self.key("stats")

    @cached_property
    def park(self) -> str:
        """A sorted set: the numbers of parked jobs, by when they were parked."""
        return self.key("park")

    @cached_property
    def parked(self) -> str:
        """A hash: the parked jobs, by number."""
        return self.key("parked")

    @cached_property
    def topics(self) -> str:
        """A set: the topics that somebody here follows or followed."""
        return self.key("topics")

    def topic(self, name: str) -> str:
        """A sorted set, all scores 0: who follows the topic, and some who did; the script knows better."""
        return self.key(f"t:{name}")


@dataclass(frozen=True)
class Keys:
    """The keys of a conversation, whose address is written `address`."""

    partition: Partition
    address: str

    @cached_property
    def conversation(self) -> str:
        return self.partition.key(f"c:{self.address}")

    @cached_property
    def lane(self) -> str:
        return self.partition.key(f"l:{self.address}")

    @cached_property
    def wakes(self) -> str:
        return self.partition.key(f"w:{self.address}")

    @cached_property
    def gate(self) -> str:
        """The timetable of the chat, which several conversations may share."""
        return self.partition.key(f"r:{_chat(self.address)}")

    def event(self, event: EventId) -> str:
        """Name an event by a digest, which tells nobody whose it was."""
        digest = urlsafe_b64encode(trace(self.address, quoted(event))[:16]).rstrip(b"=")
        return self.partition.key(f"e:{digest.decode()}")


@lru_cache(maxsize=10_000)
def keys_of(address: Address, partitions: int) -> Keys:
    """Name the keys of a conversation."""
    return keys_of_written(key_of(address), partitions)


def keys_of_written(address: str, partitions: int) -> Keys:
    """Name the keys of a conversation whose address is written down already."""
    return Keys(partition(crc32(_chat(address).encode()) % partitions), address)


@cache
def partition(number: int) -> Partition:
    """Give the partition of that number, always the same one, which has its names at hand."""
    return Partition(number)


def timetable(bot: str) -> str:
    """Name the key of a bot's timetable."""
    return f"{{bot:{quoted(bot)}}}"


def role_key(role: str) -> str:
    """Name the key of a role that one process at a time has."""
    return partition(0).key(f"lead:{quoted(role)}")


def pin_key(name: str) -> str:
    """Name the key of what is pinned up for all."""
    return partition(0).key(f"pin:{quoted(name)}")


def tally_key(series: str, minute: int, partitions: int) -> str:
    """Name the key of who came in a minute: all of a series lie together, so that one call unites them."""
    name = quoted(series)
    return partition(crc32(name.encode()) % partitions).key(f"m:{name}:{minute}")


def _chat(address: str) -> str:
    return address.rpartition("/")[0]
