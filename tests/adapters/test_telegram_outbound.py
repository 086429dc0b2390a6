"""A reply becomes calls that Telegram accepts, with nothing in it read as markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.parts import clean, units
from adapters.telegram.buttons import BUTTON_LIMIT, Button, read_button
from adapters.telegram.origin import Mark, Press, Spoken, read_origin, write_origin
from adapters.telegram.outbound import TEXT_LIMIT, TOAST_LIMIT, Answer, Call, Close, Keyboard, Show, calls_for
from adapters.telegram.utf16 import part, without
from bot.dialogue.book import Book
from bot.dialogue.vocabulary import COMMANDS
from bot.model import Address, Choice, Reply

ANN = Address("telegram", "1111111", "1111111")
IN_TOPIC = Address("telegram", "-100123/42", "1111111")
LARGEST_ID = 2**52 - 1
PRESS = Press("q", 50, "Signed out? 🙂", (Mark("bold", 0, 6),), "Yes 🙂")


def shown(calls: tuple[Call, ...]) -> list[Show]:
    return [call for call in calls if isinstance(call, Show)]


def labels(keyboard: Keyboard) -> list[list[str]]:
    return [[label for label, _ in row] for row in keyboard]


def test_a_reply_in_a_private_chat_is_one_message() -> None:
    assert calls_for(ANN, Reply("Hello")) == (Show(1111111, "Hello"),)


def test_in_a_group_it_is_sent_to_the_topic_and_under_the_message_that_it_answers() -> None:
    (call,) = shown(calls_for(IN_TOPIC, Reply("Hello", origin=write_origin(Spoken(7)))))

    assert (call.chat, call.thread) == (-100123, 42)
    assert call.answers is not None
    assert (call.answers.message_id, call.answers.allow_sending_without_reply) == (7, True)


def test_a_press_is_answered_then_its_prompt_closed_then_the_next_step_shown() -> None:
    answer, close, show = calls_for(ANN, Reply("Next", origin=write_origin(PRESS)))

    assert answer == Answer("q")
    assert isinstance(close, Close)
    assert close.text == "Signed out? 🙂\n\n✓ Yes 🙂"
    parts = [(part(close.text, each.offset, each.length), each.type) for each in close.entities]
    assert parts == [("Signed", "bold"), ("Yes 🙂", "bold")]
    assert show == Show(1111111, "Next")


@pytest.mark.parametrize(
    "press",
    [Press("q", 50, "Signed out?"), Press("q", 50, "", (), "Yes"), Press("q", 50, "x" * 4090, (), "Yes")],
    ids=["no label", "no text", "no room"],
)
def test_a_prompt_without_room_for_the_choice_only_loses_its_keyboard(press: Press) -> None:
    _, close, _ = calls_for(ANN, Reply("Next", origin=write_origin(press)))

    assert close == Close(1111111, 50)


def test_a_prompt_that_telegram_no_longer_shows_us_is_left_alone() -> None:
    calls = calls_for(ANN, Reply("Next", origin=write_origin(Press("q"))))

    assert calls == (Answer("q"), Show(1111111, "Next"))


def test_a_word_aside_comes_up_at_the_button_and_nowhere_else() -> None:
    calls = calls_for(ANN, Reply("That was before.", origin=write_origin(PRESS), aside=True))

    assert calls == (Answer("q", "That was before."),)


def test_a_word_aside_that_is_too_long_is_cut_between_sentences() -> None:
    (answer,) = calls_for(ANN, Reply("A sentence. " * 30, origin=write_origin(PRESS), aside=True))

    assert isinstance(answer, Answer)
    assert units(answer.toast) <= TOAST_LIMIT
    assert answer.toast.endswith("sentence.")


def test_a_word_aside_that_answers_no_press_is_a_message() -> None:
    assert calls_for(ANN, Reply("That was before.", aside=True)) == (Show(1111111, "That was before."),)


def test_answers_have_a_row_each_and_short_commands_share_one() -> None:
    choices = (
        Choice("fixed", "It works now"),
        Choice("not_yet", "Still not"),
        Choice("how", "How do I do that?", "command"),
        Choice("back", "Back", "command"),
        Choice("stop", "Stop", "command"),
        Choice("person", "I would like to talk to a person", "command"),
        Choice("language", "日本語で読む言語", "command"),
        Choice("help", "日本語で読む言語の", "command"),
    )
    (call,) = shown(calls_for(ANN, Reply("?", choices, 3)))

    assert labels(call.keyboard) == [
        ["It works now"],
        ["Still not"],
        ["How do I do that?", "Back"],
        ["Stop"],
        ["I would like to talk to a person"],
        ["日本語で読む言語"],
        ["日本語で読む言語の"],
    ]


def test_a_long_text_is_cut_between_sentences_and_its_last_part_has_the_keyboard() -> None:
    reply = Reply("A sentence 🙂. " * 500, (Choice("fixed", "Yes"),), 3, write_origin(Spoken(7)))
    first, second = shown(calls_for(IN_TOPIC, reply))

    assert max(units(first.text), units(second.text)) <= TEXT_LIMIT
    assert first.text.endswith(".")
    assert (first.keyboard, labels(second.keyboard)) == ((), [["Yes"]])
    assert first.answers is not None
    assert second.answers is None


@given(st.text(st.characters(exclude_categories=()), min_size=1))
def test_text_leaves_as_it_is_but_for_halves_of_characters(text: str) -> None:
    (call,) = shown(calls_for(ANN, Reply(f"a{text}b")))

    assert call.text == clean(f"a{text}b")
    assert call.text.encode().decode() == call.text


@given(st.text(st.sampled_from("a。. \n🙂é"), min_size=1, max_size=400), st.integers(2, 40))
def test_parts_keep_the_limit_and_lose_no_word(text: str, repeated: int) -> None:
    calls = shown(calls_for(ANN, Reply(text * repeated * 12)))

    assert all(0 < units(call.text) <= TEXT_LIMIT for call in calls)
    assert "".join("".join(call.text for call in calls).split()) == "".join((text * repeated * 12).split())


# --- buttons and origins ---


def test_every_button_of_the_shipped_flows_fits(book: Book) -> None:
    answers = {
        choice.id
        for flow in book.flows.values()
        for state in flow.states.values()
        for choice in state.options
    }

    assert answers
    for choice in (*answers, *COMMANDS, "z" * 32):
        data = str(Button(9_999_999_999, LARGEST_ID, choice))
        assert len(data.encode()) <= BUTTON_LIMIT
        assert read_button(data) == Button(9_999_999_999, LARGEST_ID, choice)


@given(st.text() | st.none() | st.integers())
def test_data_that_is_not_ours_is_no_button(data: object) -> None:
    button = read_button(data)

    assert button is None or str(button) == data


@pytest.mark.parametrize(
    "data", ["1:3:4:", "1:3:4:X", "2:3:4:yes", "1:３:4:yes", "1:3:4:yes\n", "1:-3:4:yes"]
)
def test_data_that_is_almost_ours_is_no_button(data: str) -> None:
    assert read_button(data) is None


@pytest.mark.parametrize("origin", [PRESS, Press("q"), Spoken(7)])
def test_an_origin_comes_back(origin: Press | Spoken) -> None:
    assert read_origin(write_origin(origin)) == origin


@pytest.mark.parametrize("text", ["", "x", "{}", "[]", '{"type":"z"}', '{"type":"s","m":"x"}'])
def test_an_origin_that_cannot_be_read_is_none(text: str) -> None:
    assert read_origin(text) is None


def test_parts_of_a_text_are_counted_in_utf_16_units() -> None:
    assert part("🙂 hey", 3, 3) == "hey"
    assert without("a🙂b🙂c", [(1, 2), (4, 2)]) == "abc"
    assert part("🙂", 1, 1) == "\ufffd"
    assert clean("a\ud800") == "a\ufffd"
