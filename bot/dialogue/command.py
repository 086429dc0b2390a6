"""What each command does, however it was given: pressed, typed, or invoked by its name."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.dialogue.draft import Draft
from bot.dialogue.following import APPLE, follows
from bot.dialogue.phrase import question
from bot.dialogue.status import is_card
from bot.dialogue.vocabulary import CommandName
from bot.dialogue.watch import show_status, unwatch, watch, without_watch
from bot.model import Language


def obey(draft: Draft, name: CommandName) -> None:
    """Do what the command says."""
    DEEDS[name](draft)


def switch(draft: Draft, language: Language) -> None:
    """Go on in that language, and say so. Whoever looks at the status sees it in that language."""
    draft.speak(language)
    draft.note("turn.language")
    if is_card(draft.conversation.offered):
        show_status(draft)


def _switch_to_the_other(draft: Draft) -> None:
    switch(draft, "en" if draft.conversation.language == "ja" else "ja")


def _help(draft: Draft) -> None:
    draft.tell(draft.scene.phrase("turn.help"))


def _stop(draft: Draft) -> None:
    """End the guide and the watch."""
    follows_apple = APPLE in draft.conversation.topics
    if draft.scene.state.place != draft.scene.flow.exits["stop"] or not follows_apple:
        draft.leave("stop")
    if follows_apple:
        draft.conversation = without_watch(draft.conversation)
        _tell_also(draft, question(draft.scene), "turn.stopped_watching")


def _fix(draft: Draft) -> None:
    """Ask the question where the person was, or begin."""
    if draft.scene.state.end:
        draft.restart()
    else:
        draft.ask()


def _never_ask(draft: Draft) -> None:
    """Promise not to ask again; whoever waits for news hears that it still comes, and how to end that."""
    draft.ask_no_more()
    promise = draft.scene.phrase("turn.never_asked")
    if follows(draft.conversation):
        _tell_also(draft, promise, "turn.still_watching")
    else:
        draft.tell(promise)


def _tell_also(draft: Draft, said: str, key: str) -> None:
    draft.tell(f"{said}\n\n{draft.scene.phrase(key)}")


DEEDS: Final[Mapping[CommandName, Callable[[Draft], None]]] = {
    "how": Draft.explain,
    "skip": Draft.skip,
    "back": Draft.back,
    "restart": Draft.restart,
    "person": lambda draft: draft.leave("person"),
    "language": _switch_to_the_other,
    "help": _help,
    "stop": _stop,
    "status": show_status,
    "watch": watch,
    "unwatch": unwatch,
    "fix": _fix,
    "never_ask": _never_ask,
}
