"""How fast the recognisers read: logs in which there is nothing to find, and texts made to slow them down.

`uv run python -m tests.bench.evidence` prints one line of JSON. A MB is a million bytes of UTF-8.
"""

import json
import random
from collections.abc import Callable
from time import perf_counter

from bot.dialogue.evidence.find import find
from bot.dialogue.evidence.mask import mask

MEGABYTE = 1_000_000

_ENGLISH = (
    "2016/05/03 22:23:{second:02}.{part} kernel[0]: en0: BSSID changed to 0x{part:x} near MacBook-Pro\n"
)
_UNIFIED = (
    "2024-05-03 22:23:{second:02}.{part}+0900 0x{part:x}  Default  0x0  {second}  0  "
    "WindowServer: (SkyLight) [com.apple.SkyLight:default] display {second} is asleep\n"
)
_JAPANESE = (
    "5月  3 22:23:{second:02} 太郎のMacBook-Pro kernel[0]: 無線が変わりました（{part:x}）：接続中です。\n"
)
_PROSE = "昨日の{second}時ごろから、メッセージが届かなくなりました（何度も電源を入れ直しています）。\n"

HOSTILE = {
    "one line": "x",
    "spaces": " ",
    "line ends": "\n",
    "carriage returns": "\r\n",
    "quote marks": "> ",
    "invisible": "a\u200b",
    "full width": "Ａあ",
    "entities": "&quot;",
    "colours": "\x1b[1m",
    "half a colour": "\x1b[1;",
    "labels": "Serial Number (system): ",
    "label lines": "Serial Number (system):\n",
    "answers": "Serial Number (system): Not Available\n",
    "half answers": "Serial Number (system): Not Available maybe\n",
    "Japanese labels": "シリアル番号（システム）：\n",
    "window labels": "Serial Number \n",
    "messages": "Certificate not yet generated ",
    "message lines": "apsd Certificate not yet generated?\n",
    "half messages": 'Hardware SerialNumber "unknown" looks ',
    "half words": "Hardware SerialNumber ",
    "brackets": "apsd[[(<",
    "versions": "macOS 10.11.4 ",
    "half versions": "macOS Sonoma version ",
    "models": "MacBookPro11,2 ",
    "macs": "mac",
    "digits": "1",
    "stamps": "22:23:40 ",
    "addresses": "a@",
    "dotted": "a.",
    "serials": "serial ",
    "plus": "+1",
    "hex": "ab:",
    "octets": "1.",
    "stars": "*",
    "surrogates": "\ud800",
    "combining": "a\u0315\u0300",
}


def measure() -> dict[str, float]:
    """Give MB/s of `find` on the slowest honest log and on the worst hostile text, and of `mask` likewise."""
    hostile = [repeated(piece) for piece in HOSTILE.values()]
    return {
        "evidence_mb_per_s": min(_speed(find, log) for log in logs().values()),
        "evidence_worst_mb_per_s": min(_speed(find, text) for text in hostile),
        "mask_worst_mb_per_s": min(_speed(mask, text) for text in hostile),
    }


def logs() -> dict[str, str]:
    """Give a megabyte each of logs and chat that show nothing about the Mac."""
    lines = {"system.log": _ENGLISH, "log show": _UNIFIED, "日本語": _JAPANESE, "chat": _PROSE}
    return {name: _filled(line) for name, line in lines.items()}


def repeated(piece: str) -> str:
    """Give a megabyte of that piece."""
    return piece * (MEGABYTE // len(piece.encode("utf-8", "surrogatepass")))


def _filled(line: str) -> str:
    dice = random.Random(1)  # noqa: S311 - made-up numbers for a log
    count = MEGABYTE // len(line.encode())
    return "".join(
        line.format(second=number % 60, part=dice.randrange(100_000, 999_999)) for number in range(count)
    )


def _speed(read: Callable[[str], object], text: str) -> float:
    return round(len(text.encode("utf-8", "surrogatepass")) / MEGABYTE / min(_times(read, text)), 1)


def _times(read: Callable[[str], object], text: str) -> list[float]:
    times = []
    for _ in range(3):
        begun = perf_counter()
        read(text)
        times.append(perf_counter() - begun)
    return times


if __name__ == "__main__":
    print(json.dumps(measure()))
