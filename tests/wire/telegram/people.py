"""People who talk with the bot through their Telegram app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.wire.telegram.rules import find_entities

if TYPE_CHECKING:
    from tests.wire.telegram.chats import Chat, Shown
    from tests.wire.telegram.refusals import Payload
    from tests.wire.telegram.server import TelegramServer


@dataclass(eq=False, slots=True)
class Press:
    """A button that was pressed. `toast` is what the bot answered, None as long as it has not."""

    id: str
    person: Person
    at: float
    toast: str | None = None


@dataclass(eq=False, slots=True)
class Person:
    """Somebody in one chat; `within` gives the same one in a group."""

    telegram: TelegramServer
    user: Payload
    chat: Chat
    thread: int | None = None
    presses_made: list[Press] = field(default_factory=list)

    def within(self, group: Chat, thread: int | None = None) -> Person:
        """Be the same person in a group, or in a topic of it."""
        return Person(self.telegram, self.user, group, thread)

    # --- what they see ------------------------------------------------------------------------------------

    @property
    def sees(self) -> list[Shown]:
        """All messages of the bot here."""
        return [each for each in self.chat.messages if each.is_ours and each.thread == self.thread]

    @property
    def last(self) -> Shown:
        """The newest message of the bot."""
        return self.sees[-1]

    @property
    def texts(self) -> list[str]:
        """The texts of all messages of the bot."""
        return [each.text for each in self.sees]

    @property
    def toasts(self) -> list[str]:
        """What came up at the buttons that they pressed."""
        return [press.toast for press in self.presses_made if press.toast]

    # --- what they do -------------------------------------------------------------------------------------

    def says(self, text: str, *, reply_to: Shown | None = None) -> Shown:
        """Type something."""
        content: Payload = {"text": text}
        if entities := find_entities(text, [f"@{self.telegram.me['username']}"]):
            content["entities"] = entities
        return self._posts(content, reply_to)

    def starts(self, payload: str = "") -> Shown:
        """Open the bot by its link, or press its start button."""
        return self.says(f"/start {payload}".rstrip())

    def presses(self, label: str, *, message: Shown | None = None) -> Press:
        """Press a button by the beginning of its label: under that message, else the newest that has it."""
        where = [message] if message else [each for each in reversed(self.sees) if _has(each, label)]
        assert where, f"nowhere a button {label!r}: {[each.labels for each in self.sees]}"
        data = next(data for text, data in where[0].ever_had.items() if text.startswith(label))
        return self.sends_data(data, where[0])

    def sends_data(self, data: str, message: Shown) -> Press:
        """Press a button with that data, which a forged client can do with any."""
        press = Press(self.telegram.next_id(), self, self.telegram.clock.now())
        self.presses_made.append(press)
        self.telegram.press(press)
        query = {"id": press.id, "from": self.user, "message": message.payload, "data": data}
        self.telegram.push("callback_query", query | {"chat_instance": str(-(2**60) - self.chat.id)})
        return press

    def sends_file(self, name: str, content: bytes, *, mime: str = "text/plain", caption: str = "") -> Shown:
        """Send a document."""
        file = self.telegram.files.add(name, content)
        document = file | {"file_name": name, "mime_type": mime}
        return self._posts({"document": document} | ({"caption": caption} if caption else {}))

    def sends_photo(self, caption: str = "") -> Shown:
        """Send a picture."""
        sizes = [
            self.telegram.files.add("photo.jpg", b"\xff\xd8" + bytes(size)) | {"width": size, "height": size}
            for size in (90, 800)
        ]
        return self._posts({"photo": sizes} | ({"caption": caption} if caption else {}))

    def sends(self, **content: object) -> Shown:
        """Send any other kind of message, as `sends(sticker={…})`."""
        return self._posts(dict(content))

    def edits(self, message: Shown, text: str) -> None:
        """Change what they said."""
        message.write({"text": text}, int(self.telegram.clock.now()))
        self.telegram.push("edited_message", message.payload)

    def blocks(self) -> None:
        """Block the bot; in a group, remove it."""
        self.chat.closed = (
            "bot was blocked by the user" if self.chat.is_private else "bot was kicked from the group chat"
        )
        self._changes_membership("member", "kicked")

    def unblocks(self) -> None:
        """Let the bot write again."""
        self.chat.closed = ""
        self._changes_membership("kicked", "member")

    def _posts(self, content: Payload, reply_to: Shown | None = None) -> Shown:
        if self.thread is not None:
            content |= {"message_thread_id": self.thread, "is_topic_message": True}
        if reply_to:
            content["reply_to_message"] = reply_to.payload
        shown = self.chat.show(self.user, content, int(self.telegram.clock.now()))
        if self.telegram.reads(shown, self.chat):
            self.telegram.push("message", shown.payload)
        return shown

    def _changes_membership(self, old: str, new: str) -> None:
        change: Payload = {
            "chat": self.chat.payload,
            "from": self.user,
            "date": int(self.telegram.clock.now()),
        }
        for name, status in (("old_chat_member", old), ("new_chat_member", new)):
            change[name] = {"user": self.telegram.me, "status": status}
            change[name] |= {"until_date": 0} if status == "kicked" else {}
        self.telegram.push("my_chat_member", change)


def _has(message: Shown, label: str) -> bool:
    return any(each.startswith(label) for each in message.labels)
