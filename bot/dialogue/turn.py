"""One turn: what an event makes of a conversation, and what we owe the person for it.

`take_turn` is a pure function, so it may be computed again on a newer conversation, replayed in a test, or
called twice for one event. It reads no clock and no network: the outside comes in as `world`.
"""

from typing import assert_never

from bot.dialogue.book import Book
from bot.dialogue.draft import Draft
from bot.dialogue.evidence.find import find
from bot.dialogue.understand import (
    Answered,
    Commanded,
    Meaning,
    Named,
    Nodded,
    Solved,
    Switched,
    Thanked,
    Unclear,
)
from bot.dialogue.vocabulary import COMMANDS, CommandName
from bot.model import (
    Address,
    Conversation,
    Event,
    Language,
    Opened,
    Picked,
    Said,
    Shared,
    Turn,
    Woke,
    World,
)

DEFAULT_LANGUAGE: Language = "en"


def take_turn(
    book: Book, conversation: Conversation | None, event: Event, world: World, address: Address
) -> Turn:
    """Give the next conversation and the jobs that the event leads to.

    `conversation` is None for somebody new, and `address` says who that is. Never raises for anything a
    person can send.
    """
    before = conversation or book.begin(address, first_language(event))
    if isinstance(event, Woke) and not _is_awaited(book, before, event):
        return Turn(before)
    draft = Draft(book, book.land(before), world)
    if book.knows(before.place):
        _take(draft, event)
    else:
        _take_elsewhere(draft, event)
    return draft.turn()


def _is_awaited(book: Book, conversation: Conversation, event: Woke) -> bool:
    """Say whether the question still stands that the reminder is about."""
    if event.prompt != conversation.prompt or not book.knows(conversation.place):
        return False
    return book.state(book.land(conversation).place).remind is not None


def first_language(event: Event) -> Language:
    """Guess the language of somebody new: the script that they write, else what the platform says."""
    if isinstance(event, Said) and any("\u3041" <= character <= "\u30fe" for character in event.text[:500]):
        return "ja"
    hint = event.language if isinstance(event, Opened | Said | Shared) else None
    return hint or DEFAULT_LANGUAGE


def _take(draft: Draft, event: Event) -> None:
    match event:
        case Opened():
            _open(draft)
        case Said(text=text):
            _read(draft, text)
        case Shared(text=text):
            _search(draft, text)
        case Picked(prompt=prompt, choice=choice):
            _press(draft, prompt, choice)
        case Woke():
            _remind(draft)
        case _:
            assert_never(event)


def _take_elsewhere(draft: Draft, event: Event) -> None:
    """Take an event that was meant for a place which is gone.

    Evidence and ways out count; an answer does not, and neither does what is about that step.
    """
    if isinstance(event, Said) and (way_out := _way_out(draft, event.text)):
        _command(draft, way_out)
        return
    draft.note("turn.guide_changed")
    draft.ask()
    if isinstance(event, Said | Shared) and (findings := find(event.text)):
        draft.follow(findings)


def _way_out(draft: Draft, text: str) -> CommandName | None:
    match draft.book.lexicon.understand(draft.scene.state, (), text):
        case Commanded(name="stop" | "person" | "restart" as name):
            return name
        case _:
            return None


def _open(draft: Draft) -> None:
    if draft.scene.state.end:
        draft.restart()
    elif draft.conversation.prompt:
        draft.note("turn.welcome_back")


def _read(draft: Draft, text: str) -> None:
    if findings := find(text):
        draft.follow(findings)
    else:
        _answer(draft, text)


def _search(draft: Draft, text: str) -> None:
    if findings := find(text):
        draft.follow(findings)
    else:
        draft.note("turn.file_without_evidence")


def _press(draft: Draft, prompt: int, choice: str) -> None:
    current = prompt == draft.conversation.prompt and choice in draft.conversation.offered
    if current and choice in COMMANDS:
        _command(draft, choice)
    elif not current or not draft.choose(choice):
        draft.note("turn.old_button")


def _remind(draft: Draft) -> None:
    if remind := draft.scene.state.remind:
        draft.tell(remind.text.of(draft.conversation.language))


def _answer(draft: Draft, text: str) -> None:
    meaning = draft.book.lexicon.understand(draft.scene.state, draft.conversation.offered, text)
    match meaning:
        case Answered(id=id_) if draft.choose(id_):
            pass
        case Commanded(name=name):
            _command(draft, name)
        case Switched(language=language):
            draft.speak(language)
        case Solved() if draft.conversation.prompt:
            draft.leave("solved")
        case Thanked():
            draft.note("turn.thanks")
        case Nodded() | Unclear(empty=True) if draft.scene.state.end:
            draft.tell(draft.scene.phrase("turn.after_end"))
        case _ if draft.scene.state.end:
            draft.restart()
            _begin_with(draft, meaning)
        case _ if not draft.conversation.prompt:
            _begin_with(draft, meaning)
        case Named() if draft.conversation.place == draft.book.start.begin:
            _begin_with(draft, meaning)
        case _:
            empty = isinstance(meaning, Unclear) and meaning.empty
            draft.note("turn.nothing_read" if empty else "turn.unclear")


def _begin_with(draft: Draft, meaning: Meaning) -> None:
    """Start the flow that somebody names in their first words; who names none is asked."""
    if isinstance(meaning, Named):
        draft.move(draft.book.flows[meaning.flow].begin)


def _command(draft: Draft, name: CommandName) -> None:
    match name:
        case "how":
            draft.explain()
        case "skip":
            draft.skip()
        case "back":
            draft.back()
        case "restart":
            draft.restart()
        case "person":
            draft.leave("person")
        case "language":
            draft.speak("en" if draft.conversation.language == "ja" else "ja")
        case "help":
            draft.tell(draft.scene.phrase("turn.help"))
        case "stop":
            draft.leave("stop")
        case _:
            assert_never(name)
