"""The same dialogue as an aiogram bot: Dispatcher, RedisStorage and RedisEventIsolation, as its guide has it.

Its handlers call our turn, keep the conversation in its storage, and make the calls that ours makes: answer
the press, close the prompt, send the next step.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.context import FSMContext
from aiogram.fsm.storage.redis import RedisEventIsolation, RedisStorage
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    Update,
)
from redis.asyncio import Redis

from bot.apple import Board, Report, Service
from bot.codec import decode_conversation, encode_conversation
from bot.dialogue.book import Book
from bot.dialogue.turn import take_turn
from bot.events import Event, Picked, Said
from bot.model import Address, EventId, Reply, Say, World
from tests.bench.telegram_people import Talker
from tests.bench.telegram_server import TOKEN

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(eq=False, slots=True)
class AiogramBot:
    """A running bot."""

    bot: Bot
    dispatcher: Dispatcher
    book: Book
    shown: dict[int, Reply] = field(default_factory=dict)

    async def turn(self, who: Talker) -> None:
        """Let somebody take a turn; when it returns, the reply is shown."""
        await self.dispatcher.feed_raw_update(self.bot, who.update(_data))
        who.last = self.shown[who.id]

    async def said(self, message: Message, state: FSMContext, event_update: Update) -> None:
        """Take what somebody typed."""
        event = Said(EventId(str(event_update.update_id)), message.text or "", "en")
        await self._send(await self._take(message.chat.id, event, state))

    async def pressed(self, query: CallbackQuery, state: FSMContext, event_update: Update) -> None:
        """Take a press: answer it, close the prompt, go on."""
        _, prompt, _, choice = (query.data or "").split(":")
        reply = await self._take(query.from_user.id, _picked(event_update, prompt, choice), state)
        message = query.message
        assert isinstance(message, Message)
        await query.answer()
        chosen = _label(message, query.data)
        text = f"{message.text}\n\n✓ {chosen}"
        bold = MessageEntity(type="bold", offset=len(text) - len(chosen), length=len(chosen))
        await message.edit_text(text, entities=[bold], link_preview_options=NO_PREVIEW)
        await self._send(reply)

    async def _take(self, chat: int, event: Event, state: FSMContext) -> tuple[int, Reply]:
        stored = (await state.get_data()).get("conversation")
        before = decode_conversation(stored.encode()) if stored else None
        turn = take_turn(self.book, before, event, _world(), Address("telegram", str(chat), str(chat)))
        await state.set_data({"conversation": encode_conversation(turn.conversation).decode()})
        return chat, next(job.reply for job in turn.jobs if isinstance(job, Say))

    async def _send(self, to: tuple[int, Reply]) -> None:
        chat, reply = to
        rows = [
            [InlineKeyboardButton(text=choice.label, callback_data=_data(reply, choice.id, chat))]
            for choice in reply.choices
        ]
        markup = InlineKeyboardMarkup(inline_keyboard=rows)
        await self.bot.send_message(chat, reply.text, reply_markup=markup, link_preview_options=NO_PREVIEW)
        self.shown[chat] = reply


def _label(message: Message, data: str | None) -> str:
    assert message.reply_markup
    buttons = (button for row in message.reply_markup.inline_keyboard for button in row)
    return str(next(button.text for button in buttons if button.callback_data == data))


def _picked(update: Update, prompt: str, choice: str) -> Picked:
    return Picked(EventId(str(update.update_id)), int(prompt), choice)


def _data(reply: Reply, choice: str, owner: int) -> str:
    return f"1:{reply.prompt}:{owner}:{choice}"


def _world() -> World:
    now = datetime.now(UTC)
    board = Board(now, tuple(Report(service, "ok") for service in Service))
    return World(now, {"ja": board, "en": board})


@asynccontextmanager
async def running(book: Book, redis_url: str, api_url: str) -> AsyncIterator[AiogramBot]:
    """Run the bot on that Redis and that Bot API server."""
    client = Redis.from_url(redis_url)
    storage = RedisStorage(client)
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url))
    dispatcher = Dispatcher(storage=storage, events_isolation=RedisEventIsolation(client))
    bot = AiogramBot(Bot(TOKEN, session=session), dispatcher, book)
    dispatcher.message.register(bot.said)
    dispatcher.callback_query.register(bot.pressed)
    try:
        yield bot
    finally:
        await bot.bot.session.close()
        await storage.close()
