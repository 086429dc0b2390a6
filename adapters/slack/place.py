"""Where a conversation on Slack takes place, as an `Address`, and back.

| place | `Address.chat` |
|---|---|
| the direct message with the bot | `T1/@U1` |
| a thread in it, as each of the agent's panes is | `T1/@U1/1700000000.000100` |
| the status card, wherever it is shown | `T1/@U1/card` |
| a thread in a channel | `T1/C1/1700000000.000100` |
| a channel as a whole, whose person is the channel itself | `T1/C1` |

A direct message has its person in it, because the replies of a chat wait for each other.
"""

from msgspec import Struct

from bot.model import Address

PLATFORM = "slack"
_CARD = "card"


class Spot(Struct, frozen=True):
    """Where the replies of a conversation go. No `channel` is the direct message with the person."""

    channel: str = ""
    thread: str = ""
    """The `ts` of the thread's first message."""
    is_card: bool = False

    @property
    def is_everybodys(self) -> bool:
        """Whether it is a channel as a whole, and nobody's own conversation."""
        return bool(self.channel) and not self.thread


def direct(team: str, person: str, thread: str = "") -> Address:
    """Name the direct message with a person, or a thread in it."""
    return Address(PLATFORM, f"{team}/@{person}/{thread}" if thread else f"{team}/@{person}", person)


def card(team: str, person: str) -> Address:
    """Name the conversation of the status card, a small one so that no button of a running guide gets old."""
    return Address(PLATFORM, f"{team}/@{person}/{_CARD}", person)


def in_channel(team: str, channel: str, thread: str, person: str) -> Address:
    """Name a person's conversation in a thread of a channel."""
    return Address(PLATFORM, f"{team}/{channel}/{thread}", person)


def whole_channel(team: str, channel: str) -> Address:
    """Name the conversation with everybody in a channel, of which no one person is the owner."""
    return Address(PLATFORM, f"{team}/{channel}", channel)


def spot(address: Address) -> Spot:
    """Find out where the replies to an address go."""
    _, channel, thread = (*address.chat.split("/", 2), "", "")[:3]
    if not channel.startswith("@"):
        return Spot(channel, thread)
    return Spot(is_card=True) if thread == _CARD else Spot(thread=thread)
