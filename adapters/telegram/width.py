"""How wide a label is on a screen, in columns."""

from unicodedata import combining, east_asian_width


def width(text: str) -> int:
    """Count columns: a Japanese character takes two, a combining mark none."""
    if text.isascii():
        return len(text)
    return sum((2 if east_asian_width(each) in "WF" else 1) for each in text if not combining(each))
