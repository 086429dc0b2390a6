"""Telegram, outward: makes the calls that show a reply."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, assert_never

import telegram
from telegram.error import BadRequest, ChatMigrated, EndPointNotFound, Forbidden, InvalidToken, RetryAfter

from adapters.telegram.faults import fault, is_about_entities
from adapters.telegram.outbound import Answer, Call, Close, Keyboard, Show, calls_for
from adapters.telegram.place import chat_of
from adapters.telegram.request import READ_TIMEOUT, NotSent
from bot.model import Address, Reply
from bot.ports import Unsure

PRIVATE_PAUSE: Final = timedelta(seconds=1)
"""Between two messages of a private chat."""

GROUP_PAUSE: Final = timedelta(seconds=3)
"""Between two messages of a group, which gets 20 a minute."""

BOT_PAUSE: Final = timedelta(seconds=1.024) / 30
"""Between any two messages of a bot, which gets 30 in any second.

At 1/30 s exactly the 31st would come too early whenever the first had been held up a little on its way. So a
message may be late by 24 ms, and 1 / 1.024 = 97.6 % of the limit is used.
"""

_ASIDE_TIMEOUT: Final = 3.0
"""Seconds for what only goes along with the message, so that enough of the deadline is left for that."""

_NO_PREVIEW: Final = {"is_disabled": True}
_ENDS_THE_SENDING: Final = (NotSent, RetryAfter, InvalidToken, EndPointNotFound, Forbidden)
"""What the message itself would meet too."""


class TelegramChannel:
    """A `Channel`. Text goes out as it is: nothing in it is ever read as markup."""

    def __init__(self, bot: telegram.Bot) -> None:
        self._bot = bot

    async def send(self, address: Address, reply: Reply, *, key: str, attempt: int) -> None:  # noqa: ARG002
        """Show the reply, or raise `TryLater`, `Unsure`, `Refused` or `Gone`.

        Telegram takes no key with a message and offers no way to find out whether it was shown, so a message
        in doubt is sent again. To answer a press and to close a prompt twice changes nothing.
        """
        shown = False
        for call in (calls := calls_for(address, reply)):
            try:
                await self._make(call)
            except Exception as error:  # whatever the library makes of a strange answer
                if shown:  # the beginning of a long text: no other word would be true
                    raise Unsure from error
                if _is_in_the_way(call, error, is_last=call is calls[-1]):
                    raise fault(error) from error
            shown = isinstance(call, Show)

    def pause(self, address: Address) -> timedelta:
        """Give the time that Telegram wants between two messages of the chat; ids of groups are negative."""
        return GROUP_PAUSE if chat_of(address)[0] < 0 else PRIVATE_PAUSE

    @property
    def bot_pause(self) -> timedelta:
        """The time between any two messages of a bot."""
        return BOT_PAUSE

    async def _make(self, call: Call) -> None:
        match call:
            case Answer():
                await self._bot.answer_callback_query(
                    call.query, call.toast or None, read_timeout=_ASIDE_TIMEOUT
                )
            case Close():
                await self._close(call)
            case Show():
                await self._show(call)
            case _:
                assert_never(call)

    async def _close(self, call: Close) -> None:
        if not call.text:
            place = {"chat_id": call.chat, "message_id": call.message}
            await self._do("editMessageReplyMarkup", place, patience=_ASIDE_TIMEOUT)
            return
        try:
            await self._edit(call, call.entities)
        except BadRequest as error:
            if not is_about_entities(error):
                raise
            await self._edit(call, ())

    async def _edit(self, call: Close, entities: tuple[telegram.MessageEntity, ...]) -> None:
        words: dict[str, object] = {"text": call.text, "link_preview_options": _NO_PREVIEW}
        place = {"chat_id": call.chat, "message_id": call.message}
        marks = {"entities": entities} if entities else {}
        await self._do("editMessageText", words | place | marks, patience=_ASIDE_TIMEOUT)

    async def _show(self, call: Show) -> None:
        try:
            await self._send(call)
        except ChatMigrated as moved:
            await self._send(call.moved(moved.new_chat_id))

    async def _send(self, call: Show) -> None:
        words: dict[str, object] = {"text": call.text, "link_preview_options": _NO_PREVIEW}
        place = {"chat_id": call.chat, "message_thread_id": call.thread, "reply_parameters": call.answers}
        given = {name: value for name, value in place.items() if value is not None}
        await self._do("sendMessage", words | given | (_markup(call.keyboard) if call.keyboard else {}))

    async def _do(
        self, method: str, arguments: Mapping[str, object], *, patience: float = READ_TIMEOUT
    ) -> None:
        """Make a call of which only matters that it worked, and wait so many seconds for the answer.

        The library's own method would make objects of the message in the answer, at which nobody looks; that
        takes longer than the dialogue's turn. By its plain name it would warn that it has that method.
        """
        await self._bot.do_api_request(f"{method}_", api_kwargs=dict(arguments), read_timeout=patience)


def _markup(keyboard: Keyboard) -> dict[str, object]:
    """Write the keyboard as JSON. The library's own objects for it take a third of the time of a send."""
    rows = [[{"text": label, "callback_data": data} for label, data in row] for row in keyboard]
    return {"reply_markup": {"inline_keyboard": rows}}


def _is_in_the_way(call: Call, error: Exception, *, is_last: bool) -> bool:
    """Say whether the reply cannot be shown for this.

    A press that is too old to be answered, and a prompt that is closed already or gone, keep no message back;
    neither does an answer in doubt to what only goes along with the message.
    """
    if isinstance(call, Show):
        return True
    return not isinstance(error, BadRequest) and (is_last or isinstance(error, _ENDS_THE_SENDING))
