"""Runs one coroutine at a time for a terminal, so that Ctrl-C counts at every moment."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


def finish(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, _T]) -> _T:
    """Run to the end. Ctrl-C, or a signal that ends the program, calls the work off and is raised here.

    `asyncio.Runner.run` will not do: it only cancels the work, so a Ctrl-C during the last step is lost.
    """
    task = loop.create_task(work)
    try:
        return loop.run_until_complete(task)
    except (KeyboardInterrupt, SystemExit):
        task.cancel()
        loop.run_until_complete(asyncio.wait([task]))
        if not task.cancelled():
            task.exception()  # seen, so that nobody complains that it was not
        raise
