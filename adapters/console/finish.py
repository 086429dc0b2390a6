"""Runs one coroutine at a time for a terminal, so that Ctrl-C counts at every moment."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

_T = TypeVar("_T")


def finish(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, _T]) -> _T:
    """Run to the end. Ctrl-C or SIGTERM calls the work off, and is raised here when that is over.

    Raised at once, it would end whichever task runs just then, and the others would complain of it.
    `asyncio.Runner.run` will not do: it only cancels the work, so a Ctrl-C during the last step is lost.
    """
    task = loop.create_task(work)
    with _put_off(then=partial(loop.call_soon_threadsafe, task.cancel)):
        return loop.run_until_complete(task)


@contextmanager
def _put_off(then: Callable[[], object]) -> Iterator[None]:
    """Call `then` at a signal that ends the program, and handle the signal at the end."""
    handlers = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM)
        if callable(handler := signal.getsignal(number))
    }
    came: list[signal.Signals] = []

    def note(number: int, _: object) -> None:
        came.append(signal.Signals(number))
        then()

    try:
        for number in handlers:
            signal.signal(number, note)
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in came:
            handlers[number](number, None)
