"""A mistake in a flow file is said in plain words, in its line; nothing else is read into the text."""

from datetime import timedelta

import pytest

from bot.dialogue.source.parse import Source, parse
from bot.dialogue.source.problem import did_you_mean
from bot.model import Place
from tests.dialogue.flow_texts import SHIPPED, SMALL, replaced


def test_the_small_flow_and_the_shipped_ones_are_read_without_a_mistake() -> None:
    assert parse({"small.yaml": SMALL}).problems == ()
    assert parse(SHIPPED).problems == ()


# --- the shape of a file ---


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("just a text\n", 1, "a flow file should be written as `name: value` lines"),
        ("- a\n- b\n", 1, "a flow file should be written as `name: value` lines"),
        ("\nflwo: x\nbegin: y\n", 2, "did you mean `flow`?"),
        ("phrase:\n  label.back: {ja: a, en: b}\n", 1, "did you mean `phrases`?"),
        ("hello: x\n", 1, "`flow: name`, `phrases:` or `words:`"),
        ("flow: My Flow\n", 1, "`My Flow` cannot be the name of a flow"),
        ("phrases: nothing\n", 1, "`phrases:` should be written as `name: value` lines"),
        ("phrases:\n  label.bakc: {ja: 戻る, en: Back}\n", 2, "did you mean `label.back`?"),
        ("phrases:\n  label.back: {ja: 戻る}\n", 2, "the text in `en:` is missing"),
        ("phrases:\n  label.back: Back\n", 2, "a text should be written as `name: value` lines"),
        ("phrases:\n  label.back: {ja: a, en: b}\nextra: x\n", 3, "`extra:` is not known in this file"),
        ("words:\n  stpo: {ja: [止める], en: [stop]}\n", 2, "did you mean `stop`?"),
        ("words:\n  stop: {en: [stop]}\n", 2, "`stop:` lacks `ja:`"),
        ("words:\n  stop:\n    ja: [止める]\n    en: []\n", 4, "`stop:` lists nothing in `en:`"),
        ("words:\n  stop: {ja: [止める], fr: [arrêter], en: [stop]}\n", 2, "`fr:` is not known"),
    ],
)
def test_a_file_of_the_wrong_shape_is_said_so(content: str, line: int, words: str) -> None:
    (problem,) = parse({"a.yaml": content}).problems
    assert (problem.file, problem.line) == ("a.yaml", line)
    assert words in problem.what


def test_the_order_of_the_keys_at_the_top_does_not_matter() -> None:
    moved = SMALL.replace("flow: start\n", "") + "flow: start\n"
    assert parse({"small.yaml": moved}).problems == ()


def test_two_flows_of_one_name_are_one_too_many() -> None:
    (problem,) = parse({"a.yaml": SMALL, "b.yaml": f"# a copy\n{SMALL}"}).problems
    assert str(problem) == "b.yaml:2  there are two flows called `start`"


def test_a_phrase_stands_in_one_file_only() -> None:
    text = "phrases:\n  label.back: {ja: 戻る, en: Back}\n"
    (problem,) = parse({"a.yaml": text, "b.yaml": text}).problems
    assert str(problem) == "b.yaml:2  `label.back:` stands in another file, too"


# --- mistakes in a flow ---

MISTAKES = [
    # old, new, line, words
    ("begin: ask", "begn: ask", 3, "`begn:` is not known in flow `start`. did you mean `begin`?"),
    ("begin: ask\n", "", 1, "flow `start` lacks `begin:`"),
    ("about: {ja: 例, en: An example}\n", "", 1, "flow `start` lacks `about:`"),
    ("exits: {solved: done, person: done, stop: done}\n", "", 1, "flow `start` lacks `exits:`"),
    ("begin: ask", "begin: ask\nbegin: more", 4, "`begin:` stands here twice"),
    ("begin: ask", "　begin: ask", 3, "`begin:` has a full-width space before it"),
    ("flow: start", "flow: {a: b}", 1, "a single value belongs here"),
    ("begin: ask", "begin: [ask]", 3, "a single value belongs here"),
    ("  more:\n    say:", "  ask:\n    say:", 10, "`ask:` stands here twice"),
    ("      en: Once more", "      ja: Once more", 13, "`ja:` stands here twice"),
    ("solved: done", "solvd: done", 4, "`solvd:` is not known in `exits:`. did you mean `solved`?"),
    ("exits: {solved: done, person: done, stop: done}", "exits: done", 4, "`exits:` should be written as"),
    (
        "begin: ask",
        "begin: ask\nwatches: [imesage]",
        4,
        "there is no service `imesage`. did you mean `imessage`?",
    ),
    ("begin: ask", "begin: ask\ncalled: [Mac]", 4, "words should be written as `name: value` lines"),
    ("begin: ask", "begin: ask\ncalled: {jp: [Mac]}", 4, "`jp:` is not known in words"),
    ("begin: ask", "begin: ask\nevidence: {to: ask}", 4, "`evidence:` should be a list"),
    ("begin: ask", "begin: ask\nevidence:\n- {to: ask}", 5, "lacks `finding:`"),
    ("begin: ask", "begin: ask\nevidence:\n- {finding: model}", 5, "lacks `to:`"),
    (
        "begin: ask",
        "begin: ask\nevidence:\n- {finding: serial_mising, to: ask}",
        5,
        "there is no finding `serial_mising`. did you mean `serial_missing`?",
    ),
    (
        "begin: ask",
        "begin: ask\nevidence:\n- {finding: model, to: ask, form: ask}",
        5,
        "did you mean `from`?",
    ),
    (
        "begin: ask",
        "begin: ask\nevidence:" + "\n- {finding: model, to: ask}" * 51,
        55,
        "more than 50 entries",
    ),
    ("  more:\n    say:", "  More:\n    say:", 10, "`More` cannot be the name of a state"),
    ("  more:\n    say:", f"  {'m' * 33}:\n    say:", 10, "32 at most"),
    ("  more:\n    say:", "  もっと:\n    say:", 10, "cannot be the name of a state"),
    ("    end: yes", "    ends: yes", 21, "`ends:` is not known in state `done`. did you mean `end`?"),
    ("    end: yes", "    end: maybe", 21, "this should be yes or no, not `maybe`"),
    ("    end: yes", "    end: yes\n    loses: ja", 22, "this should be yes or no, not `ja`"),
    ("    end: yes", "    end: [yes]", 21, "a single value belongs here"),
    ("say: {ja: どうですか, en: How is it}", "say: {ja: どうですか}", 8, "the text in `en:` is missing"),
    (
        "say: {ja: どうですか, en: How is it}",
        "say: {ja: '  ', en: How is it}",
        8,
        "the text in `ja:` is missing",
    ),
    ("say: {ja: どうですか, en: How is it}", "say: {ja: , en: How is it}", 8, "the text in `ja:` is missing"),
    ("say: {ja: どうですか, en: How is it}", "say: How is it", 8, "`say:` should be written as"),
    (
        "say: {ja: どうですか, en: How is it}",
        "say: {ja: {summary}, en: How is it}",
        8,
        "needs quotation marks",
    ),
    ("    say: {ja: どうですか, en: How is it}\n", "", 6, "state `ask` has nothing to `say:`"),
    ("      en: Once more", "      eng: Once more", 13, "`eng:` is not known in `say:`. did you mean `en`?"),
    ("      en: Once more", "      en: Once more\n      when: aple_down", 14, "did you mean `apple_down`?"),
    (
        "      en: Once more",
        "      en: Once more\n      when: [apple_down, x]",
        14,
        "there is no condition `x`",
    ),
    ("title: {ja: 確認, en: First check}", "title: First check", 7, "a text should be written as"),
    (
        "title: {ja: 確認, en: First check}",
        "title: {ja: 確認, fr: Test, en: T}",
        7,
        "`fr:` is not known in a text",
    ),
    (
        "choices: {fixed: done, not_yet: more}",
        "choices: [fixed, not_yet]",
        9,
        "`choices:` should be written as",
    ),
    ("        to: done", "        too: done", 18, "did you mean `to`?"),
    ("        to: done\n", "", 16, "choice `other` lacks `to:`"),
    ("        label: {ja: 別の方法, en: Another way}\n", "", 16, "choice `other` lacks `label:`"),
    (
        "        label: {ja: 別の方法, en: Another way}\n        to: done",
        "        done",
        16,
        "choice `other`",
    ),
    ("      other:", "      Other Way:", 16, "`Other Way` cannot be the name of a choice"),
    ("        to: done", "        to: done\n        means: maybe", 19, "`means:` is yes or no, not `maybe`"),
    ("        to: done", "        to: done\n        when: serial", 19, "there is no condition `serial`"),
    ("        to: done", "        to: done\n        words: [a]", 19, "words should be written as"),
    (
        "      fixed: done\n",
        "      fixed: done\n"
        + "".join(f"      o{n}: {{to: done, label: {{ja: あ{n}, en: a{n}}}}}\n" for n in range(9)),
        25,
        "more than 10 choices",
    ),
    ("    end: yes", "    end: yes\n    was: [ok, Old One]", 22, "`Old One` cannot be the name of a state"),
    ("    end: yes", "    end: yes\n    remind: {ja: あ, en: a}", 22, "`remind:` needs `minutes:`"),
    ("    end: yes", "    end: yes\n    remind: {minutes: 0, ja: あ, en: a}", 22, "a whole number from 1"),
    ("    end: yes", "    end: yes\n    remind: {minutes: 1.5, ja: あ, en: a}", 22, "a whole number from 1"),
    ("    end: yes", "    end: yes\n    remind: {minutes: ten, ja: あ, en: a}", 22, "a whole number from 1"),
    ("    end: yes", "    end: yes\n    remind: {minutes: 100000, ja: あ, en: a}", 22, "to 99999"),
    ("    end: yes", "    end: yes\n    remind: {minutes: 5, ja: あ}", 22, "the text in `en:` is missing"),
    ("    end: yes", "    end: yes\n    remind: {minute: 5, ja: あ, en: a}", 22, "did you mean `minutes`?"),
    (
        "    end: yes",
        "    like: doen",
        21,
        "there is no state `start.doen` to be like. did you mean `start.done`?",
    ),
    ("    end: yes", "    like: other.done", 21, "there is no state `other.done` to be like"),
    ("    end: yes", "    end: yes\n    like: done", 22, "`start.done` would be like itself"),
    ("    end: yes", "    end: yes\n    like: [done]", 22, "a single value belongs here"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), MISTAKES, ids=lambda value: repr(value)[:40])
def test_a_mistake_in_a_flow_is_said_in_its_line(old: str, new: str, line: int, words: str) -> None:
    found = parse({"small.yaml": replaced(SMALL, old, new)}).problems
    assert any(problem.line == line and words in problem.what for problem in found), [*map(str, found)]
    assert all(problem.file == "small.yaml" for problem in found)


def test_states_that_are_like_each_other_in_a_circle_are_said_once() -> None:
    circle = replaced(
        SMALL, "  done:\n", "  one: {like: two}\n  two: {like: three}\n  three: {like: one}\n  done:\n"
    )
    found = [str(each) for each in parse({"small.yaml": circle}).problems if "like itself" in each.what]
    assert found == ["small.yaml:21  `start.one` would be like itself"]


def test_a_mistake_that_many_names_lead_to_is_one_line_and_short() -> None:
    (problem,) = parse({"a.yaml": f'flow: "{"x " * 5000}\n\n y"\n'}).problems
    assert len(str(problem)) < 500
    assert "\n" not in str(problem)


def test_a_name_that_is_near_to_nothing_gets_no_hint() -> None:
    assert did_you_mean("qqqqqq", ["apple_down", "serial_missing"]) == ""
    assert did_you_mean("x" * 1_000_000, ["apple_down"]) == ""


# --- what is read ---


def test_a_state_that_is_like_another_has_its_parts_but_its_own_targets_and_past() -> None:
    other = """\
flow: other
about: {ja: 他, en: Other}
begin: ask
exits: {solved: done, person: done, stop: done}
states:
  ask: {like: start.ask, title: {ja: 別, en: Mine}}
  more: {like: ask, end: yes}
  done: {like: start.done}
"""
    source = parse({"a.yaml": replaced(SMALL, "  ask:\n", "  ask:\n    was: question\n"), "b.yaml": other})
    ask, more = (source.flows["other"].states[name] for name in ("ask", "more"))
    assert source.problems == ()
    assert [str(option.to) for option in ask.options] == ["other.done", "other.more"]
    assert ask.say[0].text.en == "How is it"
    assert (ask.title and ask.title.en, more.title and more.title.en, more.end) == ("Mine", "Mine", True)
    assert (source.flows["start"].states["ask"].was, ask.was) == (("question",), ())


def test_a_long_chain_of_likes_is_read_and_not_recursed() -> None:
    chain = "".join(f"  s{n}: {{like: s{n + 1}}}\n" for n in range(5_000))
    source = parse({"small.yaml": replaced(SMALL, "  done:\n", f"{chain}  s5000: {{like: more}}\n  done:\n")})
    assert source.problems == ()
    assert source.flows["start"].states["s0"].say[0].text.en == "Once more"


def test_the_parts_of_a_flow_are_read_as_they_stand() -> None:
    text = replaced(
        SMALL, "begin: ask", "begin: ask\nwatches: [imessage, facetime]\ncalled: {ja: [例], en: [ex]}"
    )
    text = replaced(
        text, "    end: yes", "    remind: {minutes: 90, ja: あ, en: a}\n    end: true\n    loses: no"
    )
    flow = parse({"small.yaml": text}).flows["start"]
    done = flow.states["done"]
    assert [each.name for each in flow.watches] == ["IMESSAGE", "FACETIME"]
    assert flow.called == ("例", "ex")
    assert flow.begin == Place("start", "ask")
    assert done.remind is not None
    assert done.remind.after == timedelta(minutes=90)
    assert (done.end, done.loses, done.skip) == (True, False, None)
    assert flow.states["ask"].skip == Place("start", "more"), "skipping is as good as “still not”"


def test_the_version_of_a_flow_changes_with_its_logic_and_not_with_its_wording() -> None:
    def version(text: str) -> str:
        return parse({"small.yaml": text}).flows["start"].version

    assert version(SMALL) == version(replaced(SMALL, "How is it", "How are things"))
    assert version(SMALL) != version(replaced(SMALL, "not_yet: more", "not_yet: done"))
    assert version(SMALL) != version(replaced(SMALL, "  more:\n    say", "  again:\n    say"))


def test_the_source_knows_where_each_part_stands() -> None:
    source: Source = parse({"small.yaml": SMALL})
    lines = {name: where.line for name, where in source.lines.items()}
    assert lines["flow start.begin"] == 3
    assert lines["flow start.exits.stop"] == 4
    assert lines["state start.more.choices"] == 14
    assert source.flows["start"].states["more"].where.line == 10


# --- hostile files ---


@pytest.mark.parametrize(
    "content",
    [
        "a: &a [x]\n" + "b: *a\n" * 20_000,
        "words:\n" + "".join(f"  stopp{n}: x\n" for n in range(10_000)),
        "flow: start\nstates:\n" + "".join(f"  s{n}: {{to: x}}\n" for n in range(10_000)),
        replaced(
            SMALL, "  done:\n", "".join(f"  s{n}: {{like: nothing{n}}}\n" for n in range(5_000)) + "  done:\n"
        ),
        "flow: start\nstates:\n  a:\n    choices: {" + "fixed: a, " * 20_000 + "}\n",
    ],
    ids=["aliases", "unknown words", "unknown keys", "unknown likes", "one choice many times"],
)
def test_a_large_file_full_of_mistakes_is_read_to_its_end(content: str) -> None:
    assert parse({"a.yaml": content}).problems
