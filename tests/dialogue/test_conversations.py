"""The written conversations of `tests/conversations`, played, and the arrows of the flows that they take."""

from collections.abc import Iterator

import pytest

from bot.dialogue.book import Book
from bot.dialogue.machine import Arrow
from bot.model import Language
from tests.routes import routes
from tests.talk import Player, Step, Talk, play, read_talks

TALKS = [
    pytest.param(talk, language, id=f"{name} [{language}]" if talk.language == "both" else name)
    for name, talk in read_talks()
    for language in talk.languages
]

FAMILIES = ("exit.solved", "exit.person", "exit.stop", "found.")
"""Arrows that every state has; all others are a step of a flow."""

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


@pytest.mark.parametrize(("talk", "language"), TALKS)
def test_the_conversation_goes_as_written(book: Book, talk: Talk, language: Language | None) -> None:
    play(book, talk, language)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_written_conversations_take_every_step_of_every_flow(book: Book, language: Language) -> None:
    """Measured: what the compiled machine was asked while they were played in that language."""
    talks = [talk for _, talk in read_talks() if language in talk.languages]
    taken = {arrow for talk in talks for arrow in play(book, talk, language).machine.taken}
    assert _named(set(_steps(book)) - taken) == []


def test_the_ways_out_and_the_evidence_work_in_every_state_and_back_returns(book: Book) -> None:
    """Together with the steps above, every arrow of the compiled machine is taken."""
    families = set(book.machine.arrows()) - set(_steps(book))
    missed = set()
    for place, way in routes(book).items():
        player = Player(book, "en")
        player.do_all(way)
        for arrow in sorted(families, key=str):
            if arrow.origin == place:
                player.do(Step(say=SIGNS[arrow.trigger], state=str(arrow.to)))
                missed |= {arrow} - player.machine.taken
                player.do_all([Step(say="back", state=str(place))] if arrow.to != place else [])
    assert _named({arrow for arrow in missed if not _answered_instead(book, arrow)}) == []
    assert {arrow.origin for arrow in families} == set(routes(book))


def _steps(book: Book) -> Iterator[Arrow]:
    return (arrow for arrow in book.machine.arrows() if not arrow.trigger.startswith(FAMILIES))


def _answered_instead(book: Book, arrow: Arrow) -> bool:
    """Say whether an answer of the state takes the place of "it works now", and leads to the same end."""
    option = book.state(arrow.origin).option("fixed")
    return arrow.trigger == "exit.solved" and option is not None and option.to == arrow.to


def _named(arrows: set[Arrow]) -> list[str]:
    return sorted(f"{arrow.origin} --{arrow.trigger}--> {arrow.to}" for arrow in arrows)
