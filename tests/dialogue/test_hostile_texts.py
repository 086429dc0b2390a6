"""No text takes more than time in proportion to its length, whoever wrote it and why."""

import time
from collections.abc import Callable

import pytest

from bot.dialogue.evidence.find import find
from bot.dialogue.evidence.mask import mask
from bot.dialogue.typed import is_filler
from bot.dialogue.vocabulary import COMMANDS
from bot.flowfiles import load_book

BOOK = load_book()
STATE = BOOK.flows["iphone"].states["restart"]
OFFERED = (*(option.id for option in STATE.options), *COMMANDS)

SHORT, LONG = 4_000, 64_000
"""Characters."""

MOST = 6 * LONG / SHORT
"""How much longer the longer text may take: six times what its length says. Quadratic is sixteen times."""

UNITS = [
    "@", "a@", "@a", "a.b@c.d ", ".", "1", "1.", "a", "af0", "0", ":", "a:", "fe80:", "2a::", " ", "+",
    "+1 ", "1 ", "1-", "(", "((0", "serial", "Serial", "SERIAL", "serialserial number", "シリアル番号",
    "シリアル番号A", "製造番号(", "s/n", "serial: A", "A", "AB1", "IMEI", "IMEI 1", "imei1-", "EID",
    "tel:", "tel: 1 ", "電話", "password", "password ", "password =\n", "パスワードは ", "\n",
    "10:00:00 ", "10:00:00 a ", "w.", "-", "[", "]", "00:", "00-", "０", "0--", "phone number", "255.",
    "1.2.3.", "00000000-0000-", "2020-1-1 ", "+19:00", "＋2020/1/1", "[phone]", "[serial]",
    "hardware serial number ", "looks ", "apsd", "apsd[", "apsd(", "apsd[1] ", "<i>", "> ",
    "certificate not yet ", "macos ", "mac", "MacBookPro15,1 ", "model identifier: ",
    "serial number (system): ", "system version: ", "\x1b[1", "\x1b[", "「", "です", "になっ", "$ ",
    "chip: ", "お", "imessage ", "メッセージ", "今は", "ありがとう",
]  # fmt: skip


def seconds(work: Callable[[str], object], text: str) -> float:
    """Measure how much of the processor it takes: other programs may run meanwhile."""

    def once() -> float:
        begun = time.process_time()
        work(text)
        return time.process_time() - begun

    return min(once() for _ in range(3))


def of_length(unit: str, length: int) -> str:
    return (unit * (length // len(unit) + 1))[:length]


@pytest.mark.parametrize("work", [mask, find], ids=lambda work: work.__name__)
@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_a_text_of_sixteen_times_the_length_takes_about_sixteen_times_as_long(
    work: Callable[[str], object], unit: str
) -> None:
    short, long = (seconds(work, of_length(unit, length)) for length in (SHORT, LONG))
    assert long <= MOST * max(short, 0.0005), f"{long / short:.0f} times"


FILLERS = [
    "お", "imessage ", "imessage", "メッセージ", "今は", "はい", "わあ", "よ", "です",
    "ありがとうございます", "thank you ", "facetime and imessage ", "imessage and facetime ",
    "imessageも", "imessageとfacetime", "再起動したら", "it its is ",
]  # fmt: skip


@pytest.mark.parametrize("unit", FILLERS)
@pytest.mark.parametrize("end", ["", "x", "。", "は"])
def test_a_long_filler_is_judged_at_once(unit: str, end: str) -> None:
    text = of_length(unit, 2_000) + end
    assert seconds(lambda text: is_filler(text, 0, len(text)), text) < 1


@pytest.mark.parametrize("solved", ["直った", " it works"])
@pytest.mark.parametrize("unit", [*FILLERS, *UNITS])
def test_whatever_is_typed_is_understood_in_a_moment(unit: str, solved: str) -> None:
    """The length is what a message may have in which "it works" still is an answer, and far more."""
    for length in (30, 64, 5_000):
        text = of_length(unit, length)
        for message in (f"{text}x{solved}", f"{solved} {text}x"):
            assert seconds(lambda message: BOOK.lexicon.understand(STATE, OFFERED, message), message) < 1
