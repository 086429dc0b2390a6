"""The written conversations of `tests/conversations`, played, and the arrows of the flows that they take."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bot.dialogue.book import Book
from bot.dialogue.machine import CHECK_IN, Arrow
from bot.model import LANGUAGES, Language, Place
from tests.routes import routes
from tests.talk import Player, play
from tests.transcript import Step, Talk, read_talks

TALKS = [
    pytest.param(name, talk, language, id=f"{name} [{language}]" if talk.language == "both" else name)
    for name, talk in read_talks()
    for language in talk.languages
]

FAMILIES = ("exit.solved", "exit.person", "exit.stop", "found.", CHECK_IN)
"""Arrows that every state has, or nearly every one; all others are a step of a flow."""

SIGNS = {
    "exit.solved": "直りました",
    "exit.person": "a person",
    "exit.stop": "終わりにする",
    "found.serial_missing": "Serial Number (system): Not Available",
    "found.serial_present": "Serial Number (system): C02AB1CDEF2G",
    "found.apns_certificate_missing": "22:23:40 apsd[74]: Certificate not yet generated",
    "found.macos_version": "System Version: macOS 15.1 (24B83)",
    "found.model": "Model Identifier: Mac14,2",
}
"""What to say to take an arrow of a family."""


class Played:
    """Plays each talk once, however many tests look at it."""

    def __init__(self, book: Book) -> None:
        """Play the talks with that book."""
        self._book = book
        self._taken: dict[tuple[str, Language | None], set[Arrow]] = {}

    def taken(self, name: str, talk: Talk, language: Language | None) -> set[Arrow]:
        """Give the arrows that the talk takes; fails where it does not go as written."""
        if (name, language) not in self._taken:
            self._taken[name, language] = play(self._book, talk, language).machine.taken
        return self._taken[name, language]


@pytest.fixture(scope="module")
def played(book: Book) -> Played:
    """Give the talks as played by the tests of this file."""
    return Played(book)


@pytest.mark.parametrize(("name", "talk", "language"), TALKS)
def test_the_conversation_goes_as_written(
    played: Played, name: str, talk: Talk, language: Language | None
) -> None:
    played.taken(name, talk, language)


@pytest.mark.full
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_written_conversations_take_every_step_of_every_flow(
    book: Book, played: Played, language: Language
) -> None:
    """Measured: what the compiled machine was asked while they were played in that language."""
    talks = [(name, talk) for name, talk in read_talks() if language in talk.languages]
    taken = {arrow for name, talk in talks for arrow in played.taken(name, talk, language)}
    assert _named(set(_steps(book)) - taken) == []


@pytest.mark.full
def test_the_ways_out_and_the_evidence_work_in_every_state_and_back_returns(book: Book) -> None:
    """Together with the steps above, every arrow of the compiled machine is taken."""
    families = {arrow for arrow in book.machine.arrows() if arrow.trigger in SIGNS}
    missed = set()
    for place, way in routes(book).items():
        player = Player(book, "en")
        player.do_all(way)
        for arrow in sorted(families, key=str):
            if arrow.origin == place:
                to = (
                    place
                    if _is_asked_for(book, arrow)
                    else _past(book, _answer_instead(book, arrow) or arrow.to)
                )
                player.do(Step(board="clear", say=SIGNS[arrow.trigger], state=str(to)))
                missed |= {arrow} - player.machine.taken
                player.do_all([Step(say="back", state=str(place))] if to != place else [])
    others = {each for each in missed if not _answer_instead(book, each) and not _is_asked_for(book, each)}
    assert _named(others) == []
    assert {arrow.origin for arrow in families} == set(routes(book))


def test_every_talk_has_a_name_of_its_own() -> None:
    names = [name for name, _ in read_talks()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "step",
    [
        "{press: go_on, sate: x}",
        "{say: hi, press: go_on}",
        "{ended: maybe}",
        "{tried: {vpn: broken}}",
        "hello",
    ],
)
def test_a_file_that_is_not_written_as_it_should_be_is_refused(tmp_path: Path, step: str) -> None:
    (tmp_path / "talk.yaml").write_text(f"about: x\ntalk: [{step}]\n", encoding="utf-8")
    with pytest.raises(msgspec.ValidationError):
        list(read_talks(tmp_path))


@pytest.mark.parametrize(
    "step",
    [
        Step(say="iPhone", state="iphone.internet"),
        Step(say="iPhone", says=("no such words",)),
        Step(say="iPhone", says_not=("10:32",)),
        Step(say="iPhone", offers=("not_yet",)),
        Step(say="iPhone", offers_not=("page_opens",)),
        Step(say="iPhone", ended="yes"),
        Step(say="iPhone", silent="yes"),
        Step(say="iPhone", language="ja"),
        Step(say="iPhone", found=("model",)),
        Step(say="iPhone", tried={"vpn": "fixed"}),
        Step(press="fixed"),
    ],
)
def test_a_talk_that_goes_otherwise_than_written_fails(book: Book, step: Step) -> None:
    talk = Talk(about="x", talk=(Step(open="yes"), step))
    with pytest.raises(AssertionError) as caught:
        play(book, talk, "en")
    assert "in step 2" in caught.value.__notes__[0]


def _steps(book: Book) -> Iterator[Arrow]:
    return (arrow for arrow in book.machine.arrows() if not arrow.trigger.startswith(FAMILIES))


def _answer_instead(book: Book, arrow: Arrow) -> Place | None:
    """Give the end to which an answer of the state leads that takes the place of "it works now"."""
    option = book.state(arrow.origin).option("fixed")
    ends = arrow.trigger == "exit.solved" and option is not None and book.state(option.to).end
    return option.to if option is not None and ends else None


def _is_asked_for(book: Book, arrow: Arrow) -> bool:
    """Say whether the state asks for what the evidence shows, and keeps it instead of leading anywhere."""
    asks = book.state(arrow.origin).asks == "machine"
    return asks and arrow.trigger in ("found.macos_version", "found.model")


def _past(book: Book, to: Place) -> Place:
    """Give where one stops on the way to that place while Apple's board is clear."""
    passes = book.state(to).passes
    return passes.to if passes and "apple_clear" in passes.when else to


def _named(arrows: set[Arrow]) -> list[str]:
    return sorted(f"{arrow.origin} --{arrow.trigger}--> {arrow.to}" for arrow in arrows)
