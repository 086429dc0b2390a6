"""What the bot does in chats: sends, edits, answers presses."""

from dataclasses import dataclass, field

from tests.wire.telegram.chats import Chat, Shown
from tests.wire.telegram.limits import Clock, Limits
from tests.wire.telegram.people import Press
from tests.wire.telegram.refusals import NOT_MODIFIED, QUERY_TOO_OLD, Payload, bad
from tests.wire.telegram.rules import (
    ACTIONS,
    LONGEST_TOAST,
    check_entities,
    check_keyboard,
    check_text,
    units,
)

QUERY_LIVES = 15.0
"""Seconds in which a press can be answered; Telegram names no number, bots report about this one."""


@dataclass(eq=False, slots=True)
class Messages:
    """The chats of the bot, and the presses that wait for an answer."""

    clock: Clock
    me: Payload
    chats: dict[int, Chat] = field(default_factory=dict)
    presses: dict[str, Press] = field(default_factory=dict)
    limits: Limits | None = None

    def send(self, arguments: Payload) -> Payload:
        """Answer `sendMessage`."""
        content = _content(arguments, "message is too long")
        chat = self._chat(arguments)
        chat.check_open(arguments.get("message_thread_id"))
        if "message_thread_id" in arguments:
            content |= {"message_thread_id": arguments["message_thread_id"], "is_topic_message": True}
        content |= _replied(chat, arguments.get("reply_parameters"))
        if self.limits:
            self.limits.count(chat.id)
        return chat.show(self.me, content, int(self.clock.now())).payload

    def edit_text(self, arguments: Payload) -> Payload:
        """Answer `editMessageText`."""
        content = _content(arguments, "MESSAGE_TOO_LONG")
        return self._edit(arguments, content)

    def edit_markup(self, arguments: Payload) -> Payload:
        """Answer `editMessageReplyMarkup`."""
        shown = self._editable(arguments)
        kept = {name: shown.payload[name] for name in ("text", "entities") if name in shown.payload}
        return self._edit(arguments, kept | _keyboard(arguments))

    def answer_press(self, arguments: Payload) -> bool:
        """Answer `answerCallbackQuery`."""
        text = str(arguments.get("text", ""))
        if units(text) > LONGEST_TOAST:
            raise bad("MESSAGE_TOO_LONG")
        press = self.presses.pop(str(arguments.get("callback_query_id")), None)
        if press is None or self.clock.now() - press.at > QUERY_LIVES:
            raise bad(QUERY_TOO_OLD)
        press.toast = text
        return True

    def show_action(self, arguments: Payload) -> bool:
        """Answer `sendChatAction`."""
        if arguments.get("action") not in ACTIONS:
            raise bad("wrong parameter action in request")
        chat = self._chat(arguments)
        chat.check_open(arguments.get("message_thread_id"))
        chat.actions += 1
        return True

    def _edit(self, arguments: Payload, content: Payload) -> Payload:
        shown = self._editable(arguments)
        now = {
            name: shown.payload[name]
            for name in ("text", "entities", "reply_markup")
            if name in shown.payload
        }
        if now == content:
            raise bad(NOT_MODIFIED)
        shown.write(content, int(self.clock.now()))
        return shown.payload

    def _editable(self, arguments: Payload) -> Shown:
        chat = self._chat(arguments)
        chat.check_open()
        shown = chat[arguments.get("message_id")]
        if shown is None:
            raise bad("message to edit not found")
        if not shown.is_ours:
            raise bad("message can't be edited")
        return shown

    def _chat(self, arguments: Payload) -> Chat:
        if not arguments.get("chat_id"):
            raise bad("chat_id is empty")
        found = self.chats.get(arguments["chat_id"])
        if found is None:
            raise bad("chat not found")
        return found


def _content(arguments: Payload, too_long: str) -> Payload:
    if "parse_mode" in arguments:
        raise bad("can't parse entities: this server knows no parse_mode")
    text = check_text(arguments.get("text"), too_long)
    entities = check_entities(str(arguments["text"]), arguments.get("entities"))
    return {"text": text} | ({"entities": entities} if entities else {}) | _keyboard(arguments)


def _keyboard(arguments: Payload) -> Payload:
    rows = check_keyboard(arguments.get("reply_markup"))
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _replied(chat: Chat, wanted: object) -> Payload:
    if wanted is None:
        return {}
    if not isinstance(wanted, dict):
        raise bad("object expected as reply parameters")
    if found := chat[wanted.get("message_id")]:
        return {"reply_to_message": {k: v for k, v in found.payload.items() if k != "reply_to_message"}}
    if wanted.get("allow_sending_without_reply"):
        return {}
    raise bad("message to be replied not found")
