"""How a typed message is looked at: folded to its letters, without courtesies, and searched for phrases."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

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
_ASKING = re.compile(
    r"[ぁ-ん](?:か|かな|かね|かい|よね|でしょう|かどうか)\Z"
    r"|\A(?:is|are|does|do|did|has|will|would|should|can|could)"
    r" (?:it|that|this|i|you|we|my|imessage|facetime) "
)


def is_question(text: str, message: str) -> bool:
    """Say whether the text asks; `message` is the same text after `normal`."""
    return bool(_QUESTION.search(text[-100:]) or _ASKING.search(message))


NUMBER = re.compile(
    r"(?:no |number |option |番号 ?)?(\d{1,2}) ?(?:番|番目|つ目|です|で|を|に|します|お願いします)*"
)


_COURTESIES = (
    re.compile(r"(?: please| thanks| thank you|です|ください|下さい|お願いします)$"),
    re.compile(
        r"^(?:please|can you|could you|can i|could i|can we|lets|let me|yes|ok) "
        r"|^(?:i want to|i would like to|id like to) "
        r"|(?: please| for me| now| thanks| thank you| then)$"
        r"|(?:[をでに]?お願い(?:します|いたします)?|[をで]?おねがいします"
        r"|して ?(?:ください|下さい|ほしいです)|ください|下さい|です|したいです|したい|します|する)$"
    ),
)
_SOFTENED = re.compile(r"(?<=[ぁ-んァ-ー一-龯])[ねよー]{1,3}\Z")
_PLAIN = dict(zip("いきぎしちにびみり", "うくぐすつぬぶむる", strict=True))


_POLITE = 80
"""Longer messages are no listed phrase, however politely put (characters)."""


def without_courtesies(message: str) -> Iterator[str]:
    """Give the message as it is, then with less and less of what is only courtesy."""
    yield message
    if len(message) > _POLITE:
        return
    firm = message if message.isascii() else _SOFTENED.sub("", message)
    shorter = (courtesy.sub("", firm).strip() for courtesy in _COURTESIES)
    for phrase in dict.fromkeys((firm, *shorter, *_plain(firm))):
        if phrase != message:
            yield phrase


def _plain(message: str) -> tuple[str, ...]:
    """Give what a polite verb at the end may be in a list: 戻ります → 戻る, しません → しない."""
    if message.endswith("ません"):
        return (f"{message[:-3]}ない",)
    if not message.endswith("ます"):
        return ()
    stem = message[:-2]
    if stem.endswith("し"):
        return (f"{stem[:-1]}する", f"{stem[:-1]}す")
    return (f"{stem}る", *(stem[:-1] + _PLAIN[last] for last in stem[-1:] if last in _PLAIN))


# No text is read in two ways here: where it was, a text that is no filler at its end took time exponential in
# its length, one factor for each such place.
_FILLER = re.compile(
    r"(?: |(?:yes|yeah|yep|yup|yay|ok|okay|oh|ah|wow|great|good|nice|cool|perfect|awesome|amazing|wonderful"
    r"|finally|at last|now|again|it|its|is|that|everything|thanks|thank you|so much|very much|a lot|for me"
    r"|for your help|facetime and imessage|imessage and facetime|messages)(?![a-z0-9])"
    r"|(?:imessage(?:[とやも] ?facetime)?|アイメッセージ|メッセージ)[がはもに]?"
    r"|やっと|ようやく|ちゃんと|無事に?|また|今は?|はい|うん|お|わあ?|やった|おかげさまで|おかげで|どうも"
    r"|ありがとう(?:ございます|ございました)?|助かりました|よかった|良かった|です|よ|ね|ー"
    r"|(?:再起動|アップデート)したら)*"
)


def is_filler(message: str, begin: int, end: int) -> bool:
    """Say whether nothing from `begin` to `end` can change what the rest of the message means."""
    return _FILLER.fullmatch(message, begin, end) is not None


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
