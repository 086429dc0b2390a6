"""Who wants no more news of Apple's services, wherever they say so."""

from bot.dialogue.book import Book
from bot.dialogue.understand import Commanded
from bot.events import Event, Invoked, Picked, Said


def asks_to_stop(book: Book, event: Event) -> bool:
    """Say whether an event asks for the end of a watch, whatever is on the screen."""
    match event:
        case Said(text=text, addressed=True):
            meaning = book.lexicon.understand(book.state(book.start.begin), (), text)
            return isinstance(meaning, Commanded) and meaning.name in _STOPS
        case Picked(choice=name) | Invoked(command=name):
            return name in _STOPS
        case _:
            return False


_STOPS = ("stop", "unwatch")
