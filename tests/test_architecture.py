"""The shape of the program: what import-linter cannot see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

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


def test_every_file_says_what_it_is_for_and_nothing_has_an_empty_name() -> None:
    trees = {_name(path): ast.parse(path.read_text()) for path in PRODUCT}
    classes = [
        (path, node.name)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]

    assert not [path for path, tree in trees.items() if not ast.get_docstring(tree)]
    assert not [each for each in classes if BANNED_NAME.search(each[1])]
    assert not [path for path in trees if Path(path).stem in BANNED_FILE]


def test_the_dialogue_is_pure() -> None:
    """It awaits nothing, and imports nothing that could reach the world or draw lots."""
    files = [path for path in PRODUCT if (ROOT / "bot" / "dialogue") in path.parents]
    impure = {_name(path): found for path in files if (found := [*_impurities(ast.parse(path.read_text()))])}

    assert len(files) > 20
    assert not impure


def _impurities(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from {name.name.partition(".")[0] for name in names} & OUTSIDE_WORLD
            case ast.ImportFrom(module=str(module)):
                yield from {module.partition(".")[0]} & OUTSIDE_WORLD
            case ast.Call(func=func):
                called = ast.unparse(func)
                if called in {"open", "print", "input"} or called.endswith(".now"):
                    yield called
            case ast.AsyncFunctionDef(name=name):
                yield f"async def {name}"
            case _:
                pass


def test_the_top_of_the_repository_holds_the_product_and_nothing_else() -> None:
    expected = {
        "adapters", "bot", "flows", "tests", "pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md",
        "LICENSE", "requirements.lock", "Dockerfile", "docker-compose.yml",
    }  # fmt: skip
    made_by_tools = {"uv.lock", "dist", "build"}
    seen = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}

    assert seen - made_by_tools == expected
