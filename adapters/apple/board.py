"""Reads Apple's System Status document into a board. Pure: bytes and a time in, values out.

Apple documents none of this; it was learnt from 24 captures of the feed (2019 to 2021) and 321 changes of
its events. What the feed does not say clearly is `unknown` here, never `ok`.
"""

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from bot.apple import Board, Report, Service
from bot.ports import StatusUnreadable

MESSAGE_LIMIT: Final = 200
"""The longest `Report.message`, in characters: a paragraph, in a reply that has more to say."""


def read_board(document: bytes, *, checked_at: datetime) -> Board:
    """Read the document as it stood at `checked_at` (UTC), or raise `StatusUnreadable`.

    A service that the document lacks, or describes in a way we cannot read, is `unknown`; the others are
    read all the same. So another feed of Apple's, such as the developers', gives a board of unknowns.
    """
    events = _events_by_service(_services(document))
    return Board(checked_at, tuple(_report(each, events.get(each, _UNTOLD), checked_at) for each in Service))


# --- the document -----------------------------------------------------------------------------------------


def _services(document: bytes) -> Sequence[object]:
    """Take the list of services out of the document.

    It is JSON in spite of its name (`.js`), with a byte order mark or in `jsonCallback(…);` at times, so
    the text between the outermost braces counts. One broken byte costs one character, not the board.
    """
    text = document.decode("utf-8", errors="replace")
    start, end = text.find("{"), text.rfind("}") + 1
    if not text.strip():
        raise StatusUnreadable("Apple's System Status came back empty")
    if not 0 <= start < end:
        raise StatusUnreadable("Apple's System Status sent something other than its status")
    try:
        content = json.loads(text[start:end], parse_int=float)  # int() refuses 5,000 digits, float() does not
    except (ValueError, RecursionError) as error:
        raise StatusUnreadable("Apple's System Status is cut off, damaged or not a status at all") from error
    match content:
        case {"services": list(services)}:
            return services
        case _:
            raise StatusUnreadable("Apple's System Status came without its list of services")


_UNTOLD: Final[Sequence[object]] = (None,)
"""Events that tell nothing: of a service that is missing, or whose events are no list."""


def _events_by_service(services: Sequence[object]) -> dict[Service, list[object]]:
    """Gather the events of the services that we know; one that is listed under two names has both's."""
    gathered: dict[Service, list[object]] = {}
    for entry in services:
        match entry:
            case {"serviceName": str(name), **rest} if service := _SERVICES.get(_folded(name)):
                events = rest.get("events")
                gathered.setdefault(service, []).extend(events if isinstance(events, list) else _UNTOLD)
    return gathered


def _folded(name: str) -> str:
    """Fold away what differs between feeds of the same day: HTML escapes, widths, blanks, case."""
    return "".join(unicodedata.normalize("NFKC", _visible(html.unescape(name))).split()).casefold()


def _visible(text: str) -> str:
    """Drop control, bidi and other invisible characters and lone surrogates; blanks and newlines stay."""
    return "".join(each for each in text if each.isspace() or unicodedata.category(each)[0] != "C")


_ALIASES: Final[dict[Service, tuple[str, ...]]] = {
    Service.IMESSAGE: ("iMessage",),
    Service.FACETIME: ("FaceTime",),
    # "Apple ID" in every capture (to 2021), "Apple Account" by March 2026.
    Service.APPLE_ACCOUNT: ("Apple Account", "Apple ID", "Appleアカウント"),
    Service.ICLOUD_SIGN_IN: (
        "iCloud Account & Sign In",
        "iCloud Account and Sign In",
        "iCloudアカウントおよびサインイン",
        "iCloudアカウントとサインイン",
        "iCloudアカウント & サインイン",
    ),
    Service.DEVICE_ACTIVATION: (
        "iOS Device Activation",
        "Device Activation",
        "iOSデバイスアクティベーション",
        "iOSデバイスのアクティベーション",
        "デバイスアクティベーション",
        "デバイスのアクティベーション",
    ),
}
_SERVICES: Final = {_folded(alias): service for service, names in _ALIASES.items() for alias in names}


# --- what its events mean ---------------------------------------------------------------------------------

_Trouble: TypeAlias = Literal["outage", "issue", "maintenance"]
_WORST_FIRST: Final[tuple[_Trouble, ...]] = ("outage", "issue", "maintenance")
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


_OVER: Final = frozenset({"resolved", "completed"})

JUST_ENDED: Final = timedelta(hours=1)
"""How long after its end a problem is still told of."""


class _Event(Struct, frozen=True):
    status: str
    kind: _Trouble
    start: datetime | None
    end: datetime | None
    words: object

    @property
    def is_announced(self) -> bool:
        return self.status == "upcoming"

    def is_active(self, now: datetime) -> bool:
        """Tell whether it is going on. Only Apple's word ends an event: not its end, nor a status new to us.

        Announced maintenance is going on from its start to its end, for Apple posts late; without an end
        we take Apple's word that it has not begun.
        """
        if self.is_announced:
            return self.start is not None and self.end is not None and self.start <= now < self.end
        return self.status not in _OVER

    def has_just_ended(self, now: datetime) -> bool:
        """Tell whether it was a problem that Apple says is over, and was not an hour ago.

        People may still feel it, and what they should try first is another than where there was none.
        """
        is_over = self.end is not None and now - JUST_ENDED <= self.end <= now
        return is_over and self.kind != "maintenance" and self.status in _OVER

    def urgency(self) -> tuple[int, datetime]:
        """Sort the worst first, then the oldest; an unknown start comes last."""
        return _WORST_FIRST.index(self.kind), self.start or _LATEST


def _report(service: Service, entries: Iterable[object], now: datetime) -> Report:
    """Sum up a service: its worst active event speaks for it, the oldest of several equals.

    An entry that is no event leaves the service `unknown`, unless another one says that there is trouble.
    """
    events = [_event(entry) for entry in entries]
    read = [event for event in events if event]
    active = min((event for event in read if event.is_active(now)), key=_Event.urgency, default=None)
    coming = [event.start for event in read if event.is_announced and event.start and event.start > now]
    planned = min(coming, default=None)
    if active:
        until = active.end if active.kind == "maintenance" else None
        return Report(service, active.kind, active.start, until, _plain(active.words), planned)
    if len(read) < len(events):
        return Report(service, "unknown")
    ends = [event.end for event in read if event.end and event.has_just_ended(now)]
    return Report(service, "ok", planned=planned, ended=max(ends, default=None))


def _event(entry: object) -> _Event | None:
    """Read one event, as far as it can be read; None if it is no event at all."""
    if not isinstance(entry, dict):
        return None
    status = _word(entry.get("eventStatus"))
    kind = _KINDS.get(_word(entry.get("statusType")), "maintenance" if status == "upcoming" else "issue")
    start, end = _instant(entry.get("epochStartDate")), _instant(entry.get("epochEndDate"))
    return _Event(status, kind, start, end, entry.get("message"))


_KINDS: Final[dict[str, _Trouble]] = {
    "outage": "outage",
    "maintenance": "maintenance",
    "issue": "issue",
    "performance": "issue",
}


def _word(value: object) -> str:
    return value.strip().casefold() if isinstance(value, str) else ""


def _instant(epoch: object) -> datetime | None:
    """Read milliseconds since 1970 (UTC). The date strings beside them differ by language and zone.

    JSON's numbers are floats here, so a bool or a string is none; nor is anything outside 1970 to 2100.
    """
    if isinstance(epoch, float) and 0 < epoch < _YEAR_2100:
        return datetime.fromtimestamp(epoch / 1000, UTC)
    return None


_YEAR_2100: Final = datetime(2100, 1, 1, tzinfo=UTC).timestamp() * 1000


# --- Apple's words ----------------------------------------------------------------------------------------

_BREAK: Final = re.compile(r"</?(?:br|p|div|li|ul|ol|tr)\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[a-z/!?][^<>]*>", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[。！？]|[.!?](?= )")


def _plain(words: object) -> str:
    """Give Apple's words as one line of plain text of at most `MESSAGE_LIMIT` characters."""
    if not isinstance(words, str):
        return ""
    text = _visible(html.unescape(words[: 20 * MESSAGE_LIMIT]))
    return _shortened(" ".join(_TAG.sub("", _BREAK.sub(" ", text)).split()))


def _shortened(text: str) -> str:
    """Cut after a sentence, else after a word, but never away more than half of what fits."""
    if len(text) <= MESSAGE_LIMIT:
        return text
    head = text[: MESSAGE_LIMIT - 1]
    sentence = max((found.end() for found in _SENTENCE_END.finditer(head)), default=0)
    cuts = (sentence, head.rfind(" "), len(head))
    return head[: next(cut for cut in cuts if cut >= MESSAGE_LIMIT // 2)].rstrip() + "…"
