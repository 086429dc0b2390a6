"""How much is read of one person: twenty messages at once or over a minute, then one word, then silence."""

from datetime import timedelta

import pytest

from bot.codec import decode_conversation, encode_conversation
from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.events import Event, Invoked, Opened, Picked, Said, Sent, Shared, StatusChanged, Woke
from bot.model import Conversation, EventId, Language, Say, Turn
from bot.replace import replace
from tests.outside import ANN, START, world

ID = EventId("e")
SECOND = timedelta(seconds=1)


class Talk:
    """Somebody who talks, of whom twenty messages a minute are read."""

    def __init__(self, book: Book, per_minute: int = 20) -> None:
        self.book, self.per_minute = book, per_minute
        self.conversation: Conversation | None = None
        self.now = START

    def sends(self, event: Event, *, is_crowded: bool = False) -> list[str]:
        """Give what is said to it."""
        outside = replace(
            world("clear", self.now), messages_per_minute=self.per_minute, is_crowded=is_crowded
        )
        turn: Turn = take_turn(self.book, self.conversation, event, outside, ANN)
        self.conversation = decode_conversation(encode_conversation(turn.conversation))
        assert self.conversation == turn.conversation
        return [job.reply.text for job in turn.jobs if isinstance(job, Say)]

    def says(self, text: str = "iPhone") -> str:
        return "".join(self.sends(Said(ID, text)))


def waits(book: Book, language: Language = "en") -> str:
    return book.say("turn.too_many", language)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_who_sends_too_much_is_told_once_and_then_not_read_for_a_minute(
    book: Book, language: Language
) -> None:
    talk, told = Talk(book), waits(book, language)
    talk.sends(Opened(ID, language))
    answers = [talk.says() for _ in range(100)]
    assert [number for number, answer in enumerate(answers) if told in answer] == [18]
    assert all(answers[:19]), "the last one is answered too"
    assert not any(answers[19:])
    talk.now += timedelta(seconds=59)
    assert not talk.says()
    talk.now += 2 * SECOND
    answers = [talk.says() for _ in range(25)]
    assert [number for number, answer in enumerate(answers) if told in answer] == [19], "it is full again"


def test_who_goes_through_a_whole_guide_at_a_press_a_second_is_always_answered(book: Book) -> None:
    talk = Talk(book)
    talk.says()
    for _ in range(18):
        talk.now += SECOND
        assert talk.conversation
        press = Picked(ID, talk.conversation.prompt, talk.conversation.offered[0])
        assert waits(book) not in "".join(talk.sends(press))


def test_a_message_every_three_seconds_goes_on_for_ever(book: Book) -> None:
    talk = Talk(book)
    for _ in range(400):
        talk.now += 3 * SECOND
        answer = talk.says()
        assert answer
        assert waits(book) not in answer


def test_neither_starting_over_nor_a_command_fills_it(book: Book) -> None:
    talk = Talk(book)
    for _ in range(20):
        talk.says("start over")
    assert not talk.says("start over")
    assert not talk.sends(Invoked(ID, "restart"))
    assert not talk.sends(Sent(ID, "photo"))
    assert not talk.sends(Opened(ID))


def test_what_comes_by_itself_costs_nothing_and_is_read_all_the_same(book: Book) -> None:
    talk = Talk(book)
    for _ in range(20):
        talk.says()
    spent = talk.conversation
    assert spent
    assert spent.budget
    assert spent.budget.is_spent
    for event in (StatusChanged(ID), Woke(ID, spent.prompt)):
        talk.sends(event)
    assert talk.conversation == spent


def test_a_file_costs_as_much_as_four_messages(book: Book) -> None:
    talk = Talk(book)
    answers = ["".join(talk.sends(Shared(ID, "a.log", "nothing"))) for _ in range(6)]
    assert [bool(answer) for answer in answers] == [True] * 5 + [False]
    assert waits(book) in answers[4]


def test_a_press_that_spends_it_is_told_so_in_the_chat_and_not_only_at_the_button(book: Book) -> None:
    talk = Talk(book)
    for _ in range(19):
        talk.says()
    assert talk.conversation
    (reply,) = talk.sends(Picked(ID, 0, "iphone"))
    assert reply.startswith(waits(book))
    assert book.say("turn.old_button", "en") in reply


def test_where_a_chat_is_crowded_each_is_told_once(book: Book) -> None:
    talk = Talk(book)
    assert waits(book) in "".join(talk.sends(Said(ID, "iPhone"), is_crowded=True))
    assert not talk.sends(Said(ID, "iPhone"), is_crowded=True)


def test_without_a_limit_everything_is_read_and_nothing_is_kept_of_it(book: Book) -> None:
    talk = Talk(book, per_minute=0)
    assert all(talk.says() for _ in range(100))
    assert talk.conversation
    assert talk.conversation.budget is None
    assert b'"paid"' not in encode_conversation(talk.conversation)


def test_what_colleagues_say_to_each_other_in_a_thread_costs_nothing(book: Book) -> None:
    talk = Talk(book)
    talk.says()
    before = talk.conversation
    for _ in range(100):
        assert not talk.sends(Said(ID, "see you at lunch", addressed=False))
    assert talk.conversation == before
