"""Recognises what a Mac's profiler and its About window say of the serial number.

A finding quotes the label and the value, and of a serial number only that there is one.
"""

import re

from bot.dialogue.evidence.line import DRESS, LEAD, REPORTED
from bot.dialogue.evidence.page import Page
from bot.model import Finding

_SYSTEM = r" {0,2}\( ?(?:system|システム) ?\)[ *_`]{0,4}[:=|]"
_SYSTEM_LABELS = (
    re.compile(rf"serial {{0,3}}number{_SYSTEM}"),
    re.compile(rf"シリアル ?(?:番号|ナンバー){_SYSTEM}"),
    re.compile(r"\"ioplatformserialnumber\" {0,3}="),
)
_WINDOW_LABELS = (
    re.compile(r"serial number[ *_`]{0,4}[:|]?[ *_`]"),
    re.compile(r"シリアル番号[ *_`]{0,4}[:|]?"),
)

_NONE_SHOWN = (
    r"not available|unavailable|利用不可|使用不可|利用でき(?:ません|ない)|使用でき(?:ません|ない)|入手不可"
)
_NEVER_WRITTEN = r"system ?serial ?(?:#|numb(?:er)?)|to be filled by o\.?e\.?m\.?|default string|0{6,20}"
_NO_NUMBER = r"n/?a|none|null|\(null\)|nil|unknown|-{1,3}|0|不明|(?:該当|情報)?なし|未設定|ありません"
_NUMBER = (
    r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{8,17}|\[serial\]|[A-Za-z0-9]{0,8}(?:[xX]{4,}|[*•●█]{3,})[A-Za-z0-9]{0,8}"
)
_LETTERS_ALONE = r"[A-Z]{8,17}"  # a random serial number of ten characters has no digit once in forty times


def _value(missing: str, number: str) -> re.Pattern[str]:
    return re.compile(rf"{DRESS}(?P<value>(?P<missing>(?i:{missing}))|(?P<number>{number})){DRESS}{REPORTED}")


_SYSTEM_VALUE = _value(f"{_NONE_SHOWN}|{_NEVER_WRITTEN}|{_NO_NUMBER}", f"{_NUMBER}|{_LETTERS_ALONE}")
_WINDOW_VALUE = _value(f"{_NONE_SHOWN}|{_NEVER_WRITTEN}", _NUMBER)
_EMPTY = re.compile(DRESS)
_ENDS = re.compile(r"[^:\n]{2,60}:|\s*\Z")
"""What follows a label that has no value: the next one, or nothing."""
_NEXT_LABEL = re.compile(
    r" (?:hardware|provisioning|ハードウェア|プロビジョニング) ?u[ud]id| activation lock", re.IGNORECASE
)
_OTHER_DEVICE = re.compile(
    r"iphone|ipad|ipod|(?<![a-z])ios(?![a-z])|apple watch|airpods|manufacturer|(?:vendor|product|location) id"
    r"|bsd name|capacity:|cycle count|製造元|(?:製品|場所) ?id|充放電|バッテリー"
)
_A_MAC = re.compile(
    r"mac ?os|(?<![a-z])os x|macbook|(?<![a-z])imac(?![a-z])|mac (?:mini|studio|pro)|this mac|このmac"
    r"|(?<![a-z])mac[0-9]{1,2},[0-9]"
    r"|(?:^|\n)[ >|*•\-]*+(?:chip|processor|memory|graphics|startup disk)(?![a-z])"
    r"|チップ|プロセッサ|メモリ|グラフィックス|起動ディスク"
)
"""Other lines of the window. Without one, the number may as well be the iPhone's."""


def reported_serial(page: Page) -> Finding | None:
    """Read the profiler's answer; the About window's counts only where the profiler did not answer.

    The profiler writes "(system)" after the label of the Mac's own number; a bare label is what the About
    window has, but also each USB device and battery.
    """
    system = (_system_answer(page, match) for match in page.matches(_SYSTEM_LABELS))
    window = (_window_answer(page, match) for match in page.matches(_WINDOW_LABELS))
    return next((answer for answers in (system, window) for answer in answers if answer), None)


def _system_answer(page: Page, label: re.Match[str]) -> Finding | None:
    rest = page.after(label.end())
    if run_on := _NEXT_LABEL.search(rest):  # the line ends were lost on the way, so there is no line start
        rest = rest[: run_on.start()]
    elif not LEAD.fullmatch(page.before(label.start())):
        return None
    if not _EMPTY.fullmatch(rest):
        return _answer(page, label, _SYSTEM_VALUE.fullmatch(rest))
    below = page.below(label.end() + len(rest))
    if not run_on and (value := _SYSTEM_VALUE.fullmatch(below)):
        return _answer(page, label, value)
    return Finding("serial_missing", _shown(page, label)) if run_on or _ENDS.match(below) else None


def _window_answer(page: Page, label: re.Match[str]) -> Finding | None:
    before = page.before(label.start())
    value = _WINDOW_VALUE.fullmatch(page.after(label.end()))
    if not value or "    " in before or not LEAD.fullmatch(before):
        return None
    around = page.around(label.start())
    if value["number"] and (_OTHER_DEVICE.search(around) or not _A_MAC.search(around)):
        return None
    return _answer(page, label, value)


def _answer(page: Page, label: re.Match[str], value: re.Match[str] | None) -> Finding | None:
    if not value:
        return None
    if value["missing"]:
        return Finding("serial_missing", f"{_shown(page, label)} {value['missing']}")
    return Finding("serial_present", f"{_shown(page, label)} [serial]")


def _shown(page: Page, label: re.Match[str]) -> str:
    return " ".join(page.text[label.start() : label.end()].split())
