"""Checks what flow files say: placeholders have values, both languages the same, nothing gets too long."""

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.dialogue.flow import State, Text, Variant, Where
from bot.dialogue.source.parse import Source
from bot.dialogue.source.problem import Problem, did_you_mean
from bot.dialogue.vocabulary import CASES, PHRASES, PLACEHOLDERS
from bot.model import LANGUAGES

REPLY_LIMIT = 3_000
"""Characters of a reply: a section of a Slack message holds 3,000, a Telegram message 4,096."""

NOTES_LIMIT = 600
"""Characters kept free in each reply for what is said before the question (see `turn.*`, `finding.*`)."""

LABEL_LIMIT = 40
"""Characters of a button: Slack allows 75, but a phone shows about 40."""

WIDEST: Mapping[str, int] = {
    "apple_report": 1_500, "apple_ended": 400, "checked_at": 30, "crowd_since": 30, "services_ok": 150,
    "services_unknown": 150, "status_page": 60, "fixed_by": 40, "summary": 1_500,
}  # fmt: skip
"""The longest value of each placeholder in characters; property tests hold the phrases to it."""

PHRASE_LIMITS: Mapping[str, int] = {
    "turn.old_button": 200, "button.not_yours": 200, "menu.": 40, "mark.": 4,
    "about.description": 512, "about.short": 120,
    "slack.help_in_dm": 40, "slack.share_here": 40, "slack.progress": 40, "slack.working": 50,
    "slack.prompt": 60, "slack.forget_title": 100, "slack.forget_text": 300, "slack.forget_": 30,
    "home.begin": 40, "home.go_on": 40, "home.forget": 40,
}  # fmt: skip
"""Characters of phrases that a platform shows in a place of its own, by their name or how it begins.

Telegram: 200 in the answer to a press, 256 in a command's description (a phone shows about 40), and the two
texts about the bot. Slack: 75 on a button (a phone shows about 40), 100, 300 and 30 in a dialog that asks
whether one is sure.
"""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_LOOSE_BRACE = re.compile(r"[{}｛｝]")


def check_phrases(source: Source) -> Iterator[Problem]:
    """Check the texts of `phrases.yaml`."""
    for key, text in source.phrases.items():
        where = source.lines[f"phrases.{key}"]
        limits = (limit for name, limit in PHRASE_LIMITS.items() if key.startswith(name))
        yield from _phrase(where, text, PHRASES[key], next(limits, NOTES_LIMIT))
        if key.startswith("label."):
            yield from one_line(where, text, "label")


def check_state_texts(source: Source, state: State) -> Iterator[Problem]:
    """Check all that a state says, and its title."""
    prefix = f"state {state.place}"
    yield from _variants(source.lines.get(f"{prefix}.say", state.where), state)
    if state.how is not None:
        yield from _template(source.lines.get(f"{prefix}.how", state.where), state.how, None)
    if state.remind is not None:
        where = source.lines.get(f"{prefix}.remind", state.where)
        yield from _without_placeholders(where, state.remind.text, "a reminder")
        yield from _long(where, state.remind.text)
    if state.title is not None:
        where = source.lines.get(f"{prefix}.title", state.where)
        yield from _without_placeholders(where, state.title, "a title")
        yield from one_line(where, state.title, "title")
    for option in state.options:
        yield from _without_placeholders(option.where, option.label, "a label")
        yield from one_line(option.where, option.label, "label")


def no_case_left(whens: Iterable[tuple[str, ...]]) -> bool:
    """Say whether, of things offered under these guards, one is offered whatever the world looks like."""
    whens = tuple(whens)
    guards = {guard for when in whens for guard in when}
    return any(not when for when in whens) or any(guards >= set(case) for case in CASES)


def one_line(where: Where, text: Text, what: str) -> Iterator[Problem]:
    """Check that a label or title fits a button."""
    for language in LANGUAGES:
        if len(text.of(language)) > LABEL_LIMIT or "\n" in text.of(language):
            yield Problem.at(
                where, f"the `{language}:` {what} must be one line of at most {LABEL_LIMIT} characters"
            )


def check_about(source: Source) -> Iterator[Problem]:
    """Check the names of the topics, which stand in the summary."""
    for flow in source.flows.values():
        where = source.lines[f"flow {flow.name}.about"]
        yield from _without_placeholders(where, flow.about, "`about:`")
        for language in LANGUAGES:
            if len(flow.about.of(language)) > ABOUT_LIMIT or "\n" in flow.about.of(language):
                yield Problem.at(
                    where, f"`about:` must be one line of at most {ABOUT_LIMIT} characters (`{language}:`)"
                )


ABOUT_LIMIT = 100
"""Characters of `about:`."""


def _variants(where: Where, state: State) -> Iterator[Problem]:
    said: set[str] = set()
    for number, variant in enumerate(state.say):
        known = bool(variant.when) and said >= set(variant.when)
        if known or no_case_left(each.when for each in state.say[:number]):
            yield Problem.at(variant.where, "this text is never said: the ones above leave no case over")
        said.update(variant.when)
        yield from _template(variant.where, variant.text, variant)
    if not no_case_left(variant.when for variant in state.say):
        yield Problem.at(where, "the last text under `say:` needs to be without `when:`, for all other cases")


def _phrase(where: Where, text: Text, wanted: frozenset[str], limit: int) -> Iterator[Problem]:
    yield from _braces(where, text)
    for language in LANGUAGES:
        named = set(_PLACEHOLDER.findall(text.of(language)))
        for name in sorted(wanted - named):
            yield Problem.at(where, f"the `{language}:` text lacks the placeholder {{{name}}}")
        for name in sorted(named - wanted):
            hint = did_you_mean(name, wanted)
            yield Problem.at(where, f"the `{language}:` text has {{{name}}}, which has no value here.{hint}")
        if len(text.of(language)) > limit:
            yield Problem.at(where, f"the `{language}:` text is longer than {limit} characters")


def _template(where: Where, text: Text, variant: Variant | None) -> Iterator[Problem]:
    yield from _braces(where, text)
    ja, en = (set(_PLACEHOLDER.findall(text.of(language))) for language in LANGUAGES)
    for name in sorted(ja ^ en):
        yield Problem.at(where, f"the placeholder {{{name}}} stands in one language only")
    for name in sorted(ja | en):
        yield from _placeholder(where, name, set(variant.when) if variant else set())
    yield from _long(where, text)


def _placeholder(where: Where, name: str, guards: set[str]) -> Iterator[Problem]:
    if name not in PLACEHOLDERS:
        yield Problem.at(where, f"there is no placeholder {{{name}}}.{did_you_mean(name, PLACEHOLDERS)}")
        return
    needed = PLACEHOLDERS[name]
    if needed and (not guards or guards - set(needed)):
        yield Problem.at(where, f"{{{name}}} has a value only in a text with `when: {' / '.join(needed)}`")


def _long(where: Where, text: Text) -> Iterator[Problem]:
    for language in LANGUAGES:
        named = _PLACEHOLDER.findall(text.of(language))
        size = len(text.of(language)) + sum(WIDEST.get(name, 0) for name in named)
        if size > REPLY_LIMIT - NOTES_LIMIT:
            yield Problem.at(
                where, f"the `{language}:` text can get too long for a chat message ({size} characters)"
            )


def _without_placeholders(where: Where, text: Text, what: str) -> Iterator[Problem]:
    if any(_LOOSE_BRACE.search(text.of(language)) for language in LANGUAGES):
        yield Problem.at(where, f"{what} cannot have placeholders")


def _braces(where: Where, text: Text) -> Iterator[Problem]:
    for language in LANGUAGES:
        loose = _LOOSE_BRACE.search(_PLACEHOLDER.sub("", text.of(language)))
        if loose:
            yield Problem.at(
                where,
                f"the `{language}:` text has a `{loose[0]}` outside of a placeholder such as {{summary}}",
            )
