"""What Telegram refuses in a message, as pure checks."""

from collections.abc import Mapping, Sequence

from tests.wire.telegram.refusals import Payload, bad

LONGEST_TEXT = 4096
"""UTF-16 units, as are all lengths and offsets here."""
LONGEST_TOAST = 200
LONGEST_DATA = 64
"""Bytes."""
MOST_BUTTONS = 100

KINDS = {
    *("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic"),
    *("underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre"),
    *("text_link", "text_mention", "custom_emoji", "date_time"),
}
ACTIONS = {
    *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"),
    *("upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"),
}


def units(text: str) -> int:
    """Count UTF-16 units, in which Telegram measures texts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, offset: int, length: int) -> str:
    """Give the part of the text at that place, counted in UTF-16 units."""
    whole = text.encode("utf-16-le", "surrogatepass")
    return whole[2 * offset : 2 * (offset + length)].decode("utf-16-le", "surrogatepass")


def check_text(text: object, too_long: str) -> str:
    """Give the text as it is shown, or refuse it."""
    if not isinstance(text, str) or not text.strip():
        raise bad("message text is empty")
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise bad("strings must be encoded in UTF-8")
    if units(text) > LONGEST_TEXT:
        raise bad(too_long)
    return text.rstrip()


def check_entities(text: str, given: object) -> list[Payload]:
    """Give the entities, or refuse them."""
    if given is None:
        return []
    if not isinstance(given, list):
        raise bad("can't parse entities: expected an Array")
    for entity in given:
        _check_entity(text, entity)
    return given


def _check_entity(text: str, entity: object) -> None:
    if not isinstance(entity, Mapping):
        raise bad("can't parse MessageEntity: expected an Object")
    if entity.get("type") not in KINDS:
        raise bad("can't parse MessageEntity: Unsupported message entity type specified")
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length <= 0:
        raise bad("can't parse MessageEntity: wrong offset or length")
    if entity["type"] == "text_link" and not str(entity.get("url", "")).startswith(("http", "tg:")):
        raise bad(f"entity URL '{entity.get('url', '')}' is invalid: Wrong HTTP URL")
    end, size = offset + length, units(text)
    beginning = f"entity beginning at UTF-16 offset {offset}"
    if end > size:
        raise bad(f"{beginning} ends after the end of the text at UTF-16 offset {end}")
    for place in (offset, end):
        if place < size and "\udc00" <= cut(text, place, 1) <= "\udfff":
            raise bad(f"{beginning} ends in a middle of a UTF-16 symbol")


def check_keyboard(markup: object) -> list[list[Payload]]:
    """Give the rows of an inline keyboard without the empty ones, or refuse them."""
    if markup is None:
        return []
    if not isinstance(markup, Mapping):
        raise bad("object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays')
    buttons = [button for row in rows for button in row]
    for button in buttons:
        _check_button(button)
    if len(buttons) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    return [row for row in rows if row]


def _check_button(button: object) -> None:
    if not isinstance(button, Mapping):
        raise bad("can't parse inline keyboard button: expected an Object")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    if "callback_data" in button:
        if not 1 <= len(str(button["callback_data"]).encode()) <= LONGEST_DATA:
            raise bad("BUTTON_DATA_INVALID")
    elif not button.keys() & {"url", "web_app", "login_url", "switch_inline_query", "copy_text"}:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def find_entities(text: str, mentions: Sequence[str] = ()) -> list[Payload]:
    """Find the commands and the mentions in what a person types, as Telegram marks them."""
    found = []
    for position, word in _words(text):
        name = word.removeprefix("/").partition("@")[0]
        if word.startswith("/") and name.replace("_", "a").isalnum() and name.isascii():
            found.append(("bot_command", position, word))
        elif any(word.lower().startswith(mention.lower()) for mention in mentions):
            found.append(
                ("mention", position, next(m for m in mentions if word.lower().startswith(m.lower())))
            )
    return [
        {"type": kind, "offset": units(text[:position]), "length": units(word)}
        for kind, position, word in found
    ]


def _words(text: str) -> list[tuple[int, str]]:
    position, words = 0, []
    for word in text.split():
        position = text.index(word, position)
        words.append((position, word))
        position += len(word)
    return words
