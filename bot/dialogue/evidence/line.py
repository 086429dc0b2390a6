"""What may stand round machine output on its line, so that what people write about it is told apart."""

import re

# Quote marks, list marks, a shell's prompt and a few words that report it may stand there; sentences of
# advice have other words in these places.
DRESS = r"(?:[\s\"'`_|」』)\]。.,;~\\]|\*\*?(?!\*)|</?[a-zA-Z]{1,10}/?>)*+"
LEAD = re.compile(
    r"(?:[\s>|#*+\-•・\"'`_「『(\[]|</?[a-z]{1,10}>)*+(?:[^\n$%#。]{0,60}[$%#➜] +)?"
    r"(?:(?:it|terminal|console) (?:says|shows|said|showed):? |i (?:see|get|got):? )?[\"'`_*「『]*+",
    re.IGNORECASE,
)
REPORTED = (
    r"(?:(?:になっ|とな|と出|と表示|と書)[^\s。か]{0,10}?(?:ます|ました|います|いる|た|る)|です|でした)?"
    + DRESS
)
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
STAMP = re.compile(
    r"(?:(?:19|20)[0-9]{2}[/.\-][0-9]{1,2}[/.\-][0-9]{1,2}(?:t| +)"
    rf"|(?<![a-z]){_MONTH} +[0-9]{{1,2}} +|[0-9]{{1,2}}月 *[0-9]{{1,2}}日? +)?"
    r"(?<![0-9])(?<![0-9a-f]:)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?![0-9]|:[0-9a-f]{2}(?![0-9]))"
    r"(?:[.,][0-9]{1,6}(?![0-9]))?(?:[+\-][0-9]{4}(?![0-9]))?",
    re.IGNORECASE,
)
TAIL = re.compile(rf"{DRESS}{REPORTED}(?:$|(?={STAMP.pattern}))", re.IGNORECASE)
