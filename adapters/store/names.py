"""How stores write down whom and what they speak of: addresses, chats, and events without anybody's name."""

from hashlib import sha256
from urllib.parse import quote, unquote

from bot.model import Address, EventId


def key_of(address: Address) -> str:
    """Write an address as one text that no other address has."""
    return "/".join(quoted(part) for part in (address.platform, address.chat, address.person))


def address_of(key: str) -> Address:
    """Read an address that `key_of` wrote."""
    return Address(*(unquoted(part) for part in key.split("/")))


def chat_of(key: str) -> bytes:
    """Name the chat of an address that `key_of` wrote, by a digest: where two people speak, it names one."""
    return sha256(key.rpartition("/")[0].encode()).digest()


def trace_of(address: Address, event: EventId) -> bytes:
    """Name an event by a digest, which outlives the conversation and tells nobody whose it was."""
    return trace(key_of(address), quoted(event))


def trace(key: str, event: str) -> bytes:
    """Name an event whose address and id are written down already."""
    return sha256(f"{key} {event}".encode()).digest()


def number_of(address: Address, event: EventId) -> int:
    """Give the number under which an event is parked: always the same one, far above those of jobs."""
    return 1 << 48 | int.from_bytes(trace_of(address, event)[:6])


def is_key(found: object) -> bool:
    """Return whether `key_of` can have written what was found in a store, where anything may stand."""
    try:
        return isinstance(found, str) and key_of(address_of(found)) == found
    except (TypeError, UnicodeError):  # not three parts, or a percent-encoding of no text
        return False


def quoted(text: str) -> str:
    """Percent-encode: no separator, NUL or half of a surrogate pair is left, and nothing is lost."""
    return quote(text, safe=":", errors="surrogatepass")


def unquoted(text: str) -> str:
    """Read a text that `quoted` wrote."""
    return unquote(text, errors="surrogatepass")


def readable(text: str) -> str:
    """Read a text that `quoted` may have written, for somebody who looks at it."""
    return unquote(text, errors="replace")
