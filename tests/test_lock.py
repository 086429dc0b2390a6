"""The locks, from which the container image is built: the one of libraries is what the tests run with."""

import re
import shutil
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.lock import LOCKS, ROOT, export

LOCK = ROOT / "requirements.lock"
_PIN = re.compile(r"^([a-z0-9-]+==[^\s\\]+(?: ;[^\\\n]+)?)", re.MULTILINE)


def test_the_locks_are_what_every_clone_resolves(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    export(tmp_path)

    for lock in LOCKS:
        assert _pins(tmp_path / lock) == _pins(ROOT / lock), "run `uv run python -m tests.lock`"


def test_what_builds_the_image_is_what_builds_a_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["build-system"]["requires"] == project["dependency-groups"]["build"]


def test_the_tests_run_with_what_is_deployed() -> None:
    needed = needed_pins()
    others = {pin.name: seen for pin in needed if (seen := version(pin.name)) not in pin.specifier}

    assert len(needed) > 20
    assert not others, "run `uv sync`"


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_in_a_lock_has_a_hash_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    blocks = re.split(r"\n(?=[a-z])", text)

    assert all("--hash=sha256:" in block for block in blocks if _PIN.match(block))
    assert "://" not in text


def needed_pins() -> list[Requirement]:
    """Return what is deployed where the tests run."""
    pins = [Requirement(pin) for pin in _pins(LOCK)]
    return [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]


def _pins(path: Path) -> set[str]:
    return set(_PIN.findall(path.read_text()))
