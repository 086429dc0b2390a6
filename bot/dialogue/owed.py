"""What a turn owes for later: a step's reminder or the end of its wait, and the one friendly question."""

from collections.abc import Iterator

from bot.dialogue.flow import CheckIns, State
from bot.dialogue.hours import by_day, considerate, zone_of
from bot.model import Conversation, Wake, World


def step_wakes(state: State, conversation: Conversation, world: World) -> Iterator[Wake]:
    """Give what the step owes to somebody who does not answer it."""
    if state.wait is not None:
        at = considerate(conversation, world.now + state.wait.after, world)
        yield Wake(conversation.address, at, conversation.prompt, "wait")
    elif state.remind is not None:
        at = considerate(conversation, world.now + state.remind.after, world)
        yield Wake(conversation.address, at, conversation.prompt)


def check_in_wake(check_in: CheckIns, conversation: Conversation, world: World) -> Wake:
    """Give the first look at whether to ask how it went; the question is put off from there."""
    at = by_day((conversation.heard_at or world.now) + check_in.after, zone_of(conversation, world))
    return Wake(conversation.address, at, conversation.prompt, "check_in")
