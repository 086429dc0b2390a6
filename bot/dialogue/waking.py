"""What we do by ourselves when a `Wake` is due: a reminder, the end of a wait, the one friendly question.

That question is owed once, from the moment on that a guide is begun. It puts itself off, without a word,
until nothing has been heard of the person for as long as the flow says; and like all that comes after hours
of silence, it waits for the morning.
"""

from datetime import datetime, timedelta

from bot.dialogue.book import Book
from bot.dialogue.draft import Draft
from bot.dialogue.hours import by_day, considerate, is_silent, zone_of
from bot.dialogue.machine import CHECK_IN, WAIT
from bot.dialogue.phrase import Scene
from bot.dialogue.watch import troubles_here
from bot.events import Woke
from bot.model import Conversation, Turn, Wake, WakeReason, World
from bot.replace import replace


def put_off(book: Book, conversation: Conversation, event: Woke, world: World) -> Turn | None:
    """Give the turn that says nothing, if it is not wanted or not yet time; None if it is time to speak."""
    if event.why == "check_in":
        return _put_off_question(book, conversation, event, world)
    if not _is_awaited(book, conversation, event):
        return Turn(conversation)
    return _wait_until(considerate(conversation, world.now, world), conversation, event, world)


def wake(draft: Draft, why: WakeReason) -> None:
    """Say what the time has come for."""
    asks_once = is_question(draft.conversation, why, draft.scene.world)
    match why:
        case "remind":
            draft.remind()
        case "wait":
            draft.go_by_itself(WAIT)
        case "check_in":
            draft.go_by_itself(CHECK_IN)
        case "watch_over":
            pass
    if asks_once and draft.conversation.check_in == "planned":
        draft.conversation = replace(draft.conversation, check_in="asked")


def is_question(conversation: Conversation, why: WakeReason, world: World) -> bool:
    """Say whether it is the one question, as whatever is asked after hours of silence is.

    Nobody waits for it just then, as one does for the end of a short wait.
    """
    return why == "check_in" or is_silent(conversation, world.now)


def _is_awaited(book: Book, conversation: Conversation, event: Woke) -> bool:
    """Say whether the question that it is about still stands."""
    if event.prompt != conversation.prompt or not book.knows(conversation.place):
        return False
    state = book.state(book.land(conversation).place)
    match event.why:
        case "remind":
            return state.remind is not None
        case "wait":
            return state.wait is not None
        case _:
            return False


def _put_off_question(book: Book, conversation: Conversation, event: Woke, world: World) -> Turn | None:
    """Forget it where there is nothing to ask; else let Apple, the person and a step's wait come first."""
    if conversation.check_in != "planned":
        return Turn(conversation)
    scene = Scene(book, book.land(conversation), world)
    place, check_in, wait = scene.conversation.place, scene.flow.check_in, scene.state.wait
    if check_in is None or book.machine.go(place, CHECK_IN) is None or not conversation.offered:
        return Turn(replace(conversation, check_in="none"))
    silence = check_in.after + (wait.after if wait else timedelta())
    since = world.now if troubles_here(scene) else conversation.heard_at or world.now
    at = max(world.now, since + silence)
    return _wait_until(by_day(at, zone_of(conversation, world)), conversation, event, world)


def _wait_until(at: datetime, conversation: Conversation, event: Woke, world: World) -> Turn | None:
    if at <= world.now:
        return None
    return Turn(conversation, (Wake(conversation.address, at, event.prompt, event.why),))
