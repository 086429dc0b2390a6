"""The one coroutine at a time of a terminal, and the signals that end the program meanwhile."""

import asyncio
import gc
import signal
import threading
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

from adapters.console.finish import finish

SIGNALS = pytest.mark.parametrize(
    ("number", "ending"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)]
)


@pytest.fixture(autouse=True)
def _sigterm_exits() -> Iterator[None]:
    def leave(number: int, _: object) -> NoReturn:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def complaints() -> list[dict[str, Any]]:
    """What the event loop would have printed as a traceback."""
    return []


@pytest.fixture
def loop(complaints: list[dict[str, Any]]) -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    yield loop
    loop.close()
    gc.collect()
    assert not complaints


@SIGNALS
def test_a_signal_in_any_task_ends_all_of_them(
    loop: asyncio.AbstractEventLoop, number: signal.Signals, ending: type[BaseException]
) -> None:
    left: list[str] = []

    async def listening(name: str, *, is_struck: bool) -> None:
        try:
            await asyncio.sleep(0)
            if is_struck:
                signal.raise_signal(number)
            await asyncio.Event().wait()
        finally:
            left.append(name)

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(listening("struck", is_struck=True))
            group.create_task(listening("beside", is_struck=False))

    with pytest.raises(ending):
        finish(loop, work())
    assert sorted(left) == ["beside", "struck"]
    assert not asyncio.all_tasks(loop)


@SIGNALS
def test_a_signal_during_the_last_step_is_not_lost(
    loop: asyncio.AbstractEventLoop, number: signal.Signals, ending: type[BaseException]
) -> None:
    async def work() -> None:
        signal.raise_signal(number)

    with pytest.raises(ending):
        finish(loop, work())


@SIGNALS
def test_a_signal_while_everything_waits_is_heard_at_once(
    loop: asyncio.AbstractEventLoop, number: signal.Signals, ending: type[BaseException]
) -> None:
    thread = threading.Timer(0.1, signal.pthread_kill, (threading.get_ident(), number))
    thread.start()
    with pytest.raises(ending):
        finish(loop, asyncio.sleep(30))
    thread.join()


def test_a_signal_that_is_ignored_stays_ignored(loop: asyncio.AbstractEventLoop) -> None:
    async def work() -> str:
        signal.raise_signal(signal.SIGINT)
        return "done"

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert finish(loop, work()) == "done"
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_what_goes_wrong_comes_out_and_the_signals_do_as_before(loop: asyncio.AbstractEventLoop) -> None:
    async def work() -> None:
        raise ValueError("wrong")

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(ValueError, match=r"^wrong$"):
        finish(loop, work())
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
