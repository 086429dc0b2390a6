"""Telegram's messages → what the person said or sent. Pure.

In a group we hear only what concerns us: a mention, a reply to us, a command of ours.
"""

from typing import Final

import telegram
from telegram.constants import ChatType

from adapters.attachment import unread
from adapters.parts import clean
from adapters.telegram.incoming import Fetch, Heard, Incoming, Me, Source
from adapters.telegram.origin import Spoken, write_origin
from adapters.telegram.place import address_of, language_of
from adapters.telegram.words import Words, read_words
from bot.events import Command, Event, ForgetMe, Invoked, Opened, Said, Sent
from bot.model import Address, EventId

_COMMANDS: Final[dict[str, Command]] = {
    "help": "help",
    "status": "status",
    "imessage_status": "status",
    "language": "language",
    "restart": "restart",
    "stop": "stop",
}
_KNOWN: Final = frozenset({*_COMMANDS, "start", "forget"})
_LONGEST_NAME: Final = 255
_GROUPS: Final = (ChatType.GROUP, ChatType.SUPERGROUP)


def read_message(message: telegram.Message, id_: EventId, me: Me) -> Incoming | None:
    """Give what the message means, or None if it is not for us."""
    user, private = message.from_user, message.chat.type == ChatType.PRIVATE
    if user is None or user.is_bot or message.sender_chat is not None:
        return None
    words = read_words(message, me)
    if not private and not (message.chat.type in _GROUPS and _concerns_us(message, words, me)):
        return None
    thread = message.message_thread_id if message.is_topic_message else None
    address = address_of(message.chat.id, user.id, thread)
    origin = "" if private else write_origin(Spoken(message.message_id))
    source = Source(id_, language_of(user), origin)
    if message.document is not None and message.animation is None:
        return _document(message.document, words, address, source)
    event = _event(message, words, source, me)
    return Heard(address, event) if event else None


def _concerns_us(message: telegram.Message, words: Words, me: Me) -> bool:
    if words.to_others:
        return False
    return words.to_us or words.command in _KNOWN or _answers_us(message, me)


def _answers_us(message: telegram.Message, me: Me) -> bool:
    """Say whether it replies to a message of ours; all that is said in a topic "replies" to its opening."""
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or replied.forum_topic_created is not None:
        return False
    return replied.from_user.id == me.id


def _document(document: telegram.Document, words: Words, address: Address, source: Source) -> Heard | Fetch:
    name = clean(document.file_name or "")[:_LONGEST_NAME]
    wanted = Fetch(address, source, document.file_id, name, words.text)
    why = unread(name, document.mime_type or "", document.file_size or 0)
    return Heard(address, wanted.unread(why)) if why else wanted


def _event(message: telegram.Message, words: Words, source: Source, me: Me) -> Event | None:
    """Give the event. What is written under a picture counts, and then the picture itself does not."""
    if words.command in _KNOWN:
        return _commanded(words, source)
    if words.text.strip() or (message.text is not None and not words.to_us):
        return Said(source.id, words.text, source.language, source.origin)
    if message.text is not None:
        return Opened(source.id, source.language, origin=source.origin)
    if message.photo:
        return Sent(_id_of_album(message, source, me), "photo", source.language, source.origin)
    if _is_unreadable(message):
        return Sent(source.id, "other", source.language, source.origin)
    return None


def _commanded(words: Words, source: Source) -> Event:
    id_, language, origin = source.id, source.language, source.origin
    if words.command == "start":
        return Opened(id_, language, words.rest, origin)
    if words.command == "forget":
        return ForgetMe(id_, language, origin)
    return Invoked(id_, _COMMANDS[words.command], language, origin)


def _id_of_album(message: telegram.Message, source: Source, me: Me) -> EventId:
    """Give the pictures of an album one id together, so that ten of them get one answer."""
    album = message.media_group_id
    return EventId(f"telegram:{me.id}:album:{album}") if album else source.id


def _is_unreadable(message: telegram.Message) -> bool:
    """Say whether a person sent something without text, as opposed to what Telegram tells of a chat."""
    return any(
        (
            *(message.sticker, message.voice, message.audio, message.video, message.video_note),
            *(message.animation, message.location, message.venue, message.contact, message.dice),
            *(message.story, message.paid_media),
        )
    )
