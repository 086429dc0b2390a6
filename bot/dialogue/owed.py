"""What a turn owes for later: a step's reminder or the end of its wait, and the one friendly question."""

from bot.dialogue.flow import CheckIns, Reminder, Wait
from bot.dialogue.hours import by_day, considerate, is_silent, zone_of
from bot.model import Conversation, Wake, World


def is_owed_still(conversation: Conversation, world: World, *, is_heard: bool) -> bool:
    """Say whether a step that was asked before and is asked once more still owes what comes later.

    Not to who does not want to be asked again, and no reminder to who left it hours ago; a wait goes on.
    """
    if conversation.wait_until is not None:
        return True
    return conversation.check_in != "never" and (is_heard or not is_silent(conversation, world.now))


def wait_wake(wait: Wait, conversation: Conversation, world: World) -> Wake:
    """Give the end of the step's wait: a look at something else in between does not begin it anew."""
    at = max(conversation.wait_until or world.now + wait.after, world.now)
    return Wake(conversation.address, considerate(conversation, at, world), conversation.prompt, "wait")


def remind_wake(remind: Reminder, conversation: Conversation, world: World) -> Wake:
    """Give what reminds somebody who does not answer the step."""
    at = considerate(conversation, world.now + remind.after, world)
    return Wake(conversation.address, at, conversation.prompt)


def check_in_wake(check_in: CheckIns, conversation: Conversation, world: World) -> Wake:
    """Give the first look at whether to ask how it went; the question is put off from there."""
    at = by_day((conversation.heard_at or world.now) + check_in.after, zone_of(conversation, world))
    return Wake(conversation.address, at, conversation.prompt, "check_in")
