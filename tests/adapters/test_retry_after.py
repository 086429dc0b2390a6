"""However long a platform wants to be left alone: it is heard, and silences nobody for ever."""

from datetime import timedelta

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from telegram.error import RetryAfter

from adapters.outage import Outage, Pace
from adapters.retry_after import LONGEST, SHORTEST, wait_of
from adapters.slack.faults import fault as slack_fault
from adapters.slack.outage import setback as slack_setback
from adapters.telegram.faults import fault as telegram_fault
from adapters.telegram.outage import setback as telegram_setback
from adapters.telegram.request import AiohttpRequest
from bot.ports import TryLater
from tests.adapters.telegram import awaited, connected
from tests.wire.telegram import faults

DATE = "Wed, 21 Oct 2099 07:28:00 GMT"

ASKED = [
    (7, 7), ("7", 7), (" 7 ", 7), (2.5, 2.5), (timedelta(seconds=7), 7), (0, 1), (-5, 1), ("-5", 1),
    (0.001, 1), (10**9, 3600), ("1000000000", 3600), (10**400, 3600), (-(10**300), 1), ("9" * 6000, 3600),
    (1e300, 3600), (float("inf"), 3600), ("inf", 3600), (float("-inf"), 1), (float("nan"), 1), ("nan", 1),
    (DATE, 1), ("", 1), (None, 1), ([7], 1), ({}, 1), ("soon", 1), ("７", 7), (timedelta.max, 3600),
    (timedelta.min, 1),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "seconds"), ASKED, ids=lambda value: repr(value)[:20])
def test_every_form_is_read_within_bounds(asked: object, seconds: float) -> None:
    assert wait_of(asked) == timedelta(seconds=seconds)


@given(st.integers() | st.floats() | st.text() | st.timedeltas() | st.none())
def test_it_never_raises_and_never_asks_for_more(asked: object) -> None:
    assert SHORTEST <= wait_of(asked) <= LONGEST


@pytest.mark.parametrize("asked", [10**9, 10**30, -1, 1e300, DATE, [1], True], ids=repr)
@awaited
async def test_a_hostile_wait_of_telegram_is_a_wait(asked: object) -> None:
    async with connected() as (server, bot):
        server.faults.next("sendMessage", faults.limit(asked))
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(5, "hello")

    met = telegram_fault(caught.value)
    assert isinstance(met, TryLater)
    assert met.after is not None
    assert SHORTEST <= met.after <= LONGEST


def test_a_number_of_telegram_that_python_does_not_read_is_no_answer_but_nothing_worse() -> None:
    body = b'{"ok":false,"parameters":{"retry_after":1e400}}'
    assert AiohttpRequest.parse_json_payload(body)["parameters"] == {"retry_after": 3600}


@pytest.mark.parametrize(
    "asked", ["1000000000", "9" * 6000, "-1", "nan", DATE, "1e999"], ids=lambda text: text[:9]
)
def test_a_hostile_wait_of_slack_is_a_wait(asked: str) -> None:
    met = slack_fault(_limited(asked))
    assert isinstance(met, TryLater)
    assert met.after is not None
    assert SHORTEST <= met.after <= LONGEST


def test_a_way_in_is_tried_again_after_five_minutes_whatever_was_asked() -> None:
    for setback in (telegram_setback(RetryAfter(10**9)), slack_setback(_limited("1000000000"), "TOKEN")):
        with structlog.testing.capture_logs():
            assert Outage("platform", Pace(), lambda: 1.0).failed(setback) == 300


def _limited(asked: str) -> SlackApiError:
    answer = AsyncSlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data={"ok": False, "error": "ratelimited"},
        headers={"Retry-After": asked}, status_code=429,
    )  # fmt: skip
    return SlackApiError("limited", answer)  # type: ignore[no-untyped-call]
