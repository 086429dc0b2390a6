"""Recognises what a Mac's log says: two messages of apsd, which keeps the connection to Apple's push service.

The message is given back rebuilt from its time, its process and its known words; nothing else of the line is.
"""

import re

from bot.dialogue.evidence.line import LEAD, STAMP, TAIL
from bot.dialogue.evidence.page import Page

_SERIAL = re.compile(
    r"hardware {1,3}serial ?number {1,3}[\"'`\\]{0,4}(?P<value>[^\"\n]{0,40}?)[\"'`\\]{0,4}"
    r" {1,3}looks[\s>]{1,12}(?P<verdict>(?:incorrect|invalid)(?:[\s>]{1,12}or[\s>]{1,12}invalid)?)"
)
_CERTIFICATE = re.compile(r"certificate[\s>]{1,12}not[\s>]{1,12}yet[\s>]{1,12}generated")
_FROM_APSD = re.compile(
    r"(?<![\w.\-])apsd(?:\[[^\]]*+\]|\([^)]*+\)|<[^>]*+>|0x[0-9a-f]++|\d|[^\w\[(<.\-])*+$", re.IGNORECASE
)
_PROCESS = re.compile(r"(?<![\w.\-])apsd(?P<id>\[[0-9]{1,5}(?=[\]:]))?(?![\w.\-])", re.IGNORECASE)
_FIELDS = re.compile(r"(?:\S+\s+){0,2}|.* 0x[0-9a-f]+ .*")


def logged_serial(page: Page) -> str | None:
    """Give the log line that says the serial number cannot be read, also where its sender is left out."""
    match = _message(page, _SERIAL, alone=True)
    if not match:
        return None
    said = match["value"].strip()
    value = said if said in ("unknown", "") else "[serial]"
    verdict = " ".join(match["verdict"].replace(">", " ").split())
    return f'{_origin(page, match)}Hardware SerialNumber "{value}" looks {verdict}'


def logged_certificate(page: Page) -> str | None:
    """Give the log line that says the Mac has no certificate for the push service."""
    match = _message(page, _CERTIFICATE, alone=False)
    return f"{_origin(page, match)}Certificate not yet generated" if match else None


def _message(page: Page, message: re.Pattern[str], *, alone: bool) -> re.Match[str] | None:
    """Find the message as a log line of apsd; if it may stand `alone`, also as a line without its sender."""
    for match in page.matches([message]):
        before = page.before(match.start())
        sender = _FROM_APSD.search(before)
        head = before[: sender.start()] if sender else before
        stamp = _last(STAMP, head)
        if sender and stamp and _is_proof(sender[0], head[stamp.end() :]):
            return match
        from_machine = stamp or LEAD.fullmatch(head)
        if (sender or alone) and from_machine and TAIL.match(page.after(match.end())):
            return match
    return None


def _is_proof(sender: str, fields: str) -> bool:
    """Tell whether a stamp, these fields and this sender are a log's, whatever words follow the message."""
    return sender.lower().startswith(("apsd[", "apsd:")) and bool(_FIELDS.fullmatch(fields.lstrip()))


def _origin(page: Page, message: re.Match[str]) -> str:
    before = page.before(message.start())
    stamp = _last(STAMP, before)
    process = _last(_PROCESS, before[stamp.end() if stamp else 0 :])
    shown = [" ".join(stamp[0].split())] if stamp else []
    if process:
        shown.append(f"apsd{process['id']}]:" if process["id"] else "apsd:")
    return "".join(f"{each} " for each in shown)


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(reversed(list(pattern.finditer(text))), None)
