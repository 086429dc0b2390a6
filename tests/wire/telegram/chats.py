"""The chats of the bot, and what each shows now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from tests.wire.telegram.refusals import Payload, bad, forbidden
from tests.wire.telegram.rules import cut


@dataclass(eq=False, slots=True)
class Shown:
    """A message as the chat shows it now; `payload` is Telegram's Message."""

    payload: Payload
    edits: int = 0
    ever_had: dict[str, str] = field(default_factory=dict)
    """The data of each button that was ever under it: somebody's screen may show an old keyboard yet."""

    def __post_init__(self) -> None:
        self._remember_buttons()

    @property
    def id(self) -> int:
        return int(self.payload["message_id"])

    @property
    def text(self) -> str:
        return str(self.payload.get("text", ""))

    @property
    def is_ours(self) -> bool:
        """Whether the bot wrote it."""
        return bool(self.payload["from"]["is_bot"])

    @property
    def thread(self) -> int | None:
        """The topic in which it stands."""
        found = self.payload.get("message_thread_id")
        return int(found) if found is not None else None

    @property
    def labels(self) -> list[str]:
        """The labels of the buttons under it."""
        return [button["text"] for button in self._buttons()]

    @property
    def bold(self) -> list[str]:
        """The parts of the text that are bold."""
        return [
            cut(self.text, entity["offset"], entity["length"])
            for entity in self.payload.get("entities", [])
            if entity["type"] == "bold"
        ]

    def write(self, content: Payload, now: int) -> None:
        """Replace the text with its entities and the keyboard."""
        gone = ("text", "entities", "reply_markup")
        kept = {name: value for name, value in self.payload.items() if name not in gone}
        self.payload = kept | content | {"edit_date": now}
        self.edits += 1
        self._remember_buttons()

    def _remember_buttons(self) -> None:
        self.ever_had |= {
            each["text"]: each["callback_data"] for each in self._buttons() if "callback_data" in each
        }

    def _buttons(self) -> Iterator[Payload]:
        rows = self.payload.get("reply_markup", {}).get("inline_keyboard", [])
        return (button for row in rows for button in row)


@dataclass(eq=False, slots=True)
class Chat:
    """A private chat, a group or a forum; `payload` is Telegram's Chat."""

    payload: Payload
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    messages: list[Shown] = field(default_factory=list)
    topics: set[int] = field(default_factory=set)
    actions: int = 0
    """How often "typing…" was shown."""
    closed: str = ""
    """Why nothing can be sent here, in Telegram's words."""
    moved_to: int | None = None

    @property
    def id(self) -> int:
        return int(self.payload["id"])

    @property
    def is_private(self) -> bool:
        return bool(self.payload["type"] == "private")

    def __getitem__(self, message: object) -> Shown | None:
        """Give the message with that id, or None."""
        return next((each for each in reversed(self.messages) if each.id == message), None)

    def check_open(self, thread: object = None) -> None:
        """Refuse what cannot be sent here."""
        if self.moved_to is not None:
            raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.moved_to)
        if self.closed:
            raise forbidden(self.closed)
        if thread is not None and thread not in self.topics:
            raise bad("message thread not found")

    def show(self, sender: Payload, content: Payload, now: int) -> Shown:
        """Add a message."""
        place = {"message_id": next(self.ids), "from": sender, "chat": self.payload, "date": now}
        self.messages.append(shown := Shown(place | content))
        return shown
