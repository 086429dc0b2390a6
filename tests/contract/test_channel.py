"""Every channel keeps every clause of the contract."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.contract.channel import CONTRACT, CONTRACT_OF_ANY, Clause, Opening, Screen, hold_to
from tests.contract.console_screen import ConsoleScreen
from tests.contract.slack_stage import slack_stage
from tests.contract.telegram_stage import telegram_stage

KINDS: list[Callable[[], Opening]] = [slack_stage, telegram_stage]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reach the local servers directly, whatever proxy the machine is behind."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.mark.parametrize("clause", CONTRACT, ids=lambda clause: clause.__name__)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_channel_keeps_the_contract(kind: Callable[[], Opening], clause: Clause) -> None:
    hold_to(clause, kind())


@pytest.mark.parametrize("clause", CONTRACT_OF_ANY, ids=lambda clause: clause.__name__)
def test_the_console_keeps_what_any_channel_keeps(clause: Callable[[Screen], Awaitable[None]]) -> None:
    async def play() -> None:
        await clause(ConsoleScreen())

    asyncio.run(play())
