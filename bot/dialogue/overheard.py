"""What was said in a thread without naming us: most of it is for colleagues, and is none of our business."""

from bot.dialogue.answer import is_understood
from bot.dialogue.book import Book
from bot.dialogue.draft import Draft
from bot.events import Said, Sent, Shared
from bot.model import Conversation, World


def concerns_us(book: Book, conversation: Conversation, event: Said | Shared | Sent, world: World) -> bool:
    """Say whether it was said to us, or belongs to a guide that the person is going through here.

    A file does, and so does whatever is understood. Thanks and small talk are not ours to answer, and to be
    told before all colleagues that one was not understood is nothing that somebody wants who talks to them.
    """
    if event.addressed:
        return True
    draft = Draft(book, book.land(conversation), world)
    if not draft.conversation.offered or draft.scene.state.end:
        return False
    match event:
        case Said():
            return is_understood(draft, event)
        case Sent(what="other"):
            return False
        case _:
            return True
