"""Whatever is done to a store in Redis, in whatever order, it answers as the model does."""

from hypothesis import settings
from hypothesis.stateful import invariant, rule

from adapters.store.redis.store import RedisStore
from bot.ports import Store
from tests.contract.test_store_model import ModelOfMemory
from tests.redis_server import running_server, shared_server


class ModelOfRedis(ModelOfMemory):
    """The same, and now and then the process dies and another goes on; the leases of the dead one stay."""

    def open(self) -> Store:
        return self.run(RedisStore.open(shared_server().url))

    @rule()
    def reopen(self) -> None:
        self.run(self.store.close())
        self.store = self.run(RedisStore.open(running_server().url))

    @invariant()
    def the_backlog_is_that_of_the_model(self) -> None:
        """What a chat's pause holds up may count as due until a claim has met it."""
        told, right = self.run(self.store.backlog(now=self.model.now)), self.model.backlog()
        assert (told.waiting, told.parked) == (right.waiting, right.parked)
        assert right.due <= told.due <= right.waiting

    @rule()
    def forget_the_scripts(self) -> None:
        with running_server().admin() as redis:
            redis.script_flush()


TestModelOfRedis = ModelOfRedis.TestCase
TestModelOfRedis.settings = settings(max_examples=20, stateful_step_count=40, deadline=None, database=None)
