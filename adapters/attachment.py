"""What a file that somebody sends to a chat platform is to us: text that we read, or something else."""

import asyncio
from contextlib import suppress

from bot.events import Unread

FILE_LIMIT = 1_000_000
"""Bytes of a file that are read."""

FILES_AT_ONCE = 4
"""Files that are fetched and read at once, so that no more of them than that lie in memory."""

_TEXT_TYPES = {
    "application/json", "application/xml", "application/x-plist", "application/x-yaml", "application/yaml",
    "application/x-ndjson", "application/octet-stream",
}  # fmt: skip
"""An unknown type is looked into."""
_TEXT_ENDINGS = (
    ".txt", ".log", ".text", ".ips", ".crash", ".diag", ".spin", ".plist", ".json", ".xml", ".csv", ".tsv",
    ".md", ".yaml", ".yml", ".conf", ".ini", ".out", ".err", ".panic",
)  # fmt: skip


def unread(name: str, mime: str, size: int) -> Unread | None:
    """Say why a file of that name, MIME type and size (bytes) is not read; None if it is to be read."""
    mime = (mime or "application/octet-stream").lower().partition(";")[0].strip()
    if mime.startswith("image/"):
        return "photo"
    if not (mime.startswith("text/") or mime in _TEXT_TYPES or name.lower().endswith(_TEXT_ENDINGS)):
        return "other_file"
    return "large_file" if size > FILE_LIMIT else None


async def decoded(content: bytes) -> str | None:
    """Do as `decode`, and let others go on meanwhile: a hostile megabyte takes 35 ms, in several steps."""
    return await asyncio.to_thread(decode, content)


def decode(content: bytes) -> str | None:
    """Give the text of a file, or None if it is no text at all.

    UTF-16 where its mark says so, else UTF-8, else a Japanese encoding, else UTF-8 with gaps.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content:
        return None
    for encoding in ("utf-8-sig", "euc_jp", "cp932"):  # what is EUC-JP could often pass for Shift_JIS
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return content.decode("utf-8-sig", errors="replace")
