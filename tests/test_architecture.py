"""The shape of the program: what import-linter cannot see."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "adapters").rglob("*.py")])
BANNED_NAME = re.compile(r"(Manager|Handler|Helper|Utils?|Base|Impl)$")
BANNED_FILE = {"utils", "helpers", "common", "misc", "base", "manager", "types"}
OUTSIDE_WORLD = {
    "asyncio", "getpass", "httpx", "logging", "os", "pathlib", "random", "secrets", "socket",
    "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PRODUCT, ids=_name)
def test_every_file_says_what_it_is_for_and_nothing_has_an_empty_name(path: Path) -> None:
    tree = ast.parse(path.read_text())
    classes = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]

    assert ast.get_docstring(tree)
    assert not [name for name in classes if BANNED_NAME.search(name)]
    assert path.stem not in BANNED_FILE


@pytest.mark.parametrize("path", sorted((ROOT / "bot" / "dialogue").glob("*.py")), ids=_name)
def test_the_dialogue_is_pure(path: Path) -> None:
    """It awaits nothing, and imports nothing that could reach the world or draw lots."""
    tree = ast.parse(path.read_text())
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {(node.module or "").partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}

    assert not imported & OUTSIDE_WORLD
    assert not {name for name in called if name in {"open", "print", "input"} or name.endswith(".now")}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]


def test_the_top_of_the_repository_holds_the_product_and_nothing_else() -> None:
    expected = {
        "adapters", "bot", "flows", "tests", "pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md",
        "LICENSE", "requirements.lock", "Dockerfile", "docker-compose.yml",
    }  # fmt: skip
    made_by_tools = {"uv.lock", "dist", "build"}
    seen = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}

    assert seen - made_by_tools == expected
