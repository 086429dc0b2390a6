"""A short run; `uv run python -m tests.chaos` does longer ones, and those with a planted bug."""

import asyncio
import secrets
import sys

import pytest

from tests.chaos.run import Wanted, run
from tests.redis_server import redis_server_or_skip

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="processes are stopped, watched and ended together as Linux does it"
)

SECONDS = 8


@pytest.fixture(autouse=True)
def _redis() -> None:
    redis_server_or_skip()


def test_nothing_is_lost_or_doubled_while_everything_breaks() -> None:
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")  # pytest shows it where the test fails
    outcome = asyncio.run(run(Wanted(SECONDS, seed, messages_per_minute=seed % 2 * 40)))

    assert outcome.is_clean, (seed, outcome.figures, outcome.wrong[:10])
    assert outcome.figures["turns"]
