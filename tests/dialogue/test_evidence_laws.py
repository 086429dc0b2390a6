"""What holds for the recognisers whatever text they are given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.evidence.find import find
from tests.bench.evidence import HOSTILE, logs, repeated
from tests.dialogue.pasted_texts import (
    AVAILABLE,
    CERTIFICATE,
    ENGLISH_REPORT,
    JAPANESE_REPORT,
    NOT_AVAILABLE,
    UNKNOWN,
)

QUOTE_AT_MOST = 160
"""What `Finding.quote` promises."""


@pytest.mark.parametrize("name", logs())
def test_a_megabyte_of_other_lines_shows_nothing_and_hides_nothing(name: str) -> None:
    noise = logs()[name]
    assert find(noise) == ()
    assert find(noise + ENGLISH_REPORT + CERTIFICATE + "\n" + noise) == find(ENGLISH_REPORT + CERTIFICATE)


@pytest.mark.parametrize("name", HOSTILE)
def test_long_text_of_anything_comes_to_an_end(name: str) -> None:
    """A pattern that backtracks without bound would not: a square of 300,000 steps takes hours."""
    assert all(len(each.quote) <= QUOTE_AT_MOST for each in find(repeated(HOSTILE[name])[:300_000]))


PIECES = st.sampled_from(
    [
        *HOSTILE.values(),
        *ENGLISH_REPORT.split(),
        *JAPANESE_REPORT.split(),
        CERTIFICATE,
        UNKNOWN,
        "\n",
        " ",
        "İ",
    ]
)
ANYTHING = st.text(st.characters(codec=None)) | st.lists(PIECES, max_size=30).map("".join)
NOISE = st.sampled_from(["", "hello", "こんにちは", *[log.split("\n", 1)[0] for log in logs().values()]])


@given(ANYTHING)
def test_any_text_gives_findings_that_can_be_shown(text: str) -> None:
    found = find(text)
    assert len({each.name.partition("_present")[0].partition("_missing")[0] for each in found}) == len(found)
    for each in found:
        assert 0 < len(each.quote) <= QUOTE_AT_MOST
        assert each.quote.encode().decode().isprintable()
        assert each.quote == " ".join(each.quote.split())


@given(
    st.sampled_from(
        ["C02AB1CDEF2G", "taro.yamada@example.com", "+81 90-1234-5678", "4155552671", "yamada taro"]
    ),
    st.sampled_from(
        [CERTIFICATE, UNKNOWN, AVAILABLE, NOT_AVAILABLE, "22:23:40 {} apsd: Certificate not yet generated"]
    ),
    st.sampled_from(
        ["{0} {1}", "{1} {0}", "{0}: {1}", "22:23:40 {0} {1}", "{0}\n{1}\n{0}", "> {0}$ {1}", "{1}, {0}"]
    ),
)
def test_no_quote_gives_away_who_or_which_machine_it_was(canary: str, line: str, layout: str) -> None:
    text = layout.format(canary, line.replace("{}", canary))
    assert all(canary not in each.quote for each in find(text))


@given(st.lists(NOISE, max_size=5), st.lists(NOISE, max_size=5))
def test_lines_round_the_evidence_change_nothing(above: list[str], below: list[str]) -> None:
    evidence = f"{CERTIFICATE}\n{ENGLISH_REPORT}"
    assert find("\n".join([*above, evidence, *below])) == find(evidence)
