"""Faults to plant into the small flow, each with its line and the essential words about it."""

ONCE = "      ja: もう一度\n      en: Once more"
EVERY_CASE = """\
      - {when: [apple_down, apple_unknown, apple_ended, apple_crowd, apple_partly], ja: あ, en: a}
      - {when: apple_clear, ja: い, en: b}"""
EVIDENCE = "begin: ask\nevidence:\n-"
SAY = "    say: {ja: どうですか, en: How is it}"
LABEL = "label: {ja: 別の方法, en: Another way}"
CHECK_IN = "check_in: {after: 24 hours, solved: more, unfinished: more}"
LOSING = "  losing:\n    loses: yes\n    say: {ja: 消えます, en: Gone}\n    choices: {fixed: done}\n  done:\n"

FAULTS: list[tuple[str, str, int, str]] = [
    (
        "begin: ask",
        "begin: aks",
        3,
        "`begin:` in flow `start` names `aks`, which is no state. did you mean `ask`?",
    ),
    ("begin: ask", "begin: other.ask", 3, "`begin:` in flow `start` names `other.ask`"),
    ("begin: ask", "begin: done", 3, "flow `start` begins with its end"),
    (
        "stop: done",
        "stop: dnoe",
        4,
        "`stop:` in flow `start` names `dnoe`, which is no state. did you mean `done`?",
    ),
    (", stop: done", "", 4, "`exits:` of flow `start` lacks `stop:`"),
    ("stop: done", "stop: more", 4, "`stop:` needs a state that is an end"),
    ("solved: done", "solved: more", 4, "`solved:` needs a state that is an end"),
    (
        "not_yet: more",
        "not_yet: moer",
        9,
        "`not_yet:` in flow `start` names `moer`, which is no state. did you mean `more`?",
    ),
    ("        to: done", "        to: start.doen", 16, "`other:` in flow `start` names `doen`"),
    ("        to: done", "        to: start.done.x", 16, "`done.x`, which is no state"),
    (SAY, f"{SAY}\n    skip: nowhere", 9, "`skip:` in flow `start` names `nowhere`"),
    ("begin: ask", f"{EVIDENCE} {{finding: model, to: x}}", 5, "`model:` in flow `start` names `x`"),
    (
        "begin: ask",
        f"{EVIDENCE} {{finding: model, from: x, to: ask}}",
        5,
        "`from:` in flow `start` names `x`",
    ),
    ("not_yet: more", "not_yet: ask", 10, "nothing leads to state `more`"),
    ("{fixed: done, not_yet: more}", "{not_yet: ask}", 6, "no answer of state `ask` ever leads to an end"),
    ("    end: yes", "    choices: {go_on: ask}", 19, "no answer of state `done` ever leads to an end"),
    (
        "    end: yes",
        "    end: yes\n    choices: {go_on: ask}",
        22,
        "is an end, so it cannot have `choices:`",
    ),
    ("    choices: {fixed: done, not_yet: more}\n", "", 6, "state `ask` needs `choices:`, or `end: yes`"),
    ("{fixed: done, not_yet: more}", "{}", 6, "state `ask` needs `choices:`, or `end: yes`"),
    (
        "        to: done",
        "        to: done\n    skip: done\n    was: ask",
        20,
        "`was: ask` names a state that still exists",
    ),
    (SAY, f"{SAY}\n    was: [old, old]\n", 0, ""),
    (
        "    end: yes",
        "    end: yes\n    was: old\n  also:\n    was: old\n    say: {ja: あ, en: a}\n    end: yes",
        24,
        "`was: old` stands in two states",
    ),
    # answers that are not always there
    ("        to: done", "        to: done\n        when: serial_present", 0, ""),
    (
        "      fixed: done\n      other:",
        "      fixed: {to: done, when: serial_missing}\n      other:\n        when: model",
        14,
        "can come to offer no answer",
    ),
    (
        "      fixed: done\n      other:",
        "      fixed: {to: done, when: serial_not_seen}\n      other:\n        when: serial_present",
        0,
        "",
    ),
    # time
    (SAY, f"{SAY}\n    wait: {{for: 60, then: more}}", 0, ""),
    (SAY, f"{SAY}\n    wait: {{for: 24 hours, then: start.more}}", 0, ""),
    (SAY, f"{SAY}\n    wait: {{for: 60, then: moer}}", 9, "`then:` in flow `start` names `moer`"),
    (
        SAY,
        f"{SAY}\n    wait: {{for: 60, then: ask}}",
        9,
        "the `wait:` of state `ask` leads round to it",
    ),
    (
        SAY,
        f"{SAY}\n    wait: {{for: 60, then: losing}}",
        9,
        "`then:` leads to `losing`, which loses settings: only the choice `agree:` may lead there",
    ),
    (
        SAY,
        f"{SAY}\n    remind: {{minutes: 1, ja: 待, en: wait}}\n    wait: {{for: 60, then: more}}",
        10,
        "state `ask` has `remind:` and `wait:`",
    ),
    (
        "    end: yes",
        "    end: yes\n    wait: {for: 60, then: more}",
        22,
        "state `done` is an end, so it cannot have `wait:`",
    ),
    (
        "        to: done",
        "        to: done\n        resumes: yes",
        16,
        "`resumes:` belongs to the questions of `check_in:` only",
    ),
    ("begin: ask", f"begin: ask\n{CHECK_IN}", 0, ""),
    (
        "begin: ask",
        f"begin: ask\n{CHECK_IN}".replace("solved: more", "solved: moer"),
        4,
        "`solved:` in flow `start` names `moer`, which is no state. did you mean `more`?",
    ),
    (
        "begin: ask",
        f"begin: ask\n{CHECK_IN}".replace("unfinished: more", "unfinished: ask"),
        4,
        "`unfinished:` of `check_in:` needs a question of flow `start`, not its beginning or an end",
    ),
    (
        "begin: ask",
        f"begin: ask\n{CHECK_IN}".replace("solved: more", "solved: done"),
        4,
        "`solved:` of `check_in:` needs a question",
    ),
    (
        "begin: ask",
        f"begin: ask\n{CHECK_IN}".replace("solved: more", "solved: losing"),
        4,
        "`solved:` leads to `losing`, which loses settings",
    ),
    # what is said
    (
        ONCE,
        "      - {when: apple_down, ja: あ, en: a}",
        11,
        "the last text under `say:` needs to be without `when:`",
    ),
    (ONCE, "      - {ja: あ, en: a}\n      - {when: model, ja: い, en: b}", 13, "this text is never said"),
    (
        ONCE,
        "      - {when: model, ja: あ, en: a}\n      - {when: model, ja: い, en: b}\n      - {ja: う, en: c}",
        13,
        "this text is never said",
    ),
    (
        ONCE,
        f"{EVERY_CASE}\n      - {{ja: う, en: c}}",
        14,
        "this text is never said",
    ),
    (
        ONCE,
        EVERY_CASE,
        0,
        "",
    ),
    (
        "      ja: もう一度",
        '      ja: "もう一度 {summary}"',
        11,
        "the placeholder {summary} stands in one language only",
    ),
    (
        ONCE,
        '      ja: "{sumary}"\n      en: "{sumary}"',
        11,
        "there is no placeholder {sumary}. did you mean `summary`?",
    ),
    (ONCE, '      ja: "{ summary }"\n      en: "{ summary }"', 11, "there is no placeholder { summary }"),
    (
        ONCE,
        '      ja: "{fixed_by}"\n      en: "{fixed_by}"',
        11,
        "{fixed_by} has a value only in a text with `when: fix_known`",
    ),
    (
        ONCE,
        '      - {when: [fix_known, model], ja: "{fixed_by}", en: "{fixed_by}"}\n      - {ja: あ, en: a}',
        12,
        "{fixed_by} has a value only",
    ),
    (ONCE, '      - {when: fix_known, ja: "{fixed_by}", en: "{fixed_by}"}\n      - {ja: あ, en: a}', 0, ""),
    (ONCE, '      ja: "{summary"\n      en: "{summary}"', 11, "a `{` outside of a placeholder"),
    ("      ja: もう一度", '      ja: "もう一度 ｛summary｝"', 11, "a `｛` outside of a placeholder"),
    (
        "      en: Once more",
        f"      en: {'long ' * 500}",
        11,
        "the `en:` text can get too long for a chat message (2499 characters)",
    ),
    (
        ONCE,
        '      ja: "{summary}{summary}"\n      en: "{summary}{summary}"',
        11,
        "can get too long for a chat message",
    ),
    (
        SAY,
        f"{SAY}\n    how: {{ja: '{{checked_at}}', en: '{{checked_at}}'}}",
        9,
        "{checked_at} has a value only",
    ),
    (SAY, f"{SAY}\n    how: {{ja: あ, en: '{{status_page}}'}}", 9, "stands in one language only"),
    (
        SAY,
        f"{SAY}\n    remind: {{minutes: 5, ja: '{{summary}}', en: '{{summary}}'}}",
        9,
        "a reminder cannot have placeholders",
    ),
    (SAY, f"{SAY}\n    remind: {{minutes: 5, ja: あ, en: {'long ' * 500}}}", 9, "too long"),
    ("en: First check", "en: '{summary}'", 7, "a title cannot have placeholders"),
    ("en: First check", f"en: {'x' * 41}", 7, "the `en:` title must be one line of at most 40 characters"),
    ("en: An example", "en: '{summary}'", 2, "`about:` cannot have placeholders"),
    ("en: An example", f"en: {'x' * 101}", 2, "one line of at most 100 characters"),
    # answers that people press and type
    (LABEL, "label: {ja: '{summary}', en: a}", 16, "a label cannot have placeholders"),
    (
        LABEL,
        f"label: {{ja: 別, en: {'x' * 41}}}",
        16,
        "the `en:` label must be one line of at most 40 characters",
    ),
    (LABEL, 'label: {ja: 別, en: "a\\nb"}', 16, "must be one line"),
    (LABEL, "label: {ja: 別, en: '!!!'}", 16, "`` has no letter or digit"),
    (LABEL, "label: {ja: ２番, en: Two}", 16, "`2番` is a number"),
    (LABEL, "label: {ja: 別, en: It works now!}", 16, "`it works now` means both `fixed` and `other`"),
    (LABEL, "label: {ja: 別, en: Solved}", 16, "`solved` means both `fixed` and `other`"),
    (LABEL, "label: {ja: 別, en: Fixed}", 16, "`fixed` means both `fixed` and `other`"),
    (LABEL, "label: {ja: 別, en: Stop}", 16, "`stop` of `other` would hide `stop`, which works everywhere"),
    (LABEL, "label: {ja: 戻る, en: Another}", 16, "`戻る` of `other` would hide `back`"),
    (LABEL, "label: {ja: 日本語, en: Another}", 16, "`日本語` of `other` would hide `language`"),
    (LABEL, f"{LABEL}\n        words: {{en: [cancel]}}", 16, "`cancel` of `other` would hide `stop`"),
    (LABEL, f"{LABEL}\n        words: {{en: [Still not]}}", 0, ""),
    (LABEL, f"{LABEL}\n        words: {{ja: [直った]}}", 16, "`直った` means both `fixed` and `other`"),
    (LABEL, f"{LABEL}\n        words: {{ja: ['…']}}", 16, "has no letter or digit"),
    (LABEL, f"{LABEL}\n        words: {{ja: ['3']}}", 16, "`3` is a number"),
    ("      other:", "      stop:", 16, "`stop` is understood everywhere; choose another name"),
    # topics
    (
        "begin: ask",
        "begin: ask\ncalled: {en: [help]}",
        4,
        "`help` means both the command `help` and flow `start`",
    ),
    ("begin: ask", "begin: ask\ncalled: {en: ['?']}", 4, "`?` has no letter or digit"),
    # what loses settings
    ("  done:\n", LOSING, 19, "nothing leads to state `losing`"),
    ("not_yet: more", "not_yet: losing", 9, "`not_yet:` leads to `losing`, which loses settings"),
    ("        to: done", "        to: losing", 16, "`other:` leads to `losing`, which loses settings"),
    (SAY, f"{SAY}\n    skip: losing", 9, "`skip:` leads to `losing`, which loses settings"),
    ("begin: ask", "begin: losing", 3, "`begin:` leads to `losing`, which loses settings"),
    ("person: done", "person: losing", 4, "`person:` leads to `losing`, which loses settings"),
    (
        "begin: ask",
        f"{EVIDENCE} {{finding: model, to: losing}}",
        5,
        "`model:` leads to `losing`, which loses settings",
    ),
    ("not_yet: more", "not_yet: more, agree: losing", 0, ""),
]
"""What stands there, what stands in its place, the line of the problem (0: there is none), its words."""
