"""How times are written in flow files, and what is said to somebody who writes them otherwise."""

from datetime import timedelta

import pytest

from bot.dialogue.source.parse import parse
from bot.model import Place
from tests.dialogue.flow_texts import SMALL, replaced
from tests.test_flow_schema import FITS, read

CHOICES = "    choices: {fixed: done, not_yet: more}"
FORMS = "is written as `60` (seconds), `10 minutes` or `24 hours`, 7 days at most"


def waiting(wait: str) -> str:
    """Give the small flow with this `wait:` in line 9."""
    return replaced(SMALL, CHOICES, f"    wait: {wait}\n{CHOICES}")


def checking_in(check_in: str) -> str:
    """Give the small flow with this `check_in:` in line 4."""
    return replaced(SMALL, "begin: ask", f"begin: ask\ncheck_in: {check_in}")


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("60", timedelta(minutes=1)),
        ("1 second", timedelta(seconds=1)),
        ("90 seconds", timedelta(seconds=90)),
        ("1 minute", timedelta(minutes=1)),
        ("10 minutes", timedelta(minutes=10)),
        ("24 hours", timedelta(days=1)),
        ("7 days", timedelta(days=7)),
        ("604800", timedelta(days=7)),
    ],
)
def test_a_time_is_so_many_seconds_or_has_a_unit(written: str, time: timedelta) -> None:
    text = waiting(f"{{for: {written}, then: more}}")
    source = parse({"small.yaml": text})
    wait = source.flows["start"].states["ask"].wait
    assert source.problems == ()
    assert wait is not None
    assert (wait.after, wait.then) == (time, Place("start", "more"))
    assert FITS.is_valid(read(text))


@pytest.mark.parametrize(
    "written",
    ["0", "-1", "1.5", "ten", "'10minutes'", "10 mins", "8 days", "604801", "1 week", "''", "10:00"],
)
def test_another_time_is_said_in_its_line(written: str) -> None:
    wait, check_in = (
        waiting(f"{{for: {written}, then: more}}"),
        f"{{after: {written}, solved: more, unfinished: more}}",
    )
    (problem,) = parse({"a.yaml": wait}).problems
    assert str(problem) == f"a.yaml:9  `for:` {FORMS}"
    (problem,) = parse({"a.yaml": checking_in(check_in)}).problems
    assert str(problem) == f"a.yaml:4  `after:` {FORMS}"


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        ("{for: 60}", "`wait:` lacks `then:`"),
        ("{then: more}", "`wait:` lacks `for:`"),
        ("{fro: 60, then: more}", "`fro:` is not known in `wait:`. did you mean `for`?"),
        ("{minutes: 10, then: more}", "`minutes:` is not known in `wait:`."),
        ("60", "`wait:` should be written as `name: value` lines"),
        ("{for: [60], then: more}", "a single value belongs here"),
    ],
)
def test_a_wait_of_another_shape_is_said_in_its_line(wait: str, words: str) -> None:
    found = [*map(str, parse({"a.yaml": waiting(wait)}).problems)]
    assert any(each.startswith(f"a.yaml:9  {words}") for each in found), found
    assert not FITS.is_valid(read(waiting(wait)))


@pytest.mark.parametrize(
    ("check_in", "words"),
    [
        ("{after: 24 hours, solved: more}", "`check_in:` lacks `unfinished:`"),
        ("{solved: more, unfinished: more}", "`check_in:` lacks `after:`"),
        ("{hours: 24, solved: more, unfinished: more}", "`hours:` is not known in `check_in:`."),
        ("yes", "`check_in:` should be written as `name: value` lines"),
    ],
)
def test_a_check_in_of_another_shape_is_said_in_its_line(check_in: str, words: str) -> None:
    found = [*map(str, parse({"a.yaml": checking_in(check_in)}).problems)]
    assert any(each.startswith(f"a.yaml:4  {words}") for each in found), found
    assert not FITS.is_valid(read(checking_in(check_in)))


def test_a_state_like_another_waits_as_that_one_does_and_goes_to_a_state_of_its_own_flow() -> None:
    text = waiting("{for: 60, then: more}")
    other = replaced(text, "flow: start", "flow: other").replace("  ask:\n", "  ask:\n    like: start.ask\n")
    source = parse({"a.yaml": text, "b.yaml": replaced(other, "    wait: {for: 60, then: more}\n", "")})
    wait = source.flows["other"].states["ask"].wait
    assert source.problems == ()
    assert wait is not None
    assert wait.then == Place("other", "more")


def test_another_target_of_a_wait_is_another_version_of_the_flow() -> None:
    texts = (SMALL, waiting("{for: 60, then: more}"), waiting("{for: 60, then: done}"))
    versions = {parse({"a.yaml": text}).flows["start"].version for text in texts}
    assert len(versions) == 3
    longer = waiting("{for: 90, then: more}")
    assert parse({"a.yaml": longer}).flows["start"].version in versions
