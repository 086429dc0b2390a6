"""A Bot API server for benchmarks: it answers every call at once with the same words, and counts.

As a process (`python -m tests.bench.telegram_server`) it prints its port and serves until its input ends.
What Telegram would refuse it does not notice; that is for the tests (`tests.wire.telegram`).
"""

import asyncio
import json
import sys
from collections import Counter

TOKEN = "7000000001:AAE-benchmark_token_of_no_value0000"  # noqa: S105  of a bot that nobody has
MESSAGE_ID = 100
ME = {"id": 7_000_000_001, "is_bot": True, "first_name": "iMessage Helper", "username": "imessage_helper_bot"}
TEXT = "Turn off the VPN for a moment, if you use one, and then try again.\n\nSettings → General → VPN"
KEYBOARD = {
    "inline_keyboard": [
        [{"text": label, "callback_data": f"1:{number}:1000001:{name}"}]
        for number, (label, name) in enumerate(
            [("It works now", "fixed"), ("Still not", "not_yet"), ("Back", "back")], start=12
        )
    ]
}
MESSAGE = {
    "message_id": MESSAGE_ID,
    "from": ME,
    "chat": {"id": 1_000_001, "type": "private", "first_name": "Ann", "username": "ann_example"},
    "date": 1_790_000_000,
    "text": TEXT,
    "reply_markup": KEYBOARD,
}
_EDITED = {**MESSAGE, "edit_date": 1_790_000_001}
_RESULTS: dict[bytes, object] = {
    b"sendMessage": MESSAGE,
    b"editMessageText": {key: value for key, value in _EDITED.items() if key != "reply_markup"},
    b"getMe": {**ME, "can_join_groups": True, "can_read_all_group_messages": False},
}


class Connection(asyncio.Protocol):
    """One connection of a bot; requests come one after the other."""

    def __init__(self, calls: "Counter[bytes]", answers: dict[bytes, bytes]) -> None:
        self._calls, self._answers = calls, answers
        self._transport: asyncio.Transport | None = None
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            whole = end + 4 + _length(self._waiting[:end])
            if len(self._waiting) < whole:
                return
            path = self._waiting.split(b" ", 2)[1]
            self._waiting = self._waiting[whole:]
            self._answer(path.rpartition(b"/")[2])

    def _answer(self, method: bytes) -> None:
        assert self._transport
        if method == b"counts":
            counts = {name.decode(): number for name, number in self._calls.items()}
            self._transport.write(_response(counts))
            return
        self._calls[method] += 1
        self._transport.write(self._answers.get(method) or _response({"ok": True, "result": True}))


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    assert b"transfer-encoding" not in head.lower()
    return int(rest.partition(b"\r\n")[0]) if found else 0


def _response(content: object) -> bytes:
    body = json.dumps(content, ensure_ascii=False).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def run() -> None:
    """Serve until the input ends."""
    calls: Counter[bytes] = Counter()
    answers = {method: _response({"ok": True, "result": result}) for method, result in _RESULTS.items()}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(calls, answers), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(run())
