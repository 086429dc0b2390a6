"""What stands in a button: written by `outbound` and `home`, read by `inbound`."""

from typing import Literal, NamedTuple, TypeAlias, get_args

VALUE_LIMIT = 2_000
"""Characters of a button's value (Slack's limit)."""

HomeAction: TypeAlias = Literal["go_on", "restart", "language", "watch", "unwatch", "forget"]
HOME_ACTIONS: tuple[HomeAction, ...] = get_args(HomeAction)
"""What App Home's buttons do."""

GUIDE, BOTH = "guide", "both"
"""The value of a button of App Home that is for the guide's conversation, or for it and the card's alike.

One without a value is for the card's where it is about a watch.
"""

PICK, CARD, HOME = "pick.", "card.", "home."
"""Beginnings of an `action_id`: a choice of a conversation, a choice of the card, a button of App Home."""

DIRECT_MESSAGE = "dm"
"""The `action_id` of "help me in a direct message"."""

SHARE = "share"
"""The `action_id` of "share here"."""


class Press(NamedTuple):
    """A press of a choice: of the prompt numbered `prompt`, which `owner` (a user id) was asked."""

    prompt: int
    owner: str
    choice: str


def button_value(prompt: int, owner: str, choice: str) -> str:
    """Write what a choice's button says of itself."""
    value = f"{prompt}.{owner}.{choice}"
    if len(value) > VALUE_LIMIT:
        raise ValueError(f"the choice {choice[:40]}… does not fit into a button")
    return value


def read_button(value: str) -> Press | None:
    """Read it back; None if it is none of ours."""
    prompt, _, rest = value.partition(".")
    owner, _, choice = rest.partition(".")
    if not (prompt.isascii() and prompt.isdecimal() and len(prompt) <= 9 and owner and choice):  # noqa: PLR2004
        return None
    return Press(int(prompt), owner, choice)
