"""`uv run python -m tests.wire.telegram`: the server as a process, its people moved by lines of JSON.

It prints its address and token, and then each call of the bot. A line says what somebody does, as
`{"person": 5, "language": "ja", "does": "says", "with": ["こんにちは"]}`; `does` is a method of `Person`.
It ends with the input.
"""

import argparse
import asyncio
import json
import sys

from tests.wire.telegram.server import TOKEN, TelegramServer


async def run(port: int, token: str) -> None:
    """Serve until the input ends."""
    async with TelegramServer(port=port, token=token) as telegram:
        _print({"url": telegram.url, "token": telegram.token})
        printer = asyncio.create_task(_print_calls(telegram))
        while line := await asyncio.to_thread(sys.stdin.readline):
            act = json.loads(line)
            person = telegram.person(act["person"], act.get("language", "en"))
            getattr(person, act["does"])(*act.get("with", []))
        printer.cancel()


async def _print_calls(telegram: TelegramServer) -> None:
    while True:
        await telegram.until(lambda: telegram.calls, within=float("inf"))
        for call in telegram.calls:
            _print({"method": call.method, "arguments": call.arguments})
        telegram.calls.clear()


def _print(line: object) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.wire.telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    options = parser.parse_args()
    asyncio.run(run(options.port, options.token))
