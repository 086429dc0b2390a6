"""`uv run python -m tests.bench [turns|startup|evidence|crowd|telegram ...] [--json]`: figures of one run.

Machines are noisy, so nothing here is a gate. The last line is one JSON object with all figures. Two run only
when they are named: `crowd`, which takes some minutes, and `telegram`, which compares with aiogram:
`uv run --isolated --group bench python -m tests.bench telegram`.
"""

import argparse
import json
from collections.abc import Callable, Mapping

from tests.bench import crowd, evidence, startup, telegram, turns

BENCHMARKS: Mapping[str, Callable[[], Mapping[str, object]]] = {
    "turns": turns.measure,
    "startup": startup.measure,
    "evidence": evidence.measure,
    "telegram": telegram.measure,
    "crowd": crowd.measure,
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
    options = parser.parse_args()
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    figures: dict[str, object] = {}
    for name in options.names or USUAL:
        measured = turns.measure(options.stored) if name == "turns" else BENCHMARKS[name]()
        figures.update(measured)
        if not options.json:
            for key, value in measured.items():
                print(f"{key:32} {value!s:>10}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
