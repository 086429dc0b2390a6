"""Finds the flow files, reads them, has them checked, and compiles them into a book."""

from pathlib import Path

from bot.dialogue.book import Book, compile_book
from bot.dialogue.check import check
from bot.dialogue.parse import Problem, parse

SHIPPED = Path(__file__).resolve().parent.parent / "flows"
"""The flows that travel with the program, in a checkout and in a wheel alike."""

SIZE_LIMIT = 1_000_000
"""Bytes of one flow file; ours have about 20,000."""


class FlowsInvalid(Exception):
    """The flow files cannot be used; `problems` lists every mistake."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def load_book(folder: Path = SHIPPED) -> Book:
    """Read and compile all flow files of a folder, or raise `FlowsInvalid` with every mistake in them."""
    files, problems = _read(folder)
    source = parse(files)
    problems = (*problems, *(() if problems else check(source)))
    if problems:
        raise FlowsInvalid(problems)
    return compile_book(source.flows, source.phrases, source.words)


def _read(folder: Path) -> tuple[dict[str, str], tuple[Problem, ...]]:
    files: dict[str, str] = {}
    problems: list[Problem] = []
    try:
        paths = sorted(folder.glob("*.yaml"))
    except OSError:
        paths = []
    if not paths:
        problems.append(Problem(str(folder), 1, "there are no flow files (*.yaml) in this folder"))
    for path in paths:
        try:
            if path.stat().st_size > SIZE_LIMIT:
                problems.append(Problem(path.name, 1, f"this file is larger than {SIZE_LIMIT:,} bytes"))
                continue
            files[path.name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            problems.append(Problem(path.name, line, "this is not UTF-8 text; save the file as UTF-8"))
        except OSError as error:
            problems.append(Problem(path.name, 1, f"this file cannot be read: {error.strerror}"))
    return files, tuple(problems)
