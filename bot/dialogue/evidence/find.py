"""Recognises in pasted text what a Mac's profiler, its About window and its log say about the Mac.

Machine output is recognised in whatever it was wrapped on its way here; what people write about it is not.
Therefore each fact is first looked for by a pattern that begins with a literal, which is fast in any amount
of other text, and only what stands before and after a match on its line decides whether a machine wrote it.
"""

import re

from bot.dialogue.evidence.mask import mask
from bot.dialogue.evidence.page import Page
from bot.model import Finding, FindingName

QUOTE_AT_MOST = 160
"""Characters of `Finding.quote`."""


def find(text: str) -> tuple[Finding, ...]:
    """Give what the text shows: at most one finding a name, in the order of `FindingName`.

    What the profiler or the About window says of the serial number beats the log, which is history; the last
    of several answers counts. Never raises, and takes time linear in the length of the text.
    """
    page = Page.of(text)
    serial = _reported_serial(page) or _logged(page, "serial_missing", _LOGGED_SERIAL, alone=True)
    certificate = _logged(page, "apns_certificate_missing", _LOGGED_CERTIFICATE, alone=False)
    return tuple(each for each in (serial, certificate, _macos_version(page), _model(page)) if each)


def _quoted(name: FindingName, *pieces: str) -> Finding:
    quote = mask(" ".join(" ".join(pieces).split()))
    return Finding(name, quote if len(quote) <= QUOTE_AT_MOST else quote[: QUOTE_AT_MOST - 1] + "…")


# What may stand before machine output on its line (quote marks, list marks, a shell's prompt, a few words
# that report it) and after it. Sentences of advice have other words in these places.
_DRESS = r"(?:[\s\"'`_|」』)\]。.,;~\\]|\*\*?(?!\*)|</?[a-zA-Z]{1,10}/?>)*+"
_LEAD = re.compile(
    r"(?:[\s>|#*+\-•・\"'`_「『(\[]|</?[a-z]{1,10}>)*+(?:[^\n$%#。]{0,60}[$%#➜] +)?"
    r"(?:(?:it|terminal|console) (?:says|shows|said|showed):? |i (?:see|get|got):? )?[\"'`_*「『]*+",
    re.IGNORECASE,
)
_REPORTED = (
    r"(?:(?:になっ|とな|と出|と表示|と書)[^\s。か]{0,10}?(?:ます|ました|います|いる|た|る)|です|でした)?"
    + _DRESS
)
_STAMP = re.compile(
    r"(?:\d{4}[/.\-]\d{1,2}[/.\-]\d{1,2}[ t]+|[a-z]{3} +\d{1,2} +|\d{1,2}月 *\d{1,2}日? +)?\d{1,2}:\d\d:\d\d",
    re.IGNORECASE,
)
_TAIL = re.compile(rf"{_DRESS}{_REPORTED}(?:$|(?={_STAMP.pattern}))", re.IGNORECASE)


# --- the serial number, as reported -----------------------------------------------------------------------

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
    return re.compile(
        rf"{_DRESS}(?P<value>(?P<missing>(?i:{missing}))|(?P<number>{number})){_DRESS}{_REPORTED}"
    )


_SYSTEM_VALUE = _value(f"{_NONE_SHOWN}|{_NEVER_WRITTEN}|{_NO_NUMBER}", f"{_NUMBER}|{_LETTERS_ALONE}")
_WINDOW_VALUE = _value(f"{_NONE_SHOWN}|{_NEVER_WRITTEN}", _NUMBER)
_EMPTY = re.compile(_DRESS)
_A_LABEL = re.compile(r"[^:\n]{2,60}:")
_NEXT_LABEL = re.compile(
    r" (?:hardware|provisioning|ハードウェア|プロビジョニング) ?u[ud]id| activation lock", re.IGNORECASE
)
_OTHER_DEVICE = re.compile(
    r"iphone|ipad|ipod|(?<![a-z])ios(?![a-z])|apple watch|airpods|manufacturer|(?:vendor|product|location) id"
    r"|bsd name|capacity:|cycle count|製造元|(?:製品|場所) ?id|充放電|バッテリー"
)


def _reported_serial(page: Page) -> Finding | None:
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
    elif not _LEAD.fullmatch(page.before(label.start())):
        return None
    if not _EMPTY.fullmatch(rest):
        return _answer(page, label, _SYSTEM_VALUE.fullmatch(rest))
    below = page.below(label.end() + len(rest))
    if not run_on and (value := _SYSTEM_VALUE.fullmatch(below)):
        return _answer(page, label, value)
    shown = page.text[label.start() : label.end()]
    return _quoted("serial_missing", shown) if run_on or _A_LABEL.match(below) else None


def _window_answer(page: Page, label: re.Match[str]) -> Finding | None:
    before = page.before(label.start())
    value = _WINDOW_VALUE.fullmatch(page.after(label.end()))
    if not value or "    " in before or not _LEAD.fullmatch(before):
        return None
    if value["number"] and _OTHER_DEVICE.search(page.around(label.start())):
        return None
    return _answer(page, label, value)


def _answer(page: Page, label: re.Match[str], value: re.Match[str] | None) -> Finding | None:
    if not value:
        return None
    name: FindingName = "serial_missing" if value["missing"] else "serial_present"
    return _quoted(name, page.text[label.start() : label.end()].rstrip(), value["value"])


# --- the log ----------------------------------------------------------------------------------------------

_LOGGED_SERIAL = re.compile(
    r"hardware {1,3}serial ?number {1,3}[\"'`\\]{0,4}[^\"\n]{0,40}?[\"'`\\]{0,4} {1,3}looks[\s>]{1,12}"
    r"(?:incorrect|invalid)(?:[\s>]{1,12}or[\s>]{1,12}invalid)?"
)
_LOGGED_CERTIFICATE = re.compile(r"certificate[\s>]{1,12}not[\s>]{1,12}yet[\s>]{1,12}generated")
_FROM_APSD = re.compile(
    r"(?<![\w.\-])apsd(?:\[[^\]]*+\]|\([^)]*+\)|<[^>]*+>|0x[0-9a-f]++|\d|[^\w\[(<.\-])*+$", re.IGNORECASE
)


def _logged(page: Page, name: FindingName, message: re.Pattern[str], *, alone: bool) -> Finding | None:
    """Find the message as a log line of apsd; if it may stand `alone`, also as a line without its sender."""
    for match in page.matches([message]):
        before = page.before(match.start())
        sender = _FROM_APSD.search(before)
        head = before[: sender.start()] if sender else before
        stamp = next(reversed(list(_STAMP.finditer(head))), None)
        from_machine = stamp or _LEAD.fullmatch(head)
        if (sender or alone) and from_machine and _TAIL.match(page.after(match.end())):
            shown = before[stamp.start() if stamp else len(head) :]
            return _quoted(name, shown + page.text[match.start() : match.end()].replace(">", " "))
    return None


# --- the system and the model -----------------------------------------------------------------------------

_SYSTEM_NAMES = (
    "mavericks|yosemite|el capitan|(?:high )?sierra|mojave|catalina|big sur"
    "|monterey|ventura|sonoma|sequoia|tahoe"
)
_VERSION = (
    r"(?P<version>(?:10(?=\.)|1[1-9]|[2-4][0-9])(?:\.[0-9]{1,2}){0,2})(?![0-9a-z_]|\.[0-9])"
    r"(?! ?(?:以|未満|\+|(?:or|and) (?:later|newer|above|earlier|higher|up)))"
)
_TO_VERSION = (
    rf"(?: server)? {{0,2}}(?:{_SYSTEM_NAMES})? {{0,2}}"
    r"(?:の?バージョン(?: ?は)?|version|ver\.?|v)?[ :(]{0,3}"
)
_TYPED_VERSIONS = tuple(
    re.compile(name + _TO_VERSION + _VERSION) for name in ("macos", "mac os(?: x)?", "os x(?<![a-z]os x)")
)
_PRODUCT_VERSION = re.compile(rf"productversion[ :=\"|]{{1,12}}{_VERSION}")
_VERSION_LABEL = re.compile(r"(?:system version|os version|システムの?バージョン)[\s:*|]*$", re.IGNORECASE)
_PHONE_SYSTEM = re.compile("iphone|ipad|producttype")

_MODEL = re.compile(
    r"mac(?<![a-hj-z0-9]mac)(?P<line>book(?:pro|air)?|mini|pro|studio)?(?P<number>[0-9]{1,2},[0-9]{1,2})(?![0-9,])"
)
_MODEL_LINES = {
    "bookpro": "BookPro",
    "bookair": "BookAir",
    "book": "Book",
    "mini": "mini",
    "pro": "Pro",
    "studio": "Studio",
}
_MODEL_LABEL = re.compile(
    r"(?:model identifier|model id|hw\.model|機種 ?id|モデル ?id|モデル識別子)[\s:=*|`\"i]*$", re.IGNORECASE
)
_NAMES = "macbook(?: pro| air)?|imac(?: pro)?|mac (?:mini|pro|studio)"
_MODEL_NAMES = (
    re.compile(rf"model name[ *_`]{{0,4}}[:|][ *_`]{{0,4}}(?P<name>{_NAMES})"),
    re.compile(rf"機種名[ *_`]{{0,4}}[:|][ *_`]{{0,4}}(?P<name>{_NAMES})"),
)


def _macos_version(page: Page) -> Finding | None:
    """Give the version beside a label, else the one that was typed, unless two different ones were."""
    typed = set()
    for match in page.matches([_PRODUCT_VERSION, *_TYPED_VERSIONS]):
        before = page.before(match.start())
        if match.re is _PRODUCT_VERSION:
            labelled = not _PHONE_SYSTEM.search(page.around(match.start()))
        else:
            labelled = bool(_VERSION_LABEL.search(before))
            typed.update([match["version"]] if not _STAMP.search(before) else [])
        if labelled:
            return Finding("macos_version", match["version"])
    return Finding("macos_version", typed.pop()) if len(typed) == 1 else None


def _model(page: Page) -> Finding | None:
    """Give the identifier beside a label, else the only one there is outside logs, else the labelled name."""
    typed = set()
    for match in page.matches([_MODEL]):
        before = page.before(match.start())
        identifier = _identifier(match, before)
        if _MODEL_LABEL.search(before):
            return Finding("model", identifier)
        typed.update([identifier] if not _STAMP.search(before) else [])
    if len(typed) == 1:
        return Finding("model", typed.pop())
    names = (match["name"] for match in page.matches(_MODEL_NAMES))
    return next((Finding("model", _product(name)) for name in names), None)


def _identifier(match: re.Match[str], before: str) -> str:
    first = "iMac" if before[-1:].lower() == "i" else "Mac"
    return first + _MODEL_LINES.get(match["line"] or "", "") + match["number"]


def _product(name: str) -> str:
    words = {"macbook": "MacBook", "imac": "iMac", "mini": "mini"}
    return " ".join(words.get(word, word.title()) for word in name.split())
