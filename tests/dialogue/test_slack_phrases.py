"""What Slack suggests to say is understood, and what it says itself fits where it stands."""

import pytest

from bot.dialogue.book import Book
from bot.dialogue.source.check_texts import PHRASE_LIMITS
from bot.dialogue.turn import take_turn
from bot.dialogue.vocabulary import PHRASES
from bot.events import Opened, Said
from bot.model import LANGUAGES, EventId, Language, Place
from tests.fit import reply
from tests.outside import ANN, world

ID = EventId("event")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("prompt", "flow"), [("slack.prompt_iphone", "iphone"), ("slack.prompt_mac", "mac")])
def test_a_suggested_prompt_leads_to_its_flow(book: Book, language: Language, prompt: str, flow: str) -> None:
    text = book.say(prompt, language)
    for before in (None, take_turn(book, None, Opened(ID), world("clear"), ANN).conversation):
        after = take_turn(book, before, Said(ID, text, language), world("clear"), ANN).conversation
        assert (after.place, after.language) == (Place(flow, "web_page"), "en" if before else language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_suggested_prompt_is_never_taken_for_an_answer_in_the_middle_of_a_guide(
    book: Book, language: Language
) -> None:
    middle = None
    for text in ("iPhone", "it opens"):
        middle = take_turn(book, middle, Said(ID, text, language), world("clear"), ANN).conversation
    assert middle is not None
    for name in (name for name in PHRASES if name.startswith("slack.prompt_")):
        after = take_turn(book, middle, Said(ID, book.say(name, language)), world("clear"), ANN).conversation
        assert (after.place, after.tried) == (middle.place, ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_asking_for_the_status_and_for_a_log_to_be_read_is_answered(book: Book, language: Language) -> None:
    for prompt, found in (
        ("slack.prompt_status", "🟢 iMessage"),
        ("slack.prompt_log", book.say("turn.help", language)),
    ):
        turn = take_turn(book, None, Said(ID, book.say(prompt, language), language), world("clear"), ANN)
        message = reply(turn)
        assert message is not None
        assert found in message.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_usage_names_every_argument(book: Book, language: Language) -> None:
    usage = book.say("slack.usage", language)
    for argument in ("share", "watch", "unwatch", "ja", "en", "help"):
        assert argument in usage
    assert "/imessage-help" in usage


def test_what_asks_whether_to_delete_fits_into_slacks_dialog(book: Book) -> None:
    limits = {"forget_title": 100, "forget_text": 300, "forget_confirm": 30, "forget_deny": 30}
    for name, limit in limits.items():
        assert next(most for key, most in PHRASE_LIMITS.items() if f"slack.{name}".startswith(key)) == limit
        assert all(len(book.say(f"slack.{name}", language)) <= limit for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_begin_button_is_called_stands_in_the_sentence_about_it(
    book: Book, language: Language
) -> None:
    assert book.say("home.begin", language) in book.say("home.nothing_begun", language)
