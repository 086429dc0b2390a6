"""How long it takes from the start of the process to the first line of the chat.

Against the wall time of a Python that imports only the three libraries the chat cannot do without.
"""

import statistics
import subprocess
import sys
import time

ROUNDS = 11
BARE = [sys.executable, "-c", "import transitions, httpx, yaml"]
CHAT = [sys.executable, "-m", "bot", "chat", "--json", "--store", "memory"]


def measure() -> dict[str, float]:
    """Give the median of the ratios, each of two runs right after one another, and both medians in ms."""
    _first_line(CHAT)
    _whole(BARE)
    pairs = [(_first_line(CHAT), _whole(BARE)) for _ in range(ROUNDS)]
    return {
        "first_reply_ratio": round(statistics.median(chat / bare for chat, bare in pairs), 2),
        "first_reply_ms": round(statistics.median(chat for chat, _ in pairs) * 1e3),
        "bare_imports_ms": round(statistics.median(bare for _, bare in pairs) * 1e3),
    }


def _first_line(command: list[str]) -> float:
    begun = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline()
        taken = time.perf_counter() - begun
        assert process.stdin
        process.stdin.close()
        process.wait(timeout=30)
    return taken


def _whole(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, timeout=60)
    return time.perf_counter() - begun
