"""What a file that somebody sends is to us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.attachment import FILE_LIMIT, decode, unread


@pytest.mark.parametrize(
    ("name", "mime", "size", "why"),
    [
        ("mac.log", "text/plain", 900, None),
        ("mac.log", "", FILE_LIMIT, None),
        ("MAC.LOG", "application/zip", 900, None),
        ("a", "application/json; charset=utf-8", 900, None),
        ("unknown", "application/octet-stream", 900, None),
        ("mac.log", "text/plain", FILE_LIMIT + 1, "large_file"),
        ("a.png", "image/png", 900, "photo"),
        ("a.pdf", "application/pdf", 900, "other_file"),
        ("a.mp4", "video/mp4", FILE_LIMIT + 1, "other_file"),
    ],
)
def test_text_is_read_and_everything_else_says_why_not(
    name: str, mime: str, size: int, why: str | None
) -> None:
    assert unread(name, mime, size) == why


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "euc_jp", "cp932"])
def test_each_usual_encoding_is_read(encoding: str) -> None:
    assert decode("証明書がありません".encode(encoding)) == "証明書がありません"


def test_what_is_no_text_is_told_from_text_with_a_broken_character() -> None:
    assert decode(b"PK\0\0") is None
    assert decode(b"apsd \x81") == "apsd \ufffd"


@given(st.binary())
def test_any_bytes_are_read_or_none_of_ours(content: bytes) -> None:
    text = decode(content)
    assert text is None or text.encode().decode() == text
