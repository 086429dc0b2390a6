"""People for the Telegram benchmark: each answers the prompt before them with a button, as updates."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from bot.model import Reply
from tests.bench.telegram_server import MESSAGE
from tests.wire.telegram.refusals import Payload

ANSWERS = ("iphone", "page_opens", "not_yet")
NUMBERS = count(500_000)

Data = Callable[[Reply, str, int], str]
"""Gives what a button carries: of that reply, for that choice, of that person."""


@dataclass(eq=False, slots=True)
class Talker:
    """Somebody with the prompt that they see."""

    id: int
    last: Reply | None = None
    user: Payload = field(init=False)

    def __post_init__(self) -> None:
        self.user = {"id": self.id, "is_bot": False, "first_name": "Ann", "language_code": "en"}

    def update(self, data: Data) -> Payload:
        """Press the button that leads on, or begin."""
        offered = [choice.id for choice in self.last.choices if choice.id in ANSWERS] if self.last else []
        number = next(NUMBERS)
        chat = {"id": self.id, "type": "private", "first_name": "Ann"}
        if self.last is None or not offered:
            said = {"message_id": number, "from": self.user, "chat": chat, "date": 1_790_000_000}
            return {"update_id": number, "message": said | {"text": "start over" if self.last else "iPhone"}}
        query = {"id": str(number), "from": self.user, "message": _prompt(self.last, chat, data)}
        pressed = {"chat_instance": "-1", "data": data(self.last, offered[0], self.id)}
        return {"update_id": number, "callback_query": query | pressed}


def _prompt(reply: Reply, chat: Payload, data: Data) -> Payload:
    rows = [
        [{"text": each.label, "callback_data": data(reply, each.id, chat["id"])}] for each in reply.choices
    ]
    return MESSAGE | {"chat": chat, "text": reply.text, "reply_markup": {"inline_keyboard": rows}}
