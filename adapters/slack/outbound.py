"""A reply → what is to be done on Slack, in order. Pure."""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from adapters.parts import parts
from adapters.slack.blocks import (
    SECTION_LIMIT,
    button,
    context,
    cut,
    escaped,
    fallback,
    read_out,
    rich_text,
    rows,
)
from adapters.slack.buttons import CARD, PICK, SHARE, button_value
from adapters.slack.origin import Block, Origin, read_origin
from adapters.slack.place import spot
from adapters.slack.words import Words, language_of
from bot.model import Address, Choice, Reply
from bot.replace import replace

MESSAGE_LIMIT = 3_000
"""UTF-16 units of text in one message: as much as one block takes, and its fallback text has all of it."""

CHOICE_LIMIT = 100
"""Buttons of a message; with four blocks for them it is far from Slack's fifty."""

EVERYBODYS = ("watch", "unwatch", "fix")
"""The buttons that make sense where everybody in a channel may press them."""


class Message(Struct, frozen=True):
    """What is shown: blocks, and the text for where blocks are not."""

    text: str
    blocks: tuple[Block, ...] = ()


class Close(Struct, frozen=True):
    """Replace a pressed prompt by what was chosen."""

    channel: str
    ts: str
    message: Message


class Post(Struct, frozen=True):
    """Show a message; no `channel` is the direct message with the person."""

    message: Message
    channel: str = ""
    thread: str = ""
    part: int = 0


class Whisper(Struct, frozen=True):
    """Show a message to nobody but the person, and not for long."""

    message: Message
    channel: str
    thread: str = ""


class Respond(Struct, frozen=True):
    """Answer at a `response_url`; if that is used up, show the message in the direct message instead."""

    message: Message
    url: str
    how: Literal["whisper", "replace", "public"] = "whisper"
    thread: str = ""
    part: int = 0


Call: TypeAlias = Close | Post | Whisper | Respond


def calls(address: Address, reply: Reply, words: Words) -> tuple[Call, ...]:
    """Say how to show a reply."""
    origin, place = read_origin(reply.origin), spot(address)
    if origin.silent:
        return ()
    if reply.aside:
        return _aside(reply, origin)
    if place.is_card and origin.url:
        return tuple(_card(address, reply, origin, words))
    return (*_closing(origin), *_posts(address, reply, origin, words))


def closed(origin: Origin) -> Message:
    """Show a pressed prompt as it stays: its text, and what was chosen."""
    chosen = f"✓ {origin.label}" if origin.label else "✓"
    said = "\n".join((*read_out(origin.blocks), chosen))
    return Message(fallback(said), (*origin.blocks[:40], context(chosen)))


def whispered(text: str) -> Message:
    """Show a short word, without buttons."""
    return Message(fallback(text), (rich_text(cut(text, SECTION_LIMIT)),))


def in_plain_words(message: Message) -> str:
    """Give a message as text alone, its buttons as numbers to answer with."""
    labels = [*read_out(each for each in message.blocks if each["type"] == "actions")]
    numbered = (f"{number}. {label}" for number, label in enumerate(labels, 1))
    return "\n".join((message.text, *map(escaped, numbered)))


def _aside(reply: Reply, origin: Origin) -> tuple[Call, ...]:
    message = whispered(reply.text)
    if origin.url:
        return (Respond(message, origin.url, thread=origin.thread),)
    if origin.channel:
        return (Whisper(message, origin.channel, origin.thread),)
    return (Post(message),)


def _closing(origin: Origin) -> Iterator[Close]:
    if origin.closes and origin.channel:
        yield Close(origin.channel, origin.closes, closed(origin))


def _posts(address: Address, reply: Reply, origin: Origin, words: Words) -> Iterator[Post]:
    place = spot(address)
    if place.is_everybodys:
        reply = replace(reply, choices=tuple(each for each in reply.choices if each.id in EVERYBODYS))
    action, thread = (CARD, "") if place.is_card or place.is_everybodys else (PICK, place.thread)
    channel = place.channel or (origin.channel if origin.channel.startswith("D") else "")
    shown = _messages(address, reply, words, action, mention=origin.mention)
    for number, message in enumerate(shown):
        yield Post(message, channel, thread, number)


def _card(address: Address, reply: Reply, origin: Origin, words: Words) -> Iterator[Respond]:
    """Show the card where it was asked for; for everybody, it has no buttons and no promise to one person."""
    if origin.public:
        promise = words("turn.watching_already", language_of(reply))
        for_all = replace(reply, choices=(), text=reply.text.removesuffix(f"\n\n{promise}"))
        shown = _messages(address, for_all, words, CARD)
        first: Literal["whisper", "replace", "public"] = "public"
    else:
        share = button(words("slack.share_here", language_of(reply)), SHARE)
        shown = _messages(address, reply, words, CARD, [share])
        first = "replace" if origin.replaces else "whisper"
    for number, message in enumerate(shown):
        how = "whisper" if number and first == "replace" else first
        yield Respond(message, origin.url, how, part=number)


def _messages(
    address: Address,
    reply: Reply,
    words: Words,
    action: str,
    extra: Sequence[Block] = (),
    *,
    mention: str = "",
) -> list[Message]:
    """Make a reply's messages: the progress and the mention with the first, the buttons with the last."""
    texts = parts(reply.text, MESSAGE_LIMIT) or [""]
    last, made = len(texts) - 1, []
    for number, text in enumerate(texts):
        whom = mention if number == 0 else ""
        progress = [*_progress(reply, words)] if number == 0 else []
        blocks = [*progress, rich_text(text, whom)]
        if number == last:
            blocks += [*_for_whom(address, reply, words), *_buttons(address, reply, action, extra)]
        made.append(Message(fallback("\n".join((*read_out(progress), text)), whom), tuple(blocks)))
    return made


def _progress(reply: Reply, words: Words) -> Iterator[Block]:
    if reply.progress:
        step, steps = map(str, reply.progress)
        yield context(words("slack.progress", language_of(reply), step=step, steps=steps))


def _for_whom(address: Address, reply: Reply, words: Words) -> Iterator[Block]:
    """Say to a whole channel that "you" are all of them, and that nobody needs to be asked to end it."""
    if spot(address).is_everybodys:
        yield context(words("slack.for_everybody", language_of(reply)))


def _buttons(address: Address, reply: Reply, action: str, extra: Sequence[Block]) -> Iterator[Block]:
    shown = reply.choices[:CHOICE_LIMIT]
    answers = [each for each in shown if each.kind == "answer"]
    commands = [each for each in shown if each.kind == "command"]
    primary = answers[0].id if len(answers) == 1 and answers[0].id != "agree" else None

    def made(choice: Choice) -> Block:
        value = button_value(reply.prompt, address.person, choice.id)
        return button(
            choice.label, f"{action}{choice.id}"[:255], value, "primary" if choice.id == primary else None
        )

    yield from rows([made(each) for each in answers])
    yield from rows([*(made(each) for each in commands), *extra])
