"""Recognises in pasted text what a Mac's profiler, its About window and its log say about the Mac.

Machine output is recognised in whatever it was wrapped on its way here; what people write about it is not.
Therefore each fact is first looked for by a pattern that begins with a literal, which is fast in any amount
of other text, and only what stands before and after a match on its line decides whether a machine wrote it.
"""

from bot.dialogue.evidence.log import logged_certificate, logged_serial
from bot.dialogue.evidence.mask import mask
from bot.dialogue.evidence.page import Page
from bot.dialogue.evidence.serial import reported_serial
from bot.dialogue.evidence.system import macos_version, model
from bot.events import Said, Shared
from bot.model import Finding, FindingName


def shown_by(event: Said | Shared) -> tuple[Finding, ...]:
    """Give what the event's text shows, which may be known already."""
    return find(event.text) if event.findings is None else event.findings


def find(text: str) -> tuple[Finding, ...]:
    """Give what the text shows: at most one finding a name, in the order of `FindingName`.

    What the profiler or the About window says of the serial number beats the log, which is history; the last
    of several answers counts. Never raises, and takes time linear in the length of the text. Quotes are put
    together from words that are known beforehand, and masked all the same.
    """
    page = Page.of(text)
    serial = reported_serial(page) or _logged("serial_missing", logged_serial(page))
    certificate = _logged("apns_certificate_missing", logged_certificate(page))
    found = (serial, certificate, macos_version(page), model(page))
    return tuple(Finding(each.name, mask(each.quote)) for each in found if each)


def _logged(name: FindingName, line: str | None) -> Finding | None:
    return Finding(name, line) if line else None
