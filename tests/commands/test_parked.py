"""`parked`: what could not be delivered is listed without anybody's name or words, and sent again."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.store.redis.store import RedisStore
from adapters.store.sqlite.store import SqliteStore
from bot.codec import decode_owed, encode_again, encode_job
from bot.events import Again, Event, Picked, Said
from bot.model import Address, EventId, Reply, Say
from bot.ports import Committed, Due, Owed, Store
from tests.commands.conftest import Run
from tests.redis_server import shared_server

ANN = Address("telegram", "chat of ann", "ann the canary")
LEASE = timedelta(seconds=30)


async def bury_one(store: Store) -> None:
    """Leave a job in the store that was given up."""
    now = datetime.now(UTC)
    job = Due("say", now, encode_job(Say(ANN, Reply("the words of the canary"))))
    turn = (ANN, 0, EventId("1"), b"state", [job])
    result = await store.commit(*turn, now=now, lease=LEASE)
    assert isinstance(result, Committed)
    await store.bury(result.owed[0], "chat_not_found", now=now, lease=LEASE)
    await store.close()


async def owed(store: Store) -> list[Owed]:
    claimed = await store.claim(now=datetime.now(UTC), lease=LEASE, limit=9)
    await store.close()
    return list(claimed)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a store with one parked job."""
    monkeypatch.delenv("REDIS_URL", raising=False)
    asyncio.run(bury_one(SqliteStore(tmp_path / "store.db")))
    monkeypatch.setenv("IMESSAGE_SUPPORT_STORE", str(tmp_path / "store.db"))
    return tmp_path / "store.db"


def test_it_lists_what_is_parked_and_why(inside: Run, path: Path) -> None:
    assert path.exists()
    shown, (line,) = inside("parked"), inside("parked", "--json").json
    assert shown.out.count("\n") == 1
    assert line["id"] in shown.out
    assert "chat_not_found" in shown.out
    assert (line["platform"], line["kind"], line["why"]) == ("telegram", "say", "chat_not_found")
    assert "canary" not in shown.out + str(line)


def test_one_is_sent_again(inside: Run, path: Path) -> None:
    (line,) = inside("parked", "--json").json
    assert inside("parked", "--retry", line["id"]).code == 0
    assert inside("parked").out == ""
    assert [job.address for job in asyncio.run(owed(SqliteStore(path)))] == [ANN]


def test_an_id_that_is_none_is_told(inside: Run, path: Path) -> None:
    assert path.exists()
    done = inside("parked", "--retry", "nothing")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)


def test_it_works_on_redis_too(inside: Run) -> None:
    url = shared_server().url

    async def prepare() -> None:
        await bury_one(await RedisStore.open(url))

    async def look() -> list[Owed]:
        return await owed(await RedisStore.open(url))

    asyncio.run(prepare())
    (line,) = inside("parked", "--json", REDIS_URL=url).json
    assert inside("parked", "--retry", line["id"], REDIS_URL=url).code == 0
    assert [job.address for job in asyncio.run(look())] == [ANN]


# --- events that were set aside ---------------------------------------------------------------------------


async def set_aside(path: Path, *events: Event) -> None:
    """Leave events in the store that could not be taken in."""
    store = SqliteStore(path)
    for event in events:
        body = encode_again(ANN, event)
        await store.set_aside(ANN, event.id, body, "damaged", now=datetime.now(UTC))
    await store.close()


def test_an_event_that_was_set_aside_is_listed_without_its_words(
    inside: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMESSAGE_SUPPORT_STORE", str(tmp_path / "store.db"))
    said = Said(EventId("1"), "the words of the canary")
    asyncio.run(set_aside(tmp_path / "store.db", said, Picked(EventId("2"), 1, "help")))
    shown, lines = inside("parked"), inside("parked", "--json").json
    assert [(line["kind"], line["why"]) for line in lines] == [("event", "damaged")] * 2
    assert "Said" in shown.out
    assert "Picked" in shown.out
    assert "canary" not in shown.out + str(lines)
    assert b"the words" not in (tmp_path / "store.db").read_bytes()
    done = [inside("parked", "--retry", line["id"]).code for line in lines]
    assert done == [1, 0], "what somebody typed is not kept"
    assert [decode_owed(job.body) for job in asyncio.run(owed(SqliteStore(tmp_path / "store.db")))] == [
        Again(ANN, "Picked", Picked(EventId("2"), 1, "help"))
    ]
