"""Recognises what a Mac prints of its system and its model: beside a label, or alone on a line.

What people write about systems and models in sentences says nothing about the machine in question.
"""

import re
from collections.abc import Iterator

from bot.dialogue.evidence.line import DRESS, LEAD, REPORTED
from bot.dialogue.evidence.page import Page
from bot.model import Finding

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
_NAMED_VERSIONS = tuple(
    re.compile(name + _TO_VERSION + _VERSION) for name in ("macos", "mac os(?: x)?", "os x(?<![a-z]os x)")
)
_WINDOW_VERSION = re.compile(
    rf"(?:macos|mac os x|os x) (?:{_SYSTEM_NAMES})[ >|]*\n[\s>|]*(?:バージョン|version) ?{_VERSION}"
)
"""The About window, which has the name on a line of its own."""
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
    r"(?:model identifier|model id|hw\.model|機種 ?id|モデル ?id|モデル識別子|\"model\")[\s:=*|`\"<i]*$",
    re.IGNORECASE,
)
_NAMES = "macbook(?: pro| air)?|imac(?: pro)?|mac (?:mini|pro|studio)"
_MODEL_NAMES = (
    re.compile(rf"model name[ *_`]{{0,4}}[:|][ *_`]{{0,4}}(?P<name>{_NAMES})(?![a-z])"),
    re.compile(rf"機種名[ *_`]{{0,4}}[:|][ *_`]{{0,4}}(?P<name>{_NAMES})(?![a-z])"),
)


_LABEL = re.compile(
    r"(?<![a-z])(?:(?:hard|soft)ware overview|model (?:name|identifier|number)|chip|memory"
    r"|processor (?:name|speed)|total number of cores|(?:system|kernel|boot rom) version|boot (?:volume|mode)"
    r"|computer name|serial number ?\(system\)|hardware uuid|product ?(?:name|version)|build ?version"
    r"|ハードウェアの概要|機種(?:名|id)|システムの?バージョン|カーネルの?バージョン|プロセッサ名"
    r"|チップ|メモリ) ?:",
    re.IGNORECASE,
)
"""What the profiler and `sw_vers` print beside these; between two of them line ends may have been lost."""
_MARKS = re.compile(r"[\s>|*+\-•・\"'`_「『(\[]*+")
_ENDS = re.compile(rf"(?: ?\([^()\n]{{0,40}}\))?{DRESS}>?(?:{REPORTED}$|(?={_LABEL.pattern}))", re.IGNORECASE)


def macos_version(page: Page) -> Finding | None:
    """Give the version beside a label, else the one that stands alone, unless two different ones do."""
    alone = set()
    for match in page.matches([_PRODUCT_VERSION, _WINDOW_VERSION, *_NAMED_VERSIONS]):
        before = page.before(match.start())
        if not _ENDS.match(page.after(match.end())):
            continue
        label = _VERSION_LABEL.search(before)
        if match.re is _PRODUCT_VERSION:
            labelled = _begins(before) and not _PHONE_SYSTEM.search(page.around(match.start()))
        else:
            labelled = label is not None and _begins(before[: label.start()])
            alone.update([match["version"]] if _MARKS.fullmatch(before) else [])
        if labelled:
            return Finding("macos_version", match["version"])
    return Finding("macos_version", alone.pop()) if len(alone) == 1 else None


def model(page: Page) -> Finding | None:
    """Give the identifier beside a label, else the only one that stands alone, else the labelled name."""
    alone = set()
    for match in page.matches([_MODEL]):
        before = page.before(match.start())
        identifier = _identifier(match, before)
        label = _MODEL_LABEL.search(before)
        if not _ENDS.match(page.after(match.end())):
            continue
        if label and _begins(before[: label.start()]):
            return Finding("model", identifier)
        alone.update([identifier] if _MARKS.fullmatch(before.removesuffix("i").removesuffix("I")) else [])
    if len(alone) == 1:
        return Finding("model", alone.pop())
    return next((Finding("model", name) for name in _names(page)), None)


def _names(page: Page) -> Iterator[str]:
    for match in page.matches(_MODEL_NAMES):
        if _begins(page.before(match.start())) and _ENDS.match(page.after(match.end())):
            yield _product(match["name"])


def _begins(before: str) -> bool:
    """Tell whether a label may begin here: at the start of a line, or after another label."""
    return bool(LEAD.fullmatch(before) or _LABEL.search(before))


def _identifier(match: re.Match[str], before: str) -> str:
    first = "iMac" if before[-1:].lower() == "i" else "Mac"
    return first + _MODEL_LINES.get(match["line"] or "", "") + match["number"]


def _product(name: str) -> str:
    words = {"macbook": "MacBook", "imac": "iMac", "mini": "mini"}
    return " ".join(words.get(word, word.title()) for word in name.split())
