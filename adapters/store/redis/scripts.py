"""Our Lua scripts, and how one is called: by its digest, or in full where the server does not know it yet."""

from collections.abc import Sequence
from hashlib import sha1
from importlib.resources import files
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from bot.ports.stored import CHAT_BURST

Word: TypeAlias = str | bytes | int
_FOLDER = files(__package__)


class Ask(NamedTuple):
    """A plain command of Redis that only reads."""

    words: Sequence[Word]
    durable: bool = False

    def in_short(self) -> Sequence[Word]:
        return self.words

    def in_full(self) -> Sequence[Word]:
        return self.words


class Call(NamedTuple):
    """A call of a script. `durable`: its effect must have reached the replicas that were asked for."""

    script: "Script"
    keys: Sequence[str]
    args: Sequence[Word] = ()
    durable: bool = False

    def in_short(self) -> Sequence[Word]:
        return ("EVALSHA", self.script.digest, len(self.keys), *self.keys, *self.args)

    def in_full(self) -> Sequence[Word]:
        return ("EVAL", self.script.text, len(self.keys), *self.keys, *self.args)


Command: TypeAlias = Ask | Call


class Script(Struct, frozen=True):
    """A script with all that it needs."""

    text: str
    digest: str


def _read(name: str) -> Script:
    parts = (_FOLDER.joinpath(f"{each}.lua").read_text("utf-8") for each in ("prelude", name))
    text = f"local CHAT_BURST = {CHAT_BURST}\n" + "".join(parts)
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


BURY = _read("bury")
CLAIM = _read("claim")
CLOCK = _read("clock")
COMMIT = _read("commit")
FOLLOWERS = _read("followers")
FORGET = _read("forget")
JOIN = _read("join")
LEAD = _read("lead")
PIN = _read("pin")
POSTPONE = _read("postpone")
PROBE = _read("probe")
RESERVE = _read("reserve")
SETTLE = _read("settle")
SET_ASIDE = _read("set_aside")
TALLY = _read("tally")
UNPARK = _read("unpark")
