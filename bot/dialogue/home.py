"""The overview of somebody's own page, as Slack's App Home: Apple's status, and where their guide stands.

It is no turn: nothing is asked, and what its buttons do is brought in as events of their own.
"""

from collections.abc import Iterator
from typing import Literal, TypeAlias, get_args

from bot.dialogue.book import Book
from bot.dialogue.following import follows
from bot.dialogue.phrase import Scene
from bot.dialogue.status import card_lines, is_clear
from bot.model import Address, Choice, Conversation, Language, Reply, World

HomeName: TypeAlias = Literal["go_on", "restart", "watch", "unwatch", "language", "forget"]
HOME: tuple[HomeName, ...] = get_args(HomeName)
"""The buttons of the overview, in their order; it has `watch` or `unwatch` or neither."""

NOBODY = Address("", "", "")
"""Stands for somebody new: the overview is the same for all of them."""


def home(
    book: Book, conversation: Conversation | None, world: World, language: Language, *, watches: bool = False
) -> Reply:
    """Give the overview for the person of that conversation, None for somebody new.

    Somebody new reads it in that `language`. `watches` says that they follow Apple's status in another
    conversation of theirs. The ids of the choices are those of `HOME`, and `go_on` also begins.
    """
    begun = conversation is not None and conversation.prompt > 0
    known = book.land(conversation or book.begin(NOBODY, language))
    scene = Scene(book, known, world)
    watches = watches or follows(known)
    lines = (scene.phrase("home.greeting"), _status(scene, watches=watches), _standing(scene, begun=begun))
    names = _names(scene, begun=begun, watches=watches)
    return Reply("\n\n".join(lines), tuple(_button(scene, name, begun=begun) for name in names))


def _status(scene: Scene, *, watches: bool) -> str:
    card = "\n".join(card_lines(scene))
    return f"{card}\n\n{scene.phrase('turn.watching_already')}" if watches else card


def _standing(scene: Scene, *, begun: bool) -> str:
    """Say where the guide stands."""
    if not begun:
        return scene.phrase("home.nothing_begun")
    if scene.state.end:
        return scene.phrase("home.ended")
    language, title = scene.conversation.language, scene.state.title
    topic = scene.flow.about.of(language)
    if title is None or scene.state.place not in scene.book.steps:
        return scene.phrase("home.at_guide", topic=topic)
    number, count = map(str, scene.book.steps[scene.state.place])
    step = title.of(language)
    return scene.phrase("home.at_step", topic=topic, step=step, number=number, count=count)


def _names(scene: Scene, *, begun: bool, watches: bool) -> Iterator[HomeName]:
    yield "go_on"
    if begun and not scene.state.end:
        yield "restart"
    if watches:
        yield "unwatch"
    elif not is_clear(scene):
        yield "watch"
    yield "language"
    yield "forget"


def _button(scene: Scene, name: HomeName, *, begun: bool) -> Choice:
    match name:
        case "go_on":
            going = "go_on" if not scene.state.end else "begin_again"
            return Choice(name, scene.phrase(f"home.{going if begun else 'begin'}"))
        case "forget":
            return Choice(name, scene.phrase("home.forget"), "command")
        case _:
            label = scene.book.buttons[None, name, scene.conversation.language].label
            return Choice(name, label, "command")
