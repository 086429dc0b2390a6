"""What all tests share: the flows, and the lane that each test runs in.

`uv run pytest` runs the fast lane, `-m full` and `-m nightly` the others, `-m "not nightly"` the first two.
Whoever names files or folders gets all of their tests.
"""

import signal
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

from bot.dialogue.book import Book
from bot.flowfiles import load_book

TESTS: Final = Path(__file__).parent

FAST: Final = "not full and not nightly"

LANES: Final = {
    "nightly": (
        *("chaos/test_matrix", "chaos/test_run", "contract/test_broken_stores", "replay"),
        *("slack/test_slow_redis", "telegram/test_slow_redis"),
    ),
    "full": (
        *("bench", "chaos", "commands", "slack", "telegram", "wire"),
        *("contract/test_redis", "contract/test_sqlite_crash", "contract/test_sqlite_wiping"),
        *("contract/test_channel", "contract/test_pins_model", "contract/test_store_model"),
        *("adapters/test_apple_board_laws", "adapters/test_slack_laws", "adapters/test_telegram_trouble"),
        *("dialogue/test_evidence_laws", "dialogue/test_laws", "dialogue/test_waking_laws"),
        *("adapters/test_apple_evils", "adapters/test_health", "adapters/test_redis_examine"),
        *("adapters/test_slack_http", "adapters/test_slack_socket", "adapters/test_telegram_webhook"),
        *("adapters/test_web_room", "dialogue/test_hostile_texts", "dialogue/test_walk"),
        *("runtime/test_floods", "runtime/test_poller_fleet", "runtime/test_reader"),
        *("test_deployment", "test_lock", "test_wheel", "test_zone"),
    ),
}
"""Folders and files whose tests start processes, servers or tools, or take long. The first match counts; what
is left is fast, but for tests that carry a lane of their own, as those with a real Redis do.
"""


def pytest_configure(config: pytest.Config) -> None:
    # A shell has what it starts in the background ignore SIGINT, and so would the programs that we start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not config.option.markexpr and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.option.markexpr = FAST


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave what is not in the fast lane unread, which halves the time to collect it."""
    return True if config.option.markexpr == FAST and _lane(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if (lane := _lane(item.path)) and not any(item.iter_markers("nightly")):
            item.add_marker(lane)


def _lane(path: Path) -> str | None:
    inside = path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else ""
    lanes = (lane for lane, beginnings in LANES.items() if inside.startswith(beginnings))
    return next(lanes, None)


@pytest.fixture(scope="session")
def book() -> Book:
    """Give the flows that travel with the program, compiled once: a book never changes."""
    return load_book()


# The same examples every time: a change is judged by what it changes. Look for new ones by hand with
# `uv run pytest --hypothesis-profile=default`.
settings.register_profile("the same every time", derandomize=True, deadline=None, database=None)
settings.load_profile("the same every time")
