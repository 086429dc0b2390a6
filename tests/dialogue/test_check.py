"""What the checker proves of flows that parse: each fault is found, in its line; a clean bill holds."""

import random
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialogue.book import compile_book
from bot.dialogue.source.check import check
from bot.dialogue.source.parse import parse
from bot.dialogue.vocabulary import COMMANDS, PHRASES, WORDS
from tests.dialogue.faults import CHECK_IN, FAULTS, LOSING, ONCE
from tests.dialogue.flow_texts import (
    SHIPPED,
    SMALL,
    problems,
    replaced,
    shipped_with,
    small_with,
    with_phrase,
    without_line,
)


def test_the_shipped_flows_and_the_small_one_have_no_mistake() -> None:
    assert problems(dict(SHIPPED)) == []
    assert problems(small_with(SMALL)) == []


# --- one fault in the small flow ---


@pytest.mark.parametrize(("old", "new", "line", "words"), FAULTS, ids=lambda value: repr(value)[:50])
def test_a_fault_is_said_in_its_line_and_what_is_right_is_left_alone(
    old: str, new: str, line: int, words: str
) -> None:
    """Line 0 stands for: this is no fault."""
    text = replaced(SMALL, old, new)
    if "losing" in new and "losing:" not in new:
        text = replaced(text, "  done:\n", LOSING)
    found = problems(small_with(text))
    assert any(each.startswith(f"start.yaml:{line}  ") and words in each for each in found) or (
        line == 0 and not found
    ), found


def test_two_answers_that_are_never_offered_together_may_share_a_label() -> None:
    both = (
        "      fixed: done\n"
        "      one: {when: serial_present, label: {ja: 一, en: Same}, to: done}\n"
        "      two: {when: serial_not_seen, label: {ja: 一, en: Same}, to: done}\n"
    )
    assert problems(small_with(replaced(SMALL, "      fixed: done\n", both))) == []
    together = both.replace("serial_not_seen", "serial_missing")
    assert "start.yaml:17  `same` means both `one` and `two`" in problems(
        small_with(replaced(SMALL, "      fixed: done\n", together))
    )


@pytest.mark.parametrize("more", ["remind: {minutes: 5, ja: 待, en: Well}", "wait: {for: 60, then: ask}"])
def test_what_is_asked_of_our_own_accord_is_asked_once(more: str) -> None:
    text = replaced(replaced(SMALL, "begin: ask", f"begin: ask\n{CHECK_IN}"), ONCE, f"{ONCE}\n    {more}")
    words = "`more` is asked of our own accord, and once, so it cannot have `wait:` or `remind:`"
    assert problems(small_with(text)) == [f"start.yaml:11  {words}"]


def test_a_word_that_names_two_flows_is_a_mistake() -> None:
    called = replaced(SMALL, "begin: ask", "begin: ask\ncalled: {en: [Watch]}")
    other = called.replace("flow: start", "flow: other")
    (problem,) = problems({**small_with(called), "z.yaml": other})
    assert problem == "z.yaml:4  `Watch` means both flow `start` and flow `other`"


def test_a_flow_that_nothing_leads_to_is_reached_by_its_name_only() -> None:
    other = SMALL.replace("flow: start", "flow: other")
    unreached = problems({**small_with(SMALL), "other.yaml": other})
    assert "other.yaml:6  nothing leads to state `ask`" in unreached
    named = replaced(other, "begin: ask", "begin: ask\ncalled: {en: [Watch]}")
    assert problems({**small_with(SMALL), "other.yaml": named}) == []


def test_a_file_that_is_no_yaml_comes_alone_for_the_others_refer_to_it() -> None:
    (problem,) = problems({**SHIPPED, "start.yaml": "flow: start\nbegin: 'x\n"})
    assert problem.startswith("start.yaml:2  this is not readable as YAML")


@pytest.mark.parametrize("kind", ["phrases", "words"])
def test_a_missing_file_is_said_once_and_not_for_all_that_is_in_it(kind: str) -> None:
    files = {file: text for file, text in SHIPPED.items() if file != f"{kind}.yaml"}
    assert problems(files) == [f"flows:1  there is no file with `{kind}:`"]


def test_a_conversation_needs_a_flow_to_begin_in() -> None:
    found = problems(small_with(SMALL.replace("flow: start", "flow: other")))
    assert found == ["flows:1  there is no flow called `start`, in which every conversation begins"]


# --- phrases and words ---


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("label.back", f"{{ja: 戻る, en: {'x' * 41}}}", "the `en:` label must be one line"),
        ("label.back", "{ja: 戻る, en: '2'}", "`2` is a number"),
        ("label.back", "{ja: 戻る, en: '←'}", "`←` has no letter or digit"),
        ("label.back", "{ja: 戻る, en: 'Back {where}'}", "has {where}, which has no value here"),
        ("label.back", "{ja: 戻る}", "the text in `en:` is missing"),
        ("summary.topic", "{ja: '{topic}', en: Trouble}", "the `en:` text lacks the placeholder {topic}"),
        ("summary.topic", "{ja: '{topic}', en: '{topci}'}", "which has no value here. did you mean `topic`?"),
        ("summary.topic", f"{{ja: '{{topic}}', en: '{{topic}} {'x' * 600}'}}", "is longer than 600"),
        ("summary.topic", "{ja: '{topic}', en: '{topic}}'}", "a `}` outside of a placeholder"),
        ("menu.help", f"{{ja: 使い方, en: {'x' * 41}}}", "is longer than 40"),
        ("turn.old_button", f"{{ja: {'古' * 201}, en: Old}}", "is longer than 200"),
        ("button.not_yours", f"{{ja: 別, en: {'x' * 201}}}", "is longer than 200"),
        ("about.short", f"{{ja: 短い, en: {'x' * 121}}}", "is longer than 120"),
        ("about.description", f"{{ja: 長い, en: {'x' * 513}}}", "is longer than 512"),
        ("mark.outage", "{ja: 赤, en: outage}", "is longer than 4"),
        ("slack.help_in_dm", f"{{ja: 相談, en: {'x' * 41}}}", "is longer than 40"),
        ("slack.forget_text", f"{{ja: {'消' * 301}, en: Delete}}", "is longer than 300"),
        ("slack.forget_deny", f"{{ja: いいえ, en: {'x' * 31}}}", "is longer than 30"),
    ],
)  # fmt: skip
def test_a_fault_in_the_phrases_is_said_in_its_line(key: str, text: str, words: str) -> None:
    files, line = with_phrase(key, text)
    found = problems(files)
    assert any(each.startswith(f"phrases.yaml:{line}  ") and words in each for each in found), found


@pytest.mark.parametrize("taken", ["stop", "undo again", "fixed"])
def test_a_label_that_means_something_else_already_is_said(taken: str) -> None:
    files, _ = with_phrase("label.skip", f"{{ja: 飛ばす, en: {taken}}}")
    files["words.yaml"] = replaced(files["words.yaml"], "\n    en: [how", "\n    en: [undo again, how")
    assert any(f"`{taken}` means both" in each for each in problems(files))


@pytest.mark.parametrize(
    ("kind", "keys"), [("phrases", [*PHRASES][::2]), ("phrases", [*PHRASES][1::2]), ("words", WORDS)]
)
def test_every_phrase_and_every_list_of_words_is_missed_where_it_is_not(
    kind: str, keys: Iterable[str]
) -> None:
    files = dict(SHIPPED)
    for key in keys:
        files[f"{kind}.yaml"] = replaced(files[f"{kind}.yaml"], f"\n  {key}:", f"\n  x{key}:")
    found = problems(files)
    for key in keys:
        assert any(f"`{kind}:` lacks `{key}:`" in each for each in found)
        assert any(f"`x{key}:` is not known in `{kind}:`. did you mean `" in each for each in found)


@pytest.mark.parametrize("key", WORDS)
def test_a_phrase_of_another_list_is_found_in_every_list_of_words(key: str) -> None:
    stranger = "quit" if key != "stop" else "undo"
    owner = "stop" if key != "stop" else "back"
    files = dict(SHIPPED)
    before, head, after = files["words.yaml"].partition(f"\n  {key}:\n    ja: [")
    files["words.yaml"] = f"{before}{head}{stranger}, {after}"
    (problem,) = problems(files)
    assert f"`{stranger}` means both" in problem
    assert f"`{owner}`" in problem
    assert f"`{key}`" in problem


# --- planted in the shipped flows ---

FLOWS = ("iphone.yaml", "mac.yaml", "start.yaml")


def _lines(start: str) -> Iterator[tuple[str, int]]:
    for file in FLOWS:
        for number, line in enumerate(SHIPPED[file].splitlines()):
            if line.strip().startswith(start):
                yield file, number


def _with_line(file: str, number: int, change: Callable[[str], str]) -> dict[str, str]:
    lines = SHIPPED[file].splitlines()
    lines[number] = change(lines[number])
    return {**SHIPPED, file: "\n".join(lines) + "\n"}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_text_that_lost_a_language_is_found_wherever_it_stands(language: str) -> None:
    for file, number in list(_lines(f"{language}: |"))[::3]:
        found = problems(_with_line(file, number, lambda line: line.replace(f"{language}:", "fr:")))
        assert any("is missing" in each for each in found), (file, number + 1)


@pytest.mark.parametrize("key", ["to:", "skip:", "choices: {fixed", "begin:", "exits:"])
def test_a_target_that_was_misspelt_is_found_wherever_it_stands(key: str) -> None:
    for file, number in _lines(key):
        found = problems(
            _with_line(file, number, lambda line: line.rstrip("}") + "x" + "}" * line.endswith("}"))
        )
        assert any("which is no state" in each for each in found), (file, number + 1)


def test_a_condition_that_was_misspelt_is_found_wherever_it_stands() -> None:
    for file, number in (*_lines("when:"), *_lines("- when:")):
        found = problems(
            _with_line(file, number, lambda line: line.replace("when: ", "when: x").replace("x[", "[x"))
        )
        assert any("there is no condition" in each for each in found), (file, number + 1)


@pytest.mark.parametrize("start", ["say:", "states:", "begin:", "exits:", "about:"])
def test_a_key_that_was_taken_out_is_found(start: str) -> None:
    for file in FLOWS:
        assert problems({**SHIPPED, file: without_line(SHIPPED[file], start)}), file


def test_a_consent_that_was_turned_into_another_answer_is_found() -> None:
    (file, number), *_ = _lines("agree:")
    found = problems(_with_line(file, number, lambda line: line.replace("agree:", "proceed:")))
    assert any("which loses settings" in each for each in found)


def test_a_command_cannot_be_taken_for_an_answer_in_any_state() -> None:
    for command in COMMANDS:
        found = problems(shipped_with("mac.yaml", "understood:", f"{command}:"))
        assert any(f"`{command}` is understood everywhere" in each for each in found)


# --- whatever stands in the files ---

JUNK = [
    "\t",
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    "|",
    "'",
    '"',
    "#",
    "&a ",
    "*a",
    "!x ",
    "\n",
    "  ",
    "…",
    "\u200b",
    "ー",
    "0",
    "~",
]


@st.composite
def mangled(draw: st.DrawFn) -> dict[str, str]:
    """Give the shipped files after a few careless edits."""
    files = dict(SHIPPED)
    chance = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311  faults, not secrets
    for _ in range(draw(st.integers(1, 4))):
        file = chance.choice(sorted(files))
        files[file] = _careless(files[file], chance)
    return files


def _careless(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    at = chance.randrange(len(text) + 1)
    match chance.randrange(8):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case 3:
            return text[:at]
        case 4:
            return text[:at] + chance.choice(JUNK) + text[at:]
        case 5:
            return text[:at] + text[at + chance.randrange(1, 30) :]
        case 6:
            lines[one] = chance.choice(["", "  ", "    "]) + lines[one].lstrip()
        case _:
            words = lines[one].split(" ")
            chance.shuffle(words)
            lines[one] = " ".join(words)
    return "".join(lines)


@given(mangled())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_careless_edits_are_reported_or_harmless_and_never_raise(files: dict[str, str]) -> None:
    """A file that the checker passes can be compiled; one that it does not pass has a line to look at."""
    source = parse(files)
    found = check(source)
    for problem in found:
        lines = files.get(problem.file, "").count("\n") + 1
        assert 1 <= problem.line <= lines, str(problem)
        assert problem.what
        assert "\n" not in str(problem)
    if not found:
        compile_book(source.flows, source.phrases, source.words)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=40, deadline=None)
def test_any_text_at_all_is_read_without_raising(one: str, other: str) -> None:
    assert problems({"a.yaml": one, "b.yaml": f"flow: start\nstates:\n{other}"})


@given(
    name=st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True)
    | st.sampled_from(
        [
            "state",
            "trigger",
            "states",
            "events",
            "models",
            "initial",
            "get_graph",
            "add_model",
            "to",
            "may_trigger",
        ]
    )
)
@settings(max_examples=25, deadline=None)
def test_any_good_name_makes_a_state_and_an_answer_that_compile(name: str) -> None:
    text = replaced(SMALL, "      other:", f"      {name}:").replace("not_yet: more", f"not_yet: {name}")
    text = replaced(text, "  more:\n    say", f"  {name}:\n    say")
    source = parse(small_with(text))
    found = check(source)
    if not found:
        book = compile_book(source.flows, source.phrases, source.words)
        place = source.flows["start"].states[name].place
        assert book.machine.go(place, name) == source.flows["start"].states["done"].place
    else:
        taken = {*COMMANDS, *WORDS, "ask", "done"}
        assert name in taken or any("means both" in str(each) or "number" in str(each) for each in found), (
            found
        )
