"""A message on Slack → what somebody said or sent, and to whom."""

from adapters.attachment import unread
from adapters.parts import clean
from adapters.slack.incoming import Fetch, Heard, Incoming, Me
from adapters.slack.markup import addresses_another, meant, mentions
from adapters.slack.origin import Origin, write_origin
from adapters.slack.payloads import File, Message
from adapters.slack.place import direct, in_channel
from bot.events import Opened, Said, Sent, Unread
from bot.model import Address, EventId
from bot.replace import replace


def read_mention(message: Message, me: Me, *, shared: bool) -> Incoming | None:
    """Read a message in a channel that mentions us; the conversation is in its thread."""
    if not _is_from_a_person(message, me, shared=shared) or message.channel.startswith("D"):
        return None
    root = message.thread_ts or message.ts
    return _heard(message, in_channel(me.team, message.channel, root, message.user or ""), me)


def read_message(message: Message, me: Me, *, shared: bool) -> Incoming | None:
    """Read a direct message, or one in a thread that the writer or we began.

    Whatever mentions us in a channel comes as a mention too, and only that counts.
    """
    if not _is_from_a_person(message, me, shared=shared):
        return None
    person, text, root = message.user or "", message.text or "", message.thread_ts
    if message.channel.startswith("D"):
        thread = root if root and root != message.ts else ""
        return _heard(message, direct(me.team, person, thread), me)
    ours = root and root != message.ts and message.parent_user_id in (person, me.user)
    if not root or not ours or mentions(text, me.user) or addresses_another(text, me.user):
        return None
    return _heard(message, in_channel(me.team, message.channel, root, person), me, addressed=False)


def _is_from_a_person(message: Message, me: Me, *, shared: bool) -> bool:
    if not message.user or message.user in (me.user, "USLACKBOT") or message.bot_id:
        return False
    if message.hidden or message.edited is not None:
        return False
    team = message.user_team or message.team
    return me.connect or not (shared and team and team != me.team)


def event_id(team: str, channel: str, ts: str) -> EventId:
    """Name a message's event: the same whichever way it comes."""
    return EventId(f"slack:{team}:{channel}:{ts}")


def _heard(message: Message, address: Address, me: Me, *, addressed: bool = True) -> Incoming | None:
    named = event_id(me.team, message.channel, message.ts)
    thread = message.thread_ts or (message.ts if not message.channel.startswith("D") else "")
    origin = write_origin(Origin(channel=message.channel, thread=thread, since=message.ts))
    text = meant(message.text or "", me.user)
    if message.files:
        return _file(message.files, Fetch(address, "", "", text, named, origin, addressed))
    if text:
        return Heard(address, Said(named, text, origin=origin, addressed=addressed))
    if not addressed:
        return None
    return Heard(
        address, Opened(named, origin=origin) if message.text else Sent(named, "other", origin=origin)
    )


def _file(files: tuple[File, ...], fetch: Fetch) -> Incoming:
    """Take the first file that can be read; without any, say of the first why not."""
    reasons = [_why_unread(file) for file in files]
    for file, reason in zip(files, reasons, strict=True):
        if reason is None:
            return replace(fetch, url=_url(file), name=_name(file))
    return Heard(fetch.address, fetch.unread(reasons[0] or "unavailable_file"))


def _why_unread(file: File) -> Unread | None:
    """Say why a file is not read; one that Slack only hints at cannot be had with our token."""
    visible = file.file_access in (None, "", "visible") and file.mode not in ("tombstone", "hidden_by_limit")
    if file.is_external or not visible or not _url(file):
        return "unavailable_file"
    return unread(_name(file), file.mimetype or "", file.size or 0)


def _url(file: File) -> str:
    return file.url_private_download or file.url_private or ""


def _name(file: File) -> str:
    return clean(file.name or file.title or "")[:255]
