"""What the documents say is true of the program."""

import re
import tomllib
from pathlib import Path

import pytest

from adapters.console.inbound import read_line
from bot.cli import main
from bot.model import LANGUAGES, Choice, Language, Reply
from tests import phone_slack
from tests.environment import known_settings
from tests.phone import PHONES, phone
from tests.pictures import drawn, readme_with_drawings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
SCREEN = Reply("", (Choice("fixed", "It works now"), Choice("not_yet", "Still not")), prompt=3)


def test_the_readme_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = set(re.findall(r"^    (\w+)\s", capsys.readouterr().out, re.MULTILINE))

    assert commands
    assert commands == set(re.findall(r"`imessage-support (\w+)", README))


def test_the_readme_names_every_setting() -> None:
    assert known_settings() == set(re.findall(r"^\| `([A-Z_]+)`", README, re.MULTILINE))


def test_the_lines_for_programs_in_the_readme_are_understood() -> None:
    lines = re.findall(r"^\| `(\{.*\})` \|", README, re.MULTILINE)

    assert len(lines) == 4
    assert all(read_line(line.encode(), SCREEN) for line in lines)


def test_the_drawings_in_the_readme_are_those_of_the_compiled_machine() -> None:
    assert readme_with_drawings(README) == README, "run `uv run python -m tests.pictures`"
    assert "apple_status --> web_page" in drawn("iphone")


def test_the_pictures_of_telegram_show_what_the_bot_says() -> None:
    shown = {path: path.read_text(encoding="utf-8") for path in PHONES.values()}

    assert {path: phone(language) for language, path in PHONES.items()} == shown, (
        "run `uv run python -m tests.pictures`"
    )
    assert all(f".github/{path.name}" in README for path in PHONES.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pictures_of_slack_show_the_blocks_as_they_are(language: Language) -> None:
    assert phone_slack.PHONES[language].read_text() == phone_slack.phone(language), "run tests.pictures"


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "flows/README.md"])
def test_every_link_into_the_repository_leads_somewhere(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text())

    assert [link for link in links if not (path.parent / link).exists()] == []


def test_contributing_says_why_of_every_library() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    libraries = {re.split(r"[<>=]", line)[0].lower() for line in project["dependencies"]}
    table = CONTRIBUTING.partition("## Why these libraries")[2]
    explained = {
        name.lower().replace("_", "-") for name in re.findall(r"^\| ([\w-]+) \|", table, re.MULTILINE)
    }

    assert libraries == explained - {"library"}
