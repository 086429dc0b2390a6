"""Laws: nothing that arrives makes the adapter raise, and no words become more than words."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.parts import parts, units
from adapters.slack.blocks import escaped, fallback
from adapters.slack.buttons import VALUE_LIMIT, Press, button_value, read_button
from adapters.slack.inbound import read_payload
from adapters.slack.origin import Origin, read_origin, write_origin
from adapters.slack.outbound import Close, Message, calls, in_plain_words
from adapters.slack.place import card, direct, in_channel
from bot.model import Address, Choice, Reply
from tests.adapters.slack_payloads import EVERY_KIND, HOOK, ME, PROMPT_BLOCKS, Json, words
from tests.wire.slack.blocks import check_blocks, texts
from tests.wire.slack.contract import broken_blocks

SCRAPS = [
    "<!channel>", "<!here>", "<@U0EVIL>", "<#C1|x>", "<https://evil.example|Apple>", "<mailto:a@b.c|mail>",
    "&lt;", "*bold*", "_it_", "~no~", "`code`", ":smile:", "@everyone", "https://evil.example/apple.com",
    "https://support.apple.com.evil.example/x", "https://apple.com@evil.example", "https://www.apple.com/jp/",
    "&", "<", ">", "\n", "\u202e", "直った。", "😀", "/imessage-status", " ",
]  # fmt: skip
wild = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=20), max_size=6).map("".join)
long = st.builds(lambda text, times: text * times, wild, st.sampled_from([1, 1, 30, 150]))
names = st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True)
labels = st.one_of(wild.filter(str.strip), st.just("x" * 200))
choices = st.lists(
    st.builds(Choice, names, labels, st.sampled_from(["answer", "command"])),
    max_size=30,
    unique_by=lambda it: it.id,
)
origins = st.sampled_from([
    "", "nonsense", write_origin(Origin(channel="D1")), write_origin(Origin(channel="C1", url=HOOK)),
    write_origin(Origin(channel="C1", url=HOOK, public=True)),
    write_origin(Origin(channel="C1", closes="1.1", label="<!channel>", blocks=tuple(PROMPT_BLOCKS[:2]))),
    write_origin(Origin(channel="C1", mention="U2")), write_origin(Origin(mention="<!channel>")),
])  # fmt: skip
replies = st.builds(
    Reply, long, choices.map(tuple), st.integers(0, 10**6), origins, st.booleans(),
    st.none() | st.tuples(st.integers(1, 99), st.integers(1, 99)),
)  # fmt: skip
addresses = st.sampled_from([direct("T1", "U1"), card("T1", "U1"), in_channel("T1", "C1", "1.1", "U1")])

MARKUP = re.compile(r"<[^>]*>")
PLAIN = {"rich_text", "rich_text_section", "text", "context", "actions", "button"}
APPLE = re.compile(r"https://([a-z0-9-]+\.)*apple\.com(/\S*)?")


def shown(address: Address, reply: Reply) -> list[Message]:
    return [call.message for call in calls(address, reply, words)]


def leaves(value: object) -> Iterator[Json]:
    """Yield everything in blocks that has a type."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each)
    if isinstance(value, dict):
        if "type" in value:
            yield value
        for each in value.values():
            yield from leaves(each)


def is_harmless(leaf: Json, asked_for: set[str]) -> bool:
    """Say whether a piece of a message shows text as it is, or what the reply itself asked for."""
    match leaf["type"]:
        case "user":
            return leaf["user_id"] in asked_for
        case "link":
            return APPLE.fullmatch(leaf["url"]) is not None
        case "plain_text":
            return leaf["emoji"] is False
        case kind:
            return kind in PLAIN


@settings(max_examples=30)
@given(addresses, replies)
def test_blocks_are_always_what_slack_takes(address: Address, reply: Reply) -> None:
    for message in shown(address, reply):
        blocks: list[Json] = json.loads(json.dumps(message.blocks))
        check_blocks(blocks)
        assert [*broken_blocks(blocks)] == []
        assert 0 < len(message.text) <= 4_000


@settings(max_examples=60)
@given(addresses, replies)
def test_no_text_becomes_a_mention_a_link_an_emoji_or_formatting(address: Address, reply: Reply) -> None:
    asked_for = {read_origin(reply.origin).mention} & {"U2"}
    for message in shown(address, reply):
        assert all(is_harmless(leaf, asked_for) for leaf in leaves(message.blocks))
        for text in (message.text, in_plain_words(message)):
            assert set(MARKUP.findall(text)) <= {f"<@{person}>" for person in asked_for}


@settings(max_examples=60)
@given(addresses, replies.filter(lambda reply: not reply.aside))
def test_all_words_and_all_buttons_are_shown(address: Address, reply: Reply) -> None:
    made = [call.message for call in calls(address, reply, words) if not isinstance(call, Close)]
    read = re.sub(r"\s", "", "".join(texts(json.loads(json.dumps([message.blocks for message in made])))))
    links = [leaf["url"] for message in made for leaf in leaves(message.blocks) if leaf["type"] == "link"]
    public = read_origin(reply.origin).public and address == card("T1", "U1")

    assert len(read) + sum(map(len, links)) >= len(re.sub(r"\s", "", reply.text))
    buttons = [leaf for message in made for leaf in leaves(message.blocks) if "action_id" in leaf]
    pressed = [read_button(each["value"]) for each in buttons if "value" in each]
    assert {each.choice for each in pressed if each} == (
        set() if public else {each.id for each in reply.choices}
    )
    assert {each.owner for each in pressed if each} <= {address.person}


@given(st.integers(0, 10**9 - 1), st.from_regex(r"[UW][A-Z0-9]{2,20}", fullmatch=True), names)
def test_a_button_says_the_same_when_it_is_pressed(prompt: int, owner: str, choice: str) -> None:
    value = button_value(prompt, owner, choice)

    assert len(value) <= VALUE_LIMIT
    assert read_button(value) == Press(prompt, owner, choice)


@given(st.text())
def test_any_value_of_a_button_is_read_or_none_of_ours(value: str) -> None:
    press = read_button(value)
    assert press is None or press.prompt >= 0


@given(wild)
def test_escaped_text_has_no_markup_and_loses_nothing(text: str) -> None:
    written = escaped(text)
    assert not MARKUP.search(written)
    assert written.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@given(long)
def test_the_fallback_is_never_cut_within_an_escape(text: str) -> None:
    assert not re.search(r"&(?!amp;|lt;|gt;)", fallback(text))


@given(long, st.integers(10, 4096))
def test_a_text_is_cut_into_parts_that_fit_and_lose_only_space(text: str, limit: int) -> None:
    made = parts(text, limit)

    assert all(0 < units(part) <= limit for part in made)
    assert "".join("".join(made).split()) == "".join(text.split())


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn) -> Json:
    """Give a payload of some kind, in which something is replaced, missing, or nonsense."""
    payload = copy.deepcopy(draw(st.sampled_from([*EVERY_KIND.values()])))
    for _ in range(draw(st.integers(1, 3))):
        inside: Any = payload
        while True:
            keys = [*inside] if isinstance(inside, dict) else [*range(len(inside))]
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(inside[key], dict | list) and inside[key] and draw(st.booleans()):
                inside = inside[key]
                continue
            inside[key] = draw(junk | st.text(st.characters(), max_size=6))
            break
    return payload


@given(mutated() | st.dictionaries(st.text(max_size=8), junk))
def test_nothing_that_arrives_makes_inbound_raise(payload: Json) -> None:
    read_payload(payload, ME)


@given(st.text())
def test_any_origin_is_read(text: str) -> None:
    assert isinstance(read_origin(text), Origin)
