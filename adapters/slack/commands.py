"""A slash command on Slack → what somebody wants, for themselves or for their whole channel."""

import unicodedata
from collections.abc import Mapping

from adapters.slack.incoming import Heard, Incoming, Me, Told
from adapters.slack.markup import meant
from adapters.slack.origin import Origin, write_origin
from adapters.slack.payloads import Slash
from adapters.slack.place import card, direct, whole_channel
from bot.events import Command, Invoked, Opened, Said
from bot.model import EventId
from bot.replace import replace

STATUS, HELP = "/imessage-status", "/imessage-help"
COMMANDS = (STATUS, HELP)
"""The slash commands."""

ARGUMENTS: Mapping[str, Command] = {
    "": "status", "share": "status", "watch": "watch", "unwatch": "unwatch",
    "ja": "japanese", "en": "english",
}  # fmt: skip
"""What may follow `/imessage-status`; anything else is answered with how to use it."""

_ALSO: Mapping[str, str] = {
    "共有": "share", "お知らせ": "watch", "知らせて": "watch", "停止": "unwatch", "stop": "unwatch",
    "お知らせをやめる": "unwatch", "日本語": "ja", "japanese": "ja", "英語": "en", "english": "en",
}  # fmt: skip
"""What people may write instead."""


def read_command(slash: Slash, me: Me) -> Incoming | None:
    """Read a slash command."""
    if not me.is_meant(slash.team_id, slash.api_app_id):
        return None
    named, text = EventId(f"slack:{slash.trigger_id or ''}"), slash.text or ""
    match slash.command:
        case "/imessage-status":
            return _status(slash, named, text, me)
        case "/imessage-help":
            asked = meant(text, me.user)
            said = Said(named, asked) if asked else Opened(named)
            told = Told(slash.user_id, slash.response_url or "", "wrote_dm")
            return Heard(direct(me.team, slash.user_id), said, told)
        case _:
            return None


def for_everybody(channel: str, event: Invoked, person: str, me: Me) -> Heard:
    """Have a whole channel watch, or watch no longer, and be told so in the language of whoever asked."""
    return Heard(whole_channel(me.team, channel), replace(event, insists=True), by=person)


def _status(slash: Slash, named: EventId, text: str, me: Me) -> Incoming:
    """Read what somebody wants of the status. A watch is the channel's, and their own in a direct message."""
    person, url = slash.user_id, slash.response_url or ""
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    word = _ALSO.get(word, word)
    if (command := ARGUMENTS.get(word)) is None:
        return Told(person, url, "usage")
    origin = Origin(channel=slash.channel_id, url=url, public=word == "share")
    invoked = Invoked(named, command, origin=write_origin(origin))
    if command in ("watch", "unwatch") and not slash.channel_id.startswith("D"):
        return for_everybody(slash.channel_id, invoked, person, me)
    return Heard(card(me.team, person), invoked)
