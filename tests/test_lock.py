"""`requirements.lock`, from which the container image is built, is what the tests run with."""

import re
import shutil
from importlib.metadata import version
from pathlib import Path

from packaging.requirements import Requirement

from tests.lock import ROOT, export

LOCK = ROOT / "requirements.lock"
_PIN = re.compile(r"^([a-z0-9-]+==[^\s\\]+(?: ;[^\\\n]+)?)", re.MULTILINE)


def test_the_lock_is_what_every_clone_resolves(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    export(tmp_path, tmp_path / "requirements.lock")

    assert _pins(tmp_path / "requirements.lock") == _pins(LOCK), "run `uv run python -m tests.lock`"


def test_the_tests_run_with_what_is_deployed() -> None:
    pins = [Requirement(pin) for pin in _pins(LOCK)]
    needed = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    others = {pin.name: seen for pin in needed if (seen := version(pin.name)) not in pin.specifier}

    assert len(needed) > 20
    assert not others, "run `uv sync`"


def test_everything_in_the_lock_has_a_hash_and_no_address() -> None:
    text = LOCK.read_text()
    blocks = re.split(r"\n(?=[a-z])", text)

    assert all("--hash=sha256:" in block for block in blocks if _PIN.match(block))
    assert "://" not in text


def _pins(path: Path) -> set[str]:
    return set(_PIN.findall(path.read_text()))
