"""The files that people sent, for `getFile` and the download."""

from dataclasses import dataclass, field

from tests.wire.telegram.refusals import Payload, bad

LARGEST = 20 * 1024 * 1024
"""Bytes that a bot may download from Telegram's own servers."""


@dataclass(eq=False, slots=True)
class Files:
    """Files by their id and by their path."""

    by_id: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> Payload:
        """Keep a file and give what Telegram tells of it."""
        number = len(self.by_id)
        file, path = f"BQACAgUAAxkBAAI{number:06}", f"documents/file_{number}.{name.rpartition('.')[2]}"
        self.by_id[file] = path, content
        return {"file_id": file, "file_unique_id": f"AgAD{number:06}", "file_size": len(content)}

    def get(self, file: object) -> Payload:
        """Answer `getFile`."""
        if file not in self.by_id:
            raise bad("invalid file_id")
        path, content = self.by_id[str(file)]
        if len(content) > LARGEST:
            raise bad("file is too big")
        unique = f"AgAD{str(file)[-6:]}"
        return {"file_id": file, "file_unique_id": unique, "file_size": len(content), "file_path": path}

    def content(self, path: str) -> bytes | None:
        """Give what is downloaded from that path."""
        return next((content for own, content in self.by_id.values() if own == path), None)
