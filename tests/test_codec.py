"""Conversations and jobs as bytes: the same after the way there and back, and unreadable bytes say so."""

from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.apple import Service
from bot.codec import (
    FORMAT,
    NewerFormat,
    Unreadable,
    decode_conversation,
    decode_job,
    encode_conversation,
    encode_job,
)
from bot.dialogue.vocabulary import FINDINGS
from bot.model import (
    LANGUAGES,
    Address,
    Budget,
    CheckIn,
    Choice,
    Conversation,
    Finding,
    Place,
    Reply,
    Say,
    Tried,
    Wake,
    WakeReason,
    Watch,
)

anything = settings(derandomize=True, deadline=None, database=None, max_examples=60)

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
NAMES = st.text("az09_", min_size=1, max_size=32)
PLACES = st.builds(Place, NAMES, NAMES)
ADDRESSES = st.builds(Address, TEXT, TEXT, TEXT)
NUMBERS = st.integers(min_value=0, max_value=2**53)
TIMES = st.datetimes(timezones=st.just(UTC))
SECONDS = st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda time: time.replace(microsecond=0)
)
TROUBLES = st.lists(st.tuples(st.sampled_from(Service), st.sampled_from(["issue", "outage"]))).map(tuple)
WATCHES = st.builds(Watch, NUMBERS, TIMES, TROUBLES, st.booleans(), st.none() | TIMES)
BUDGETS = st.builds(Budget, SECONDS, st.booleans())
CONVERSATIONS = st.builds(
    Conversation,
    ADDRESSES,
    PLACES,
    st.sampled_from(LANGUAGES),
    version=TEXT,
    path=st.lists(PLACES, max_size=9).map(tuple),
    tried=st.lists(
        st.builds(Tried, PLACES, st.sampled_from(["fixed", "not_yet", "skipped"])), max_size=9
    ).map(tuple),
    findings=st.lists(st.builds(Finding, st.sampled_from(FINDINGS), TEXT), max_size=5).map(tuple),
    prompt=NUMBERS,
    offered=st.lists(NAMES, max_size=12).map(tuple),
    topics=st.lists(TEXT, max_size=3).map(tuple),
    watch=st.none() | WATCHES,
    zone=TEXT,
    heard_at=st.none() | SECONDS,
    check_in=st.sampled_from(get_args(CheckIn)),
    wait_until=st.none() | TIMES,
    budget=st.none() | BUDGETS,
)
CHOICES = st.builds(Choice, NAMES, TEXT, st.sampled_from(["answer", "command"]))
PROGRESS = st.none() | st.tuples(NUMBERS, NUMBERS)
REPLIES = st.builds(
    *(Reply, TEXT, st.lists(CHOICES, max_size=5).map(tuple), NUMBERS, TEXT, st.booleans(), PROGRESS),
    unasked=st.booleans(),
)
JOBS = st.builds(Say, ADDRESSES, REPLIES) | st.builds(
    Wake, ADDRESSES, TIMES, NUMBERS, st.sampled_from(get_args(WakeReason))
)
SAMPLE = Conversation(Address("slack", "C1", "U1"), Place("iphone", "vpn"), "ja", "1a2b3c4d", prompt=7)


@anything
@given(CONVERSATIONS)
def test_a_conversation_comes_back_as_it_was(conversation: Conversation) -> None:
    assert decode_conversation(encode_conversation(conversation)) == conversation


@anything
@given(JOBS)
def test_a_job_comes_back_as_it_was(job: Say | Wake) -> None:
    assert decode_job(encode_job(job)) == job


@anything
@given(CONVERSATIONS)
def test_equal_conversations_are_equal_bytes_that_tell_their_format(conversation: Conversation) -> None:
    body = encode_conversation(conversation)
    assert encode_conversation(decode_conversation(body)) == body
    assert msgspec.json.decode(body)["f"] == FORMAT


ORDINARY = (
    b'{"f":1,"say":{"address":{"platform":"slack","chat":"C1","person":"U1"},"reply":{"text":"hello",'
    b'"choices":[{"id":"go_on","label":"Continue","kind":"answer"}],"prompt":7}}}'
)
"""A job as it was written before a reply had an origin."""


def test_an_ordinary_job_is_as_small_as_it_was_before_replies_had_an_origin_and_is_still_read() -> None:
    job = Say(SAMPLE.address, Reply("hello", (Choice("go_on", "Continue"),), 7))
    assert encode_job(job) == ORDINARY
    assert decode_job(ORDINARY) == job


def test_an_origin_and_an_aside_are_kept_in_the_job() -> None:
    job = Say(SAMPLE.address, Reply("old", (), 7, "callback:1", aside=True))
    body = encode_job(job)
    assert decode_job(body) == job
    assert msgspec.json.decode(body)["say"]["reply"].keys() == {"text", "prompt", "origin", "aside"}


def test_which_step_it_is_is_kept_in_the_job_and_takes_up_seventeen_bytes_only_where_there_is_one() -> None:
    job = Say(SAMPLE.address, Reply("hello", (Choice("go_on", "Continue"),), 7, progress=(3, 9)))
    body = encode_job(job)
    assert body == ORDINARY.replace(b'"prompt":7', b'"prompt":7,"progress":[3,9]')
    assert decode_job(body) == job
    assert len(body) == len(ORDINARY) + 17


BROKEN = (
    b"",
    b"\x00",
    b"\xff\xfe{}",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"<html>",
    b"[" * 100_000,
    b'{"f": "1"}',
    b'{"f": 1}',
    encode_conversation(SAMPLE)[:-1],
    encode_conversation(SAMPLE).replace(b'"ja"', b'"fr"'),
    encode_conversation(SAMPLE).replace(b":7", b':"7"'),
    encode_job(Say(SAMPLE.address, Reply("hello")))[:-2],
)


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: repr(body[:20]))
def test_bytes_that_are_not_ours_are_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_conversation(body)
    with pytest.raises(Unreadable):
        decode_job(body)


def test_a_conversation_is_no_job_and_a_job_no_conversation() -> None:
    with pytest.raises(Unreadable):
        decode_job(encode_conversation(SAMPLE))
    with pytest.raises(Unreadable):
        decode_conversation(encode_job(Say(SAMPLE.address, Reply("hello"))))


@anything
@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    for decode in (decode_conversation, decode_job):
        with pytest.raises(Unreadable):
            decode(body)


@pytest.mark.parametrize("body", [b'{"f": 2}', b'{"f": 999, "place": 3}', b'{"address": null, "f": 2}'])
def test_a_newer_format_is_named_as_such_whatever_else_it_holds(body: bytes) -> None:
    for decode in (decode_conversation, decode_job):
        with pytest.raises(NewerFormat):
            decode(body)


def test_a_field_that_is_not_known_here_is_let_be() -> None:
    body = encode_conversation(SAMPLE)
    assert decode_conversation(body[:-1] + b',"later":true}') == SAMPLE
