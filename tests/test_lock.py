"""`requirements.lock`, from which the container image is built, belongs to `pyproject.toml`."""

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
_PIN = re.compile(r"^([a-z0-9-]+)==([^\s;\\]+)", re.MULTILINE)


def test_the_lock_still_fits_the_project(tmp_path: Path) -> None:
    """A new resolution that prefers the locked versions changes none, adds none and drops none."""
    again = tmp_path / "requirements.lock"
    shutil.copy(LOCK, again)
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version=3.11", "--no-header"]
    subprocess.run([*command, "pyproject.toml", "-o", str(again)], cwd=ROOT, check=True, timeout=120)
    renew = "uv lock && uv export --no-emit-project --no-dev -o requirements.lock"

    assert _pins(again) == _pins(LOCK), f"requirements.lock is stale; run `{renew}`"


def test_everything_in_the_lock_has_a_hash_and_no_address() -> None:
    text = LOCK.read_text()
    blocks = re.split(r"\n(?=[a-z])", text.partition("\n")[2])

    assert all("--hash=sha256:" in block for block in blocks if _PIN.match(block))
    assert "://" not in text


def _pins(path: Path) -> dict[str, str]:
    return dict(_PIN.findall(path.read_text()))
