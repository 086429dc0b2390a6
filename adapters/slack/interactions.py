"""A pressed button or a shortcut on Slack → what somebody wants."""

from collections.abc import Mapping
from typing import NamedTuple

from adapters.slack.buttons import (
    BOTH,
    CARD,
    DIRECT_MESSAGE,
    GUIDE,
    HOME,
    HOME_ACTIONS,
    PICK,
    SHARE,
    Press,
    read_button,
)
from adapters.slack.commands import for_everybody
from adapters.slack.incoming import Heard, HomePressed, Incoming, Me, NotYours, Phrase, Told
from adapters.slack.origin import Origin, write_origin
from adapters.slack.payloads import Action, Container, Interaction, Shown
from adapters.slack.place import card, direct, in_channel
from bot.events import Command, ForgetMe, Invoked, Opened, Picked
from bot.model import Address, EventId
from bot.replace import replace

SHORTCUT = "help_with_this"
"""The `callback_id` of the message shortcut."""


def read_shortcut(pressed: Interaction, me: Me) -> Incoming | None:
    """Read "Help with this" on somebody's message: help for whoever wrote it, in that message's thread."""
    if pressed.callback_id != SHORTCUT or not me.is_meant(_team(pressed), pressed.api_app_id):
        return None
    message, channel, asker = pressed.message or Shown(), _channel(pressed), pressed.user.id
    named = EventId(f"slack:{pressed.trigger_id or ''}")
    url, author = pressed.response_url or "", message.user or ""
    ts = message.ts or pressed.message_ts or ""

    def told(phrase: Phrase) -> Told:
        return Told(asker, url, phrase)

    if message.bot_id or not author or author in (me.user, "USLACKBOT"):
        return told("only_people")
    if not me.is_meant(message.user_team or message.team or me.team, None):
        return told("only_colleagues")
    if author == asker and channel.startswith("D"):
        return Heard(direct(me.team, asker), Opened(named), told("wrote_dm"))
    if channel.startswith("D") or not channel or not ts:
        return told("not_here")
    root = message.thread_ts or ts
    mention = author if author != asker else ""
    origin = Origin(channel=channel, thread=root, since=pressed.action_ts or "", url=url, mention=mention)
    return Heard(in_channel(me.team, channel, root, author), Opened(named, origin=write_origin(origin)))


def read_press(pressed: Interaction, me: Me) -> Incoming | None:
    """Read a press of a button, in a message or in App Home."""
    if not pressed.actions or not me.is_meant(_team(pressed), pressed.api_app_id):
        return None
    action = pressed.actions[0]
    named = EventId(f"slack:{pressed.trigger_id or ''}:{action.action_ts or ''}")
    if action.action_id.startswith(HOME):
        return _home(pressed.user.id, action, named, me)
    if not (channel := _channel(pressed)):
        return None
    return _in_message(_Pressed(pressed, action, channel, named), me)


class _Pressed(NamedTuple):
    """A press in a message."""

    interaction: Interaction
    action: Action
    channel: str
    named: EventId

    @property
    def person(self) -> str:
        return self.interaction.user.id

    @property
    def url(self) -> str:
        return self.interaction.response_url or ""

    @property
    def container(self) -> Container:
        return self.interaction.container or Container()

    @property
    def message(self) -> Shown:
        return self.interaction.message or Shown()

    @property
    def thread(self) -> str:
        """The thread that the message is a reply in."""
        ts = self.container.message_ts or self.message.ts
        root = self.container.thread_ts or self.message.thread_ts or ""
        return root if root != ts else ""


def _in_message(pressed: _Pressed, me: Me) -> Incoming | None:
    person, action, named = pressed.person, pressed.action.action_id, pressed.named
    wrote = Told(person, pressed.url, "wrote_dm")
    if action == DIRECT_MESSAGE:
        return Heard(direct(me.team, person), Opened(named), wrote)
    if action == SHARE:
        origin = Origin(channel=pressed.channel, url=pressed.url, public=True)
        return Heard(card(me.team, person), Invoked(named, "status", origin=write_origin(origin)))
    press = read_button(pressed.action.value or "")
    if press is None or not action.startswith((PICK, CARD)):
        return None
    if press.owner not in (person, pressed.channel):
        return NotYours(person, pressed.channel, pressed.thread)
    if action == f"{CARD}fix":
        return Heard(direct(me.team, person), Opened(named), wrote)
    if action.startswith(CARD):
        return _on_card(pressed, press, me)
    picked = Picked(named, press.prompt, press.choice, origin=_origin(pressed, press))
    return Heard(_where(pressed, me), picked)


def _on_card(pressed: _Pressed, press: Press, me: Me) -> Heard:
    """Read a card's button: one about the watch counts on an old card, too, as after a "share here"."""
    origin, place = _origin(pressed, press), card(me.team, pressed.person)
    match press.choice:
        case "watch" | "unwatch" as command:
            invoked = Invoked(pressed.named, command, origin=origin)
            if press.owner == pressed.channel:
                return for_everybody(pressed.channel, invoked, pressed.person, me)
            return Heard(place, invoked)
        case _:
            return Heard(place, Picked(pressed.named, press.prompt, press.choice, origin=origin))


def _where(pressed: _Pressed, me: Me) -> Address:
    if pressed.channel.startswith("D"):
        return direct(me.team, pressed.person, pressed.thread)
    root = pressed.thread or pressed.container.message_ts or pressed.message.ts or ""
    return in_channel(me.team, pressed.channel, root, pressed.person)


def _origin(pressed: _Pressed, press: Press) -> str:
    """Tell what is to be closed. An ephemeral message has no `ts` to change it by, only its address."""
    label = pressed.action.text.text if pressed.action.text else press.choice
    since = pressed.action.action_ts or ""
    if pressed.container.is_ephemeral:
        origin = Origin(channel=pressed.channel, since=since, label=label, url=pressed.url, replaces=True)
        return write_origin(origin)
    ts = pressed.container.message_ts or pressed.message.ts or ""
    shown = pressed.message.blocks
    origin = Origin(
        channel=pressed.channel,
        thread=pressed.thread,
        since=since,
        closes=ts,
        blocks=tuple(_kept(block) for block in shown if _stays(block)) if isinstance(shown, list) else (),
        label=label,
        url=pressed.url if press.owner == pressed.channel else "",
    )
    return write_origin(origin)


def _stays(block: object) -> bool:
    return isinstance(block, dict) and block.get("type") in ("rich_text", "context")


def _kept(block: dict[str, object]) -> dict[str, object]:
    """Leave out the block's name: a changed message wants new ones."""
    return {name: value for name, value in block.items() if name != "block_id"}


def _home(person: str, pressed: Action, named: EventId, me: Me) -> Incoming | None:
    """Read a button of App Home. Deleting is for both conversations that App Home shows."""
    action = pressed.action_id.removeprefix(HOME)
    if action not in HOME_ACTIONS:
        return None
    message, status = direct(me.team, person), card(me.team, person)
    if action == "forget":
        return HomePressed(person, (Heard(message, ForgetMe(named, also=(status,))),))
    if action == "go_on":
        return HomePressed(person, (Heard(message, Opened(named)),))
    invoked = Invoked(named, _HOME_COMMANDS[action])
    if invoked.command not in ("watch", "unwatch") or pressed.value == GUIDE:
        return HomePressed(person, (Heard(message, invoked),))
    if pressed.value != BOTH:
        return HomePressed(person, (Heard(status, invoked),))
    unsaid = replace(invoked, id=EventId(f"{named}:card"), origin=write_origin(Origin(silent=True)))
    return HomePressed(person, (Heard(status, unsaid), Heard(message, invoked)))


_HOME_COMMANDS: Mapping[str, Command] = {
    "restart": "restart", "language": "language", "watch": "watch", "unwatch": "unwatch",
}  # fmt: skip


def _team(pressed: Interaction) -> str | None:
    """Name the presser's workspace: somebody from another one sees our buttons in a shared channel."""
    return pressed.user.team_id or (pressed.team.id if pressed.team else None)


def _channel(pressed: Interaction) -> str:
    if pressed.channel:
        return pressed.channel.id
    return (pressed.container.channel_id if pressed.container else None) or ""
