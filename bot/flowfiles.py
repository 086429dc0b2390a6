"""Finds the flow files, reads them, has them checked, and compiles them into a book."""

import os
from pathlib import Path

from bot.dialogue.book import Book, compile_book
from bot.dialogue.source.check import check
from bot.dialogue.source.parse import parse
from bot.dialogue.source.problem import Problem

SHIPPED = Path(__file__).resolve().parent.parent / "flows"
"""The flows that travel with the program, in a checkout and in a wheel alike."""

SIZE_LIMIT = 200_000
"""Bytes of one flow file; ours have at most 30,000."""


class FlowsInvalid(Exception):
    """The flow files cannot be used; `problems` lists every mistake."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def load_book(folder: Path = SHIPPED) -> Book:
    """Read and compile all flow files of a folder, or raise `FlowsInvalid` with every mistake in them."""
    files, problems = _read(folder)
    if problems:
        raise FlowsInvalid(problems)
    source = parse(files)
    problems = check(source)
    if problems:
        raise FlowsInvalid(problems)
    return compile_book(source.flows, source.phrases, source.words)


def _read(folder: Path) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Give the files by name, and what is wrong with those that cannot be read."""
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for path in _found(folder):
        name = _printable(path)
        try:
            files[name] = _text(path)
        except _Unusable as error:
            problems.append(Problem(name, error.line, str(error)))
    if not files and not problems:
        problems.append(Problem(str(folder), 1, "there are no flow files (*.yaml) in this folder"))
    return files, tuple(problems)


def _found(folder: Path) -> list[Path]:
    """List what looks like a flow file; hidden files are an editor's or macOS's own."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return []
    return [path for path in paths if path.suffix in (".yaml", ".yml") and not path.name.startswith(".")]


class _Unusable(Exception):
    def __init__(self, what: str, line: int = 1) -> None:
        super().__init__(what)
        self.line = line


def _text(path: Path) -> str:
    if path.suffix == ".yml":
        raise _Unusable("flow files end in .yaml; rename this one, or it would be overlooked")
    try:
        if not path.is_file():
            raise _Unusable("this is not a file")
        if path.stat().st_size > SIZE_LIMIT:
            raise _Unusable(f"this file is larger than {SIZE_LIMIT:,} bytes")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise _Unusable("this is not UTF-8 text; save the file as UTF-8", line) from error
    except OSError as error:
        raise _Unusable(f"this file cannot be read: {error.strerror}") from error


def _printable(path: Path) -> str:
    """Give the file's name as text; the file system allows names that are none."""
    return os.fsencode(path.name).decode("utf-8", "replace")
