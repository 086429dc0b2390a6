"""Telegram's updates → what the person did. Pure; `adapters.telegram.spoken` reads the messages."""

from collections.abc import Iterator

import telegram
from telegram.constants import ChatMemberStatus, ChatType

from adapters.parts import clean
from adapters.telegram.buttons import Button, read_button
from adapters.telegram.incoming import Fetch, Heard, Incoming, Me, Meaningless, NotYours
from adapters.telegram.origin import KEPT_ENTITIES, Mark, Press, write_origin
from adapters.telegram.place import address_of, is_id, language_of
from adapters.telegram.spoken import read_message
from bot.events import Left, Picked
from bot.model import Address, EventId

__all__ = ["Fetch", "Heard", "Incoming", "Me", "Meaningless", "NotYours", "read_update"]

_NO_BUTTON_OF_OURS = Button(0, 0, "")
"""Belongs to no prompt, so that the dialogue answers as to an old button."""


def read_update(update: telegram.Update, me: Me) -> Incoming | None:
    """Give what the update means; None for what is not meant for us, or for nobody.

    Raises whatever an update leads to whose values do not have the types that Telegram documents.
    """
    id_ = EventId(f"telegram:{me.id}:{update.update_id}")
    if update.message is not None:
        return read_message(update.message, id_, me)
    if update.callback_query is not None:
        return _pressed(update.callback_query, id_)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, id_)
    return None


def _membership(change: telegram.ChatMemberUpdated, id_: EventId) -> Incoming | None:
    """Notice that a person blocked us; in groups we are silent anyway until somebody asks."""
    blocked = change.new_chat_member.status == ChatMemberStatus.BANNED
    if change.chat.type == ChatType.PRIVATE and blocked:
        return Heard(address_of(change.chat.id, change.from_user.id), Left(id_))
    return None


def _pressed(query: telegram.CallbackQuery, id_: EventId) -> Incoming:
    if query.message is None and query.data is None:
        return Meaningless(query.id)  # of a game
    if query.inline_message_id is not None or not is_id(query.from_user.id):
        return Meaningless(query.id)
    button = read_button(query.data) or _NO_BUTTON_OF_OURS
    if button.owner not in (0, query.from_user.id):
        return NotYours(query.id, language_of(query.from_user) or "en")
    event = Picked(id_, button.prompt, button.choice, write_origin(_press(query)))
    return Heard(_where(query), event)


def _where(query: telegram.CallbackQuery) -> Address:
    """Say where it was pressed. Of a message that Telegram no longer shows us, only the chat is known."""
    person, message = query.from_user.id, query.message
    if isinstance(message, telegram.Message):
        thread = message.message_thread_id if message.is_topic_message else None
        return address_of(message.chat.id, person, thread)
    return address_of(message.chat.id if message else person, person)


def _press(query: telegram.CallbackQuery) -> Press:
    message = query.message
    if not isinstance(message, telegram.Message) or not isinstance(message.text, str):
        return Press(query.id)
    return Press(query.id, message.message_id, clean(message.text), tuple(_marks(message)), _label(query))


def _marks(message: telegram.Message) -> Iterator[Mark]:
    for entity in message.entities:
        if entity.type in KEPT_ENTITIES:
            yield Mark(str(entity.type), entity.offset, entity.length)


def _label(query: telegram.CallbackQuery) -> str:
    markup = query.message.reply_markup if isinstance(query.message, telegram.Message) else None
    buttons = (button for row in (markup.inline_keyboard if markup else ()) for button in row)
    return next((clean(each.text) for each in buttons if each.callback_data == query.data), "")
