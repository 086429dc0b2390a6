"""What a file that somebody sends to a chat platform is to us: text that we read, or something else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.events import Unread

FILE_LIMIT = 1_000_000
"""Bytes of a file that are read."""

FILES_AT_ONCE, FILES_WAITING = 4, 16
"""Files that are fetched and read at once, so that no more of them lie in memory; and those that wait for it.

Each of them holds back an update, of which a platform brings some dozens before it waits for us.
"""

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


class Desk:
    """Where files are fetched and read, a few at once."""

    def __init__(self) -> None:
        self._places, self._files = asyncio.Semaphore(FILES_AT_ONCE), 0

    @property
    def is_full(self) -> bool:
        """Whether so many are waiting that another one has to come again later."""
        return self._files >= FILES_AT_ONCE + FILES_WAITING

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place for a file, and keep it within the block."""
        self._files += 1
        try:
            async with self._places:
                yield
        finally:
            self._files -= 1


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
