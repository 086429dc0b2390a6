"""Slack's payloads → what happened. Pure, and nothing that arrives makes it raise.

One message may come as `message` and as `app_mention`, and each again: all of them are one event, named by
the message's `ts`.
"""

from collections.abc import Callable, Mapping

import msgspec

from adapters.slack.commands import read_command
from adapters.slack.incoming import HomeOpened, Incoming, Malformed, Me, PaneOpened, Uninstalled
from adapters.slack.interactions import read_press, read_shortcut
from adapters.slack.payloads import (
    Envelope,
    HomeTab,
    Interaction,
    Message,
    PaneStarted,
    Slash,
    TokensRevoked,
    read,
)
from adapters.slack.spoken import read_mention, read_message


def read_payload(payload: Mapping[str, object], me: Me) -> Incoming | None:
    """Say what a payload of the Events API, an interaction or a slash command means; None for nothing."""
    try:
        if "command" in payload:
            return read_command(read(payload, Slash), me)
        match payload.get("type"):
            case "event_callback":
                return _read_event(read(payload, Envelope), me)
            case "block_actions":
                return read_press(read(payload, Interaction), me)
            case "message_action":
                return read_shortcut(read(payload, Interaction), me)
            case _:
                return None
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return Malformed(repr(payload.get("event_id") or payload.get("trigger_id") or "")[:100])


def _read_event(envelope: Envelope, me: Me) -> Incoming | None:
    if not _is_ours(envelope, me):
        return None
    reader = EVENTS.get(str(envelope.event.get("type")))
    return reader(envelope, me) if reader else None


def _is_ours(envelope: Envelope, me: Me) -> bool:
    """Say whether an event is for our app in our workspace; a shared channel's names ours first of all."""
    seen_by = [each.team_id for each in envelope.authorizations or () if each.team_id]
    team = seen_by[0] if seen_by else envelope.team_id
    return team == me.team and (not me.app or envelope.api_app_id in (None, "", me.app))


def _mention(envelope: Envelope, me: Me) -> Incoming | None:
    if envelope.event.get("subtype") not in READ_SUBTYPES:
        return None
    return read_mention(read(envelope.event, Message), me, shared=bool(envelope.is_ext_shared_channel))


def _message(envelope: Envelope, me: Me) -> Incoming | None:
    if envelope.event.get("subtype") not in READ_SUBTYPES:
        return None
    return read_message(read(envelope.event, Message), me, shared=bool(envelope.is_ext_shared_channel))


def _home(envelope: Envelope, _: Me) -> Incoming | None:
    opened = read(envelope.event, HomeTab)
    if opened.tab == "home":
        return HomeOpened(opened.user)
    return PaneOpened(opened.user, opened.channel) if opened.tab == "messages" and opened.channel else None


def _pane(envelope: Envelope, _: Me) -> Incoming | None:
    pane = read(envelope.event, PaneStarted).assistant_thread
    return PaneOpened(pane.user_id, pane.channel_id, pane.thread_ts)


def _uninstalled(_: Envelope, __: Me) -> Incoming | None:
    return Uninstalled("app_uninstalled")


def _revoked(envelope: Envelope, me: Me) -> Incoming | None:
    """Count the bot's token only: that of a person who once allowed something is none of ours."""
    revoked = read(envelope.event, TokensRevoked).tokens.bot or ()
    return Uninstalled("tokens_revoked") if me.user in revoked else None


EVENTS: Mapping[str, Callable[[Envelope, Me], Incoming | None]] = {
    "app_mention": _mention,
    "message": _message,
    "app_home_opened": _home,
    "assistant_thread_started": _pane,
    "app_uninstalled": _uninstalled,
    "tokens_revoked": _revoked,
}
"""The events that are read, by type. All others are acknowledged and ignored."""

READ_SUBTYPES = (None, "", "file_share", "thread_broadcast", "me_message")
"""The messages that a person writes: not edits, deletions, joins, bots, calls and what is not known yet."""
