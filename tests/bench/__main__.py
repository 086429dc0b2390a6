"""`uv run python -m tests.bench [NAME ...] [--json]`: figures, and ratios within one run.

Machines are noisy, so nothing here is a gate. The last line is one JSON object with all figures. Some run
only when they are named: `telegram` compares with aiogram, which has to be there
(`uv run --isolated --group bench python -m tests.bench telegram`); `crowd`, `broadcast` and
`floods` take minutes.
"""

import argparse
import json
from collections.abc import Callable, Mapping

from tests.bench import broadcast, crowd, evidence, floods, startup, telegram, turns

BENCHMARKS: Mapping[str, Callable[[argparse.Namespace], Mapping[str, object]]] = {
    "turns": lambda options: turns.measure(options.stored),
    "startup": lambda _: startup.measure(),
    "evidence": lambda _: evidence.measure(),
    "telegram": lambda _: telegram.measure(),
    "crowd": lambda _: crowd.measure(),
    "broadcast": lambda options: broadcast.measure(options.followers, kills=options.kill),
    "floods": lambda options: floods.measure(options.flood),
}
USUAL = ("turns", "startup", "evidence")


def main() -> None:
    """Run the benchmarks that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true", help="only the JSON line")
    parser.add_argument(
        "--stored", type=int, default=1_000_000, help="conversations in the large store of `turns`"
    )
    parser.add_argument("--followers", type=int, default=10_000, help="whom `broadcast` tells")
    parser.add_argument("--kill", action="store_true", help="kill the worker that broadcasts in the middle")
    parser.add_argument("--flood", action="append", default=[], choices=floods.FLOODS, help="one of `floods`")
    options = parser.parse_args()
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    figures: dict[str, object] = {}
    for name in options.names or USUAL:
        measured = BENCHMARKS[name](options)
        figures.update(measured)
        if not options.json:
            for key, value in measured.items():
                print(f"{key:32} {value!s:>10}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
