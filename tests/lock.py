"""Moves the day up to which libraries are taken, and pins anew what is deployed and what builds it.

`uv run python -m tests.lock` takes today's (UTC); `uv run python -m tests.lock 2026-12-24` another.
"""

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, time
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = {"requirements.lock": "--no-dev", ".ci/build.lock": "--only-group=build"}
"""What is in each: the program's libraries, and what its wheel is built with."""
_DAY = re.compile(r'^exclude-newer = ".*"$', re.MULTILINE)


def export(project: Path) -> None:
    """Resolve what `project/pyproject.toml` asks for, as of its day and from nothing, into its locks."""
    (project / "uv.lock").unlink(missing_ok=True)
    for lock, what in LOCKS.items():
        (project / lock).parent.mkdir(exist_ok=True)
        command = ["uv", "export", "--quiet", "--no-emit-project", what, "--no-header", "-o", lock]
        subprocess.run(command, cwd=project, check=True, stdout=subprocess.DEVNULL, timeout=300)


def main(day: str) -> None:
    pyproject = ROOT / "pyproject.toml"
    until = datetime.combine(datetime.fromisoformat(day), time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    pyproject.write_text(_DAY.sub(f'exclude-newer = "{until}"', pyproject.read_text(), count=1))
    export(ROOT)
    print(f"Libraries as of {until}; now run `uv run pytest`.")


if __name__ == "__main__":
    if shutil.which("uv") is None:
        sys.exit("uv is needed: `pip install uv`")
    main(*sys.argv[1:2] or [f"{datetime.now(UTC):%Y-%m-%d}"])
