"""What is shipped: the wheel works in a clean environment, far from the repository."""

import json
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOWS = {f"flows/{path.name}" for path in (ROOT / "flows").glob("*.yaml")}
ENOUGH = 300
"""Seconds for building and installing, of which nearly all is waiting for packages that are not cached."""


def sh(*command: str | Path, cwd: Path, stdin: str = "") -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        input=stdin,
        env=clean_environment(),
        capture_output=True,
        check=False,
        timeout=ENOUGH,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def clean_environment() -> Mapping[str, str]:
    """Leave out what could lead back to the repository or to the environment that the tests run in."""
    ours = ("PYTHON", "VIRTUAL_ENV", "UV_PROJECT", "UV_RUN", "IMESSAGE_SUPPORT", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "LANG": "C.UTF-8", "UV_LINK_MODE": "copy", "APPLE_STATUS_URL": "http://127.0.0.1:9"}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both archives."""
    folder = tmp_path_factory.mktemp("dist")
    sh("uv", "build", "--quiet", "--sdist", "--wheel", "--out-dir", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a new environment, and give the folder of its programs."""
    folder = tmp_path_factory.mktemp("clean")
    (wheel,) = shipped.glob("*.whl")
    sh("uv", "venv", "--quiet", folder / "venv", cwd=folder)
    sh("uv", "pip", "install", "--quiet", "--python", folder / "venv", wheel, cwd=folder)
    return folder / "venv" / "bin"


@pytest.fixture(params=["imessage-support", "python -m bot"])
def program(request: pytest.FixtureRequest, installed: Path) -> list[str]:
    """Give the two ways to start the program."""
    first, *rest = request.param.split()
    return [str(installed / first), *rest]


def test_the_wheel_has_the_flows_and_nothing_but_the_program(shipped: Path) -> None:
    (wheel,) = shipped.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert names >= FLOWS
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {
        "bot",
        "adapters",
        "flows",
        "imessage_support",
    }
    assert not {
        name for name in names if not name.endswith((".py", ".yaml", ".json", ".md", ".lua", ".typed"))
    } - {name for name in names if ".dist-info/" in name}


def test_the_source_archive_has_the_flows_too(shipped: Path) -> None:
    (archive,) = shipped.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert names >= FLOWS | {"pyproject.toml", "README.md", "LICENSE", "bot/cli.py", "tests/test_wheel.py"}


def test_it_finds_its_flows_from_any_folder(program: list[str], tmp_path: Path) -> None:
    assert sh(*program, "check", cwd=tmp_path).count("\n") == 1
    assert "stateDiagram" in sh(*program, "draw", "mac", cwd=tmp_path)


def test_it_talks_in_both_languages(program: list[str], tmp_path: Path) -> None:
    chat = [*program, "chat", "--json", "--store", "memory"]
    lines = sh(*chat, "--lang", "ja", cwd=tmp_path, stdin='{"text": "mac"}\n{"text": "english"}\n')
    stages = [(line["flow"], line["language"]) for line in map(json.loads, lines.splitlines())]
    assert stages == [("start", "ja"), ("mac", "ja"), ("mac", "en")]


def test_it_knows_its_version(program: list[str], shipped: Path, tmp_path: Path) -> None:
    (wheel,) = shipped.glob("*.whl")
    assert sh(*program, "--version", cwd=tmp_path).split()[-1] == wheel.name.split("-")[1]
