"""The buttons under a question: its answers, then the commands that make sense there."""

from collections.abc import Iterable

from bot.dialogue.flow import Option
from bot.dialogue.following import follows
from bot.dialogue.phrase import Scene
from bot.dialogue.vocabulary import OFFERED, CommandName, OfferedName
from bot.model import Choice
from bot.replace import replace


def choices(scene: Scene) -> tuple[Choice, ...]:
    """List the buttons of the state: its answers first, then the commands that make sense here.

    Whoever is to wait and look again may be told instead.
    """
    state, language, buttons = scene.state, scene.conversation.language, scene.book.buttons
    options = [option.id for option in offered_options(scene)]
    answers = (buttons[state.place, id_, language] for id_ in options)
    told = (_watch(scene),) if "look_again" in options else ()
    return (*answers, *told, *(buttons[None, name, language] for name in _commands(scene)))


def offered_options(scene: Scene) -> Iterable[Option]:
    """Give the answers whose guards hold."""
    return (option for option in scene.state.options if scene.holds(option.when))


def _watch(scene: Scene) -> Choice:
    name = "unwatch" if follows(scene.conversation) else "watch"
    button = scene.book.buttons[None, name, scene.conversation.language]
    if name == "watch" and scene.holds(("apple_crowd",)):
        return replace(button, label=scene.phrase("watch.label_crowd"))
    return button


def _commands(scene: Scene) -> Iterable[CommandName]:
    own: tuple[CommandName, ...] = ("never_ask",) if scene.is_check_in else ()
    state, path = scene.state, scene.conversation.path
    left_out: set[OfferedName] = set()
    if state.how is None:
        left_out.add("how")
    if state.skip is None:
        left_out.add("skip")
    if not path:
        left_out.add("back")
    if state.place == scene.book.start.begin:
        left_out.add("restart")
    if state.end:
        left_out.add("stop")
    if state.place == scene.flow.exits["person"]:
        left_out.add("person")
    return (*own, *(name for name in OFFERED if name not in left_out))
