"""Flow files for tests: those that ship, a small one with known lines, and ways to plant a fault in them."""

from collections.abc import Mapping

from bot.dialogue.source.check import check
from bot.dialogue.source.parse import parse
from bot.flowfiles import SHIPPED as FOLDER

SHIPPED: Mapping[str, str] = {
    path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))
}

SMALL = """\
flow: start
about: {ja: 例, en: An example}
begin: ask
exits: {solved: done, person: done, stop: done}
states:
  ask:
    title: {ja: 確認, en: First check}
    say: {ja: どうですか, en: How is it}
    choices: {fixed: done, not_yet: more}
  more:
    say:
      ja: もう一度
      en: Once more
    choices:
      fixed: done
      other:
        label: {ja: 別の方法, en: Another way}
        to: done
  done:
    say: {ja: 終わり, en: The end}
    end: yes
"""
"""A whole flow; together with the shipped phrases and words it has no mistake."""


def problems(files: Mapping[str, str]) -> list[str]:
    """Give what `imessage-support check` would print for these files."""
    return [str(problem) for problem in check(parse(files))]


def small_with(start: str) -> dict[str, str]:
    """Give the shipped phrases and words with this text as the only flow."""
    return {"phrases.yaml": SHIPPED["phrases.yaml"], "start.yaml": start, "words.yaml": SHIPPED["words.yaml"]}


def replaced(text: str, old: str, new: str) -> str:
    """Replace the first `old`, which has to be there."""
    assert old in text, f"{old!r} is not in the text"
    return text.replace(old, new, 1)


def shipped_with(file: str, old: str, new: str) -> dict[str, str]:
    """Give the shipped files with a fault in one of them."""
    return {**SHIPPED, file: replaced(SHIPPED[file], old, new)}


def without_line(text: str, start: str) -> str:
    """Take the first line out that begins so, apart from indentation."""
    lines = text.splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines) if line.strip().startswith(start))
    return "".join(lines[:number] + lines[number + 1 :])


def with_phrase(key: str, text: str) -> tuple[dict[str, str], int]:
    """Give the shipped files with this text as one of the phrases, whatever was there, and its line."""
    lines = SHIPPED["phrases.yaml"].splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(f"  {key}:"))
    end = next(
        (
            number
            for number in range(begin + 1, len(lines))
            if lines[number] and not lines[number].startswith("    ")
        ),
        len(lines),
    )
    changed = "\n".join([*lines[:begin], f"  {key}: {text}", *lines[end:], ""])
    return {**SHIPPED, "phrases.yaml": changed}, begin + 1
