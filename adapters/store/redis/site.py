"""What all calls of a store need: its line, how many partitions it has, and how long it keeps things."""

from collections.abc import Iterator

from msgspec import Struct

from adapters.store.redis.keys import Keys, Partition, keys_of, keys_of_written, partition
from adapters.store.redis.link import Link
from bot.model import Address
from bot.ports import Retention


class Site(Struct, frozen=True):
    """One store in one Redis."""

    link: Link
    partitions: int
    retention: Retention

    def keys(self, address: Address) -> Keys:
        return keys_of(address, self.partitions)

    def keys_of_written(self, address: str) -> Keys:
        return keys_of_written(address, self.partitions)

    def all_partitions(self) -> Iterator[Partition]:
        return (partition(number) for number in range(self.partitions))
