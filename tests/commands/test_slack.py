"""`run` and `slack` with an app on Slack: both ways in, wrong tokens, and what `doctor` says."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from adapters.slack.examine import MANIFEST
from tests.commands.program import run
from tests.commands.test_run import running
from tests.wire.slack import SlackServer
from tests.wire.slack.clock import Clock
from tests.wire.slack.people import Person
from tests.wire.slack.workspace import Channel

T = TypeVar("T")
OTHER_TOKEN = "xoxb-0000000000-of-nobody"  # noqa: S105


class Slack:
    """A workspace in a thread of its own, so that programs may be waited for meanwhile."""

    def __init__(self, server: SlackServer, loop: asyncio.AbstractEventLoop) -> None:
        self.server, self._loop = server, loop

    def do(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do something in its thread."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(30)

    def until(self, holds: Callable[[], T]) -> T:
        """Wait until that holds."""
        return self.do(lambda: self.server.until(holds))

    def call(self, deed: Callable[[], T]) -> T:
        """Let somebody do something."""

        async def work() -> T:
            return deed()

        return self.do(work)

    def team(self, locale: str = "en-US") -> tuple[Person, Channel]:
        """Add somebody, and a channel with them in it."""
        ann = self.server.person(locale=locale)
        return ann, self.server.channel("general", ann)

    def settings(self, tmp_path: Path, **changes: str) -> dict[str, str]:
        """Give what the program needs, by Socket Mode."""
        usual = {
            "SLACK_API_URL": self.server.api_url,
            "SLACK_BOT_TOKEN": self.server.bot_token,
            "SLACK_APP_TOKEN": self.server.app_token,
            "IMESSAGE_SUPPORT_STORE": str(tmp_path / "store.db"),
        }
        return {**usual, **changes}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Give what must be in no log."""
        return self.server.bot_token, self.server.app_token, self.server.signing_secret


@contextmanager
def slack() -> Iterator[Slack]:
    server, loop = SlackServer(Clock(running=True)), asyncio.new_event_loop()
    server.installs(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    here = Slack(server, loop)
    try:
        here.do(server.__aenter__)
        yield here
        here.do(lambda: server.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.mark.parametrize("command", ["run", "slack"])
@pytest.mark.parametrize(("locale", "said"), [("en-US", "iMessage"), ("ja-JP", "お")])
def test_whoever_mentions_it_is_answered(tmp_path: Path, command: str, locale: str, said: str) -> None:
    with slack() as here, running(command, **here.settings(tmp_path)) as bot:
        ann, general = here.team(locale)
        here.until(lambda: len(here.server.connections) == 2)
        assert bot.becomes(200) == {"store": True, "slack": True}
        asked = here.call(lambda: ann.mentions(general, ""))
        answer = here.until(lambda: ann.sees(thread=asked)[1])
        assert said in answer.words
        assert answer.buttons
        here.until(lambda: all(each.acked for each in here.server.deliveries))
        assert bot.end(signal.SIGTERM) == 0
        assert [each for each in here.secrets if each in str(bot.log)] == []
    assert bot.log[0]["platforms"] == ["slack"]
    assert bot.log[-1]["event"] == "stopped"


def test_a_button_a_command_and_app_home_lead_on_over_both_ways_in(tmp_path: Path) -> None:
    with slack() as here:
        ann, general = here.team()
        with running("slack", **here.settings(tmp_path)) as bot:
            here.until(lambda: here.server.connections)
            asked = here.call(lambda: ann.mentions(general, ""))
            prompt = here.until(lambda: ann.sees(thread=asked)[1])
            assert bot.end(signal.SIGTERM) == 0
        changes = {
            "SLACK_APP_TOKEN": "",
            "SLACK_SIGNING_SECRET": here.server.signing_secret,
            "LISTEN_PORT": "0",
        }
        with running("slack", **here.settings(tmp_path, **changes)) as bot:
            url = f"http://127.0.0.1:{bot.log[-1]['listen_port']}/slack/events"
            here.call(lambda: here.server.sends_to(url))
            bot.becomes(200)
            here.call(lambda: ann.presses(prompt.buttons[0], prompt))
            here.until(lambda: ann.sees(thread=asked)[2])
            here.call(lambda: ann.slash("/imessage-status", "", general))
            here.until(lambda: [each for each in ann.sees(general) if each.only_for == ann.id])
            here.call(ann.opens_home)
            home = here.until(lambda: ann.home)
            assert home
            assert "Delete my data" in home.buttons
            assert bot.end(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("setting", "token"), [("SLACK_BOT_TOKEN", OTHER_TOKEN), ("SLACK_APP_TOKEN", "xapp-1-of-nobody-at-all")]
)
def test_a_wrong_token_is_one_line_that_names_the_setting(tmp_path: Path, setting: str, token: str) -> None:
    with slack() as here:
        done = run("slack", stdin=b"", HEALTH_PORT="0", **here.settings(tmp_path, **{setting: token}))
    *_, last = done.err.splitlines()
    assert (done.code, done.out) == (1, "")
    assert last.startswith(f"{setting}: ")
    assert token not in done.err


def test_slack_without_a_token_says_what_is_missing() -> None:
    done = run("slack")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "SLACK_BOT_TOKEN" in done.err


# --- doctor -----------------------------------------------------------------------------------------------


def examined(here: Slack, tmp_path: Path, **changes: str) -> list[dict[str, str]]:
    """Give what `doctor` finds of Slack."""
    done = run("doctor", "--json", stdin=b"", **here.settings(tmp_path, **changes))
    assert [each for each in here.secrets if each in done.out + done.err] == []
    return [line for line in done.json if line["check"] == "slack"]


def test_the_doctor_asks_whether_the_token_is_good_and_opens_no_connection(tmp_path: Path) -> None:
    with slack() as here:
        good = examined(here, tmp_path)
        refused, _ = examined(here, tmp_path, SLACK_BOT_TOKEN=OTHER_TOKEN)
        silent, _ = examined(here, tmp_path, SLACK_API_URL="http://127.0.0.1:9/")
        assert not here.server.called("apps.connections.open")
    assert [line["grade"] for line in good] == ["ok"] * len(good)
    assert (refused["grade"], silent["grade"]) == ("fault", "warning")
    assert "SLACK_BOT_TOKEN" in refused["remedy"]


def test_the_doctor_names_the_scopes_that_are_missing(tmp_path: Path) -> None:
    with slack() as here:
        here.server.app.scopes -= {"files:read", "users:read"}
        (missing,) = [line for line in examined(here, tmp_path) if line["grade"] == "fault"]
    assert "files:read, users:read" in missing["says"]


def test_the_doctor_says_which_setting_is_not_used(tmp_path: Path) -> None:
    with slack() as here:
        *_, unused = examined(here, tmp_path, SLACK_SIGNING_SECRET=here.server.signing_secret)
    assert unused["grade"] == "warning"
    assert "SLACK_SIGNING_SECRET" in unused["says"]


def test_the_doctor_says_that_an_old_secret_still_counts(tmp_path: Path) -> None:
    with slack() as here:
        changing = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "the new signing secret"}
        old = {"SLACK_SIGNING_SECRET_OLD": here.server.signing_secret}
        *_, counts = examined(here, tmp_path, **changing, **old)
    assert counts["grade"] == "warning"
    assert "SLACK_SIGNING_SECRET_OLD" in counts["says"]
