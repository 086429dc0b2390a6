"""How a typed message is looked at: folded to its letters, without courtesies, and searched for phrases."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_CONSIDERED = 2_000
"""Characters of a message that are looked at here; logs are read by `evidence`."""


def normal(text: str) -> str:
    """Fold what does not change the meaning: width, case, punctuation, emoji, invisible characters, spaces.

    Apostrophes vanish ("didn't" → "didnt"); all else that is no letter or digit becomes one space.
    """
    folded = unicodedata.normalize("NFKC", text[:_CONSIDERED]).casefold()
    return " ".join(folded.translate(_FOLD).split())


class _Fold(dict[int, str | int]):
    """What becomes of each character, found out when it is first seen."""

    def __missing__(self, code: int) -> str | int:
        character = chr(code)
        kept: str | int = " "
        if character.isalnum() or character == "ー":
            kept = code
        elif character in "'’‘`´" or unicodedata.category(character) in ("Cf", "Mn", "Cs"):
            kept = ""
        if len(self) < _REMEMBERED:
            self[code] = kept
        return kept


_REMEMBERED = 10_000
"""Characters that are remembered; more than people use, and few enough to stay small."""

_FOLD = _Fold()

_QUESTION = re.compile(r"[?？؟]\W*\Z")
_JAPANESE_QUESTION = re.compile(r"[ぁ-ん](?:か|かな|かね|かい|でしょう|かどうか)\Z")


def is_question(text: str, message: str) -> bool:
    """Say whether the text asks; `message` is the same text after `normal`."""
    return bool(_QUESTION.search(text[-100:]) or _JAPANESE_QUESTION.search(message))


NUMBER = re.compile(
    r"(?:no |number |option |番号 ?)?(\d{1,2}) ?(?:番|番目|つ目|です|で|を|に|します|お願いします)*"
)


_COURTESIES = (
    re.compile(r"(?: please| thanks| thank you|です|ですね|ください|下さい|お願いします)$"),
    re.compile(
        r"^(?:please|can you|could you|can i|could i|can we|lets|let me|yes|ok) "
        r"|^(?:i want to|i would like to|id like to) "
        r"|(?: please| for me| now| thanks| thank you| then)$"
        r"|(?:[をでに]?お願い(?:します|いたします)?|[をで]?おねがいします"
        r"|して ?(?:ください|下さい|ほしいです)|ください|下さい|です|ですね|したいです|したい|します|する)$"
    ),
)


def without_courtesies(message: str) -> tuple[str, ...]:
    """Give the message as it is, then with less and less of what is only courtesy."""
    shorter = (courtesy.sub("", message).strip() for courtesy in _COURTESIES)
    return tuple(dict.fromkeys((message, *shorter)))


_DOUBT_BEFORE = re.compile(
    r"(?<![a-z])(?:not|never|dont|doesnt|didnt|isnt|wasnt|cant|cannot|wont|hasnt|havent|couldnt|wouldnt|aint"
    r"|no longer|nothing|nobody|barely|hardly|almost|maybe|might|if|whether|unless|until|hope|hopefully"
    r"|should|would|supposed|used to|yesterday|want|need|how|why|when|what)(?![a-z])"
    r"|ない|ません|もし|たぶん|多分"
)
"""What, said before "it works", makes it another thing."""

_DOUBT_AFTER = re.compile(
    r"\A(?:ら|り(?!ました)|か|と思|とは|と言|と聞|という|のに|はず|っけ|ことが|わけ)|ない|ません|けど|けれど|ですが|たが|しかし|でも"
    r"|(?<![a-z])(?:but|except|until|unless|if|when|sometimes|yesterday|before|only|not|again|for a)(?![a-z])"
)
"""What, said after it, does."""


def is_doubtful(message: str, begin: int, end: int) -> bool:
    """Say whether something around the phrase at `begin` to `end` takes it back."""
    return bool(_DOUBT_BEFORE.search(message, 0, begin) or _DOUBT_AFTER.search(message[end:]))


class Finder:
    """Finds listed phrases inside messages: Latin ones as whole words, Japanese ones anywhere."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._names = {normal(phrase): name for name, listed in phrases.items() for phrase in listed}
        latin = _alternatives(phrase for phrase in self._names if phrase.isascii())
        other = _alternatives(phrase for phrase in self._names if not phrase.isascii())
        self._pattern = re.compile(rf"(?<![a-z0-9])(?:{latin})(?![a-z0-9])|(?:{other})")

    def mentions(self, message: str) -> list[tuple[str, int, int]]:
        """Give the name, begin and end of each phrase in the message; of overlapping ones the longest."""
        return [
            (self._names[found[0]], found.start(), found.end()) for found in self._pattern.finditer(message)
        ]


def _alternatives(phrases: Iterable[str]) -> str:
    """Make a pattern that takes the longest phrase; grouped by first letters it is three times as fast."""
    by_letter: dict[str, list[str]] = {}
    for phrase in sorted(filter(None, phrases), key=len, reverse=True):
        by_letter.setdefault(phrase[0], []).append(re.escape(phrase[1:]))
    groups = (f"{re.escape(letter)}(?:{'|'.join(rests)})" for letter, rests in by_letter.items())
    return "|".join(groups) or "(?!)"
