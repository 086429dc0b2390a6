"""Parts of texts as Telegram describes them: in UTF-16 units, of which an emoji has two."""

from collections.abc import Iterable

_CODE = "utf-16-le"


def part(text: str, offset: int, units: int) -> str:
    """Give the part that Telegram describes so; less where the text ends before."""
    return _bytes(text)[2 * offset : 2 * (offset + units)].decode(_CODE, "replace")


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Cut out parts, each an offset and a count of units."""
    units = _bytes(text)
    for offset, count in sorted(spans, reverse=True):
        units = units[: 2 * offset] + units[2 * (offset + count) :]
    return units.decode(_CODE, "replace")


def _bytes(text: str) -> bytes:
    return text.encode(_CODE, "surrogatepass")
