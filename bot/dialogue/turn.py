"""One turn: what an event makes of a conversation, and what we owe the person for it.

`take_turn` is a pure function, so it may be computed again on a newer conversation, replayed in a test, or
called twice for one event. It reads no clock and no network: the outside comes in as `world`.
"""

from collections.abc import Mapping
from typing import Final, assert_never

from bot.dialogue import waking
from bot.dialogue.answer import read
from bot.dialogue.book import Book
from bot.dialogue.budget import is_read, spend
from bot.dialogue.command import obey, switch
from bot.dialogue.draft import Draft
from bot.dialogue.evidence.find import shown_by
from bot.dialogue.hours import known_zone
from bot.dialogue.link import read_link
from bot.dialogue.news import end_watch, tell_change
from bot.dialogue.overheard import concerns_us
from bot.dialogue.understand import Commanded
from bot.dialogue.vocabulary import COMMANDS, CommandName
from bot.dialogue.watch import heed_apple, show_status
from bot.events import (
    Command,
    Event,
    ForgetMe,
    Invoked,
    Left,
    Opened,
    Picked,
    Said,
    Sent,
    Shared,
    StatusChanged,
    Woke,
)
from bot.model import Address, Conversation, Language, Turn, World
from bot.replace import replace

DEFAULT_LANGUAGE: Language = "en"


def take_turn(
    book: Book, conversation: Conversation | None, event: Event, world: World, address: Address
) -> Turn:
    """Give the next conversation and the jobs that the event leads to.

    `conversation` is None for somebody new, and `address` says who that is. Never raises for anything a
    person can send.
    """
    before = conversation or book.begin(address, first_language(event))
    if not is_read(before.budget, event, world):
        return Turn(before)
    match event:
        case Left():
            return Turn(_left(before))
        case ForgetMe():  # comes with nothing to decide: whoever stores conversations deletes this one
            return Turn(before)
        case Woke(why="watch_over", prompt=number):
            return end_watch(book, before, world, number)
        case StatusChanged():
            return tell_change(book, before, world)
        case Woke() if silent := waking.put_off(book, before, event, world):
            return silent
        case Said() | Shared() | Sent() if not concerns_us(book, before, event, world):
            return Turn(before)
    is_heard = not isinstance(event, Woke)
    draft = Draft(book, _in_zone(book.land(before), event), world, is_heard=is_heard)
    if book.knows(before.place):
        _take(draft, event)
    else:
        _take_elsewhere(draft, event)
    heed_apple(draft)
    draft.pay(spend(before.budget, event, world))
    return draft.turn(origin_of(event), unasked=_is_unasked(before, event, world))


def _is_unasked(conversation: Conversation, event: Event, world: World) -> bool:
    return isinstance(event, Woke) and waking.is_question(conversation, event.why, world)


def _left(conversation: Conversation) -> Conversation:
    """Follow nothing and have no question standing, for nothing would arrive; where they were stays known."""
    prompt = conversation.prompt and conversation.prompt + 1
    return replace(conversation, prompt=prompt, offered=(), topics=(), watch=None)


def _in_zone(conversation: Conversation, event: Event) -> Conversation:
    """Keep the time zone that the platform gives, if there is such a zone."""
    match event:
        case Opened(zone=zone) | Said(zone=zone) | Invoked(zone=zone) | Shared(zone=zone) | Sent(zone=zone):
            is_new = zone and zone != conversation.zone and known_zone(zone)
            return replace(conversation, zone=zone) if is_new else conversation
        case _:
            return conversation


def origin_of(event: Event) -> str:
    """Give what ties the reply to the event; nobody waits for an answer to one without."""
    return "" if isinstance(event, Woke | StatusChanged | Left) else event.origin


def first_language(event: Event) -> Language:
    """Guess the language of somebody new: the script that they write, else what the platform says."""
    if isinstance(event, Said) and any("\u3041" <= character <= "\u30fe" for character in event.text[:500]):
        return "ja"
    hint = None if isinstance(event, Picked | Woke | StatusChanged | Left) else event.language
    return hint or DEFAULT_LANGUAGE


def _take(draft: Draft, event: Event) -> None:
    match event:
        case Opened(start=start):
            _open(draft, start)
        case Said():
            read(draft, event)
        case Shared():
            _search(draft, event)
        case Picked(prompt=prompt, choice=choice):
            _press(draft, prompt, choice)
        case Invoked() as invoked:
            _invoke(draft, invoked)
        case Sent(what=what):
            draft.note(f"turn.sent_{what}")
        case Woke(why=why):
            waking.wake(draft, why)
        case StatusChanged() | Left() | ForgetMe():
            pass
        case _:
            assert_never(event)


def _take_elsewhere(draft: Draft, event: Event) -> None:
    """Take an event that was meant for a place which is gone.

    Evidence and ways out count; an answer does not, and neither does what is about that step.
    """
    if way_out := _way_out(draft, event):
        obey(draft, way_out)
        return
    if isinstance(event, Opened):
        _follow_link(draft, event.start)
    if isinstance(event, Invoked) and event.command in SPOKEN:
        draft.speak(SPOKEN[event.command])
    draft.note("turn.guide_changed")
    draft.ask()
    if isinstance(event, Invoked | Sent):
        _take(draft, event)
    if isinstance(event, Said | Shared) and (findings := shown_by(event)):
        draft.follow(findings)


def _way_out(draft: Draft, event: Event) -> CommandName | None:
    match event:
        case Picked(choice="stop" | "person" | "restart" | "unwatch" | "never_ask" as pressed, prompt=prompt):
            return pressed if prompt == draft.conversation.prompt else None
        case Said(text=text):
            meaning = draft.book.lexicon.understand(draft.scene.state, (), text)
        case Invoked(command="stop" | "restart" | "unwatch" as invoked):
            return invoked
        case _:
            return None
    match meaning:
        case Commanded(name="stop" | "person" | "restart" | "unwatch" | "never_ask" as name):
            return name
        case _:
            return None


SPOKEN: Final[Mapping[Command, Language]] = {"japanese": "ja", "english": "en"}
"""The commands that ask for a language by its name."""


def _invoke(draft: Draft, invoked: Invoked) -> None:
    """Obey. Where nothing is on the screen, the language was asked for to read Apple's status in it."""
    if invoked.insists and invoked.language:
        draft.speak(invoked.language)
    match invoked.command:
        case "japanese" | "english" as spoken:
            switch(draft, SPOKEN[spoken])
            if not draft.conversation.offered:
                show_status(draft)
        case command:
            obey(draft, command)


def _open(draft: Draft, start: str) -> None:
    if draft.scene.state.end:
        draft.restart()
        _follow_link(draft, start)
    elif not _follow_link(draft, start) and draft.conversation.prompt:
        draft.note("turn.welcome_back")


def _follow_link(draft: Draft, start: str) -> bool:
    """Speak the language that the link names and go where it leads; False if it leads nowhere."""
    link = read_link(start, draft.book)
    if link.language:
        draft.speak(link.language)
    if link.place:
        draft.move(link.place)
    return link.place is not None


def _search(draft: Draft, file: Shared) -> None:
    if findings := shown_by(file):
        draft.follow(findings)
    else:
        draft.note("turn.file_without_evidence")


def _press(draft: Draft, prompt: int, choice: str) -> None:
    """Do what the button says. One that no longer counts does nothing, if there are newer ones to press."""
    now = draft.conversation
    if not now.offered and choice in ("watch", "unwatch"):
        show_status(draft)
    elif not now.offered:
        draft.ask()
    elif prompt != now.prompt or choice not in now.offered:
        draft.answer_aside("turn.old_button")
    elif choice in COMMANDS:
        obey(draft, choice)
    elif not draft.choose(choice):
        draft.note("turn.guide_changed")
