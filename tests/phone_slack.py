"""Draws the cards of the bot on Slack as a narrow phone shows them, from the blocks that it really makes."""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.slack.home import view_of
from adapters.slack.origin import Origin, write_origin
from adapters.slack.outbound import Close, calls
from adapters.slack.place import card, direct
from bot.apple import Board, Report, Service
from bot.dialogue.book import Book
from bot.dialogue.home import home
from bot.dialogue.turn import take_turn
from bot.events import Event, Invoked, Opened, Picked
from bot.flowfiles import load_book
from bot.model import Address, Conversation, EventId, Language, Reply, Say, World
from tests.drawing import FONT, SIZE, box, pixels, text, wrapped
from tests.phone import ASKED, MARGIN, ROOT, TOKYO, WIDTH

PHONES: dict[Language, Path] = {"ja": ROOT / ".github/slack-ja.svg", "en": ROOT / ".github/slack-en.svg"}
TITLES: dict[Language, tuple[str, ...]] = {
    "ja": (
        "/imessage-status　問題があるとき",
        "/imessage-status　問題がないとき",
        "スレッドでの案内",
        "ホーム",
    ),
    "en": (
        "/imessage-status, with a problem",
        "/imessage-status, all clear",
        "A guide in a thread",
        "App Home",
    ),
}
TEAM, PERSON = "T1", "U1"

SMALL, LINE, ROW, GAP, PADDING = 13, 21, 40, 8, 12
"""Pixels: of small letters, from line to line, of a row of buttons, between things, round them."""

MARKS = {"🔴": "#e01e5a", "🟠": "#de7e1f", "🟢": "#2bac76", "🔵": "#1264a3", "⚪": "#d8d8d8"}

WORDS: dict[Language, str] = {
    "ja": "現在、この問題を調査しています。",
    "en": "Users are experiencing a problem with this service.",
}
"""As Apple puts it."""

Block = Mapping[str, Any]


@dataclass
class Sheet:
    """What is drawn so far, and where the next thing goes."""

    drawn: list[str] = field(default_factory=list)
    top: int = MARGIN

    def write(self, line: str, *, color: str = "#1d1c1d", size: int = SIZE, bold: bool = False) -> None:
        """Write a line; a mark at its begin is drawn, because not every viewer has its letter."""
        left = MARGIN + PADDING
        if line[:1] in MARKS:
            dot = f'<circle cx="{left + 7}" cy="{self.top + LINE - 11}" r="6" fill="{MARKS[line[0]]}"/>'
            self.drawn.append(dot)
            left, line = left + 20, line[1:].lstrip()
        self.drawn.append(text(left, self.top + LINE - 6, line, bold=bold, color=color, size=size))
        self.top += LINE


def world(language: Language, *, trouble: bool) -> World:
    """Give a day with an outage of iMessage at Apple's, or without."""
    hour, words = ASKED - timedelta(hours=1), WORDS[language]
    broken = {Service.IMESSAGE: Report(Service.IMESSAGE, "outage", hour, None, words)} if trouble else {}
    board = Board(ASKED, tuple(broken.get(service, Report(service, "ok")) for service in Service))
    return World(ASKED, {language: board}, TOKYO)


class Talk:
    """A conversation without a Slack between."""

    def __init__(self, book: Book, address: Address, outside: World) -> None:
        self._book, self._address, self._world = book, address, outside
        self.conversation: Conversation | None = None
        self.shown: list[list[Block]] = []

    def take(self, event: Event) -> Reply:
        """Let something happen; what it shows is kept as blocks."""
        turn = take_turn(self._book, self.conversation, event, self._world, self._address)
        self.conversation = turn.conversation
        (reply,) = [job.reply for job in turn.jobs if isinstance(job, Say)]
        for call in calls(self._address, reply, self._book.say):
            if isinstance(call, Close):
                self.shown[-1] = [*call.message.blocks]
            else:
                self.shown.append([*call.message.blocks])
        return reply

    def press(self, reply: Reply, number: int) -> Reply:
        """Press the button of that number."""
        choice = reply.choices[number]
        kept = tuple(dict(block) for block in self.shown[-1] if block["type"] != "actions")
        origin = Origin(channel="C1", closes="1.0", blocks=kept, label=choice.label)
        return self.take(Picked(EventId(choice.id), reply.prompt, choice.id, write_origin(origin)))


def pages(language: Language) -> Iterator[list[list[Block]]]:
    """Give what is shown under each of the titles."""
    book = load_book()
    asked = write_origin(Origin(channel="C1", url="https://hooks.slack.com/actions/1"))
    for trouble in (True, False):
        talk = Talk(book, card(TEAM, PERSON), world(language, trouble=trouble))
        talk.take(Invoked(EventId("1"), "status", language, asked))
        yield talk.shown
    clear = world(language, trouble=False)
    talk = Talk(book, Address("slack", f"{TEAM}/C1/1.0", PERSON), clear)
    first = talk.take(Opened(EventId("1"), language, "iphone"))
    talk.press(first, 0)
    yield talk.shown
    address = direct(TEAM, PERSON)
    at_step, outside = talk.conversation, world(language, trouble=True)
    empty = home(book, book.begin(address, language), outside, language)
    yield [view_of(home(book, at_step, outside, language), empty, book.say)["blocks"]]


def phone(language: Language) -> str:
    """Give the picture."""
    sheet = Sheet()
    for title, messages in zip(TITLES[language], pages(language), strict=True):
        sheet.write(title, color="#616061", size=SMALL, bold=True)
        for blocks in messages:
            _message(sheet, blocks)
        sheet.top += GAP
    body = "\n".join(sheet.drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {sheet.top}" width="{WIDTH}"'
        f' height="{sheet.top}" font-family="{FONT}" font-size="{SIZE}">\n'
        f'<rect width="{WIDTH}" height="{sheet.top}" rx="12" fill="#f1eff2"/>\n{body}\n</svg>\n'
    )


def _message(sheet: Sheet, blocks: Sequence[Block]) -> None:
    """Draw a card round a message's blocks."""
    place, begun = len(sheet.drawn), sheet.top
    sheet.top += PADDING // 2
    for block in blocks:
        match block["type"]:
            case "rich_text":
                _rich_text(sheet, block)
            case "context":
                for line in wrapped(block["elements"][0]["text"], WIDTH - 4 * PADDING):
                    sheet.write(line, color="#616061", size=SMALL)
            case "divider":
                sheet.top += GAP
                sheet.drawn.append(
                    box(MARGIN + PADDING, sheet.top, WIDTH - 2 * (MARGIN + PADDING), 1, "#dddddd")
                )
                sheet.top += GAP
            case "actions":
                _actions(sheet, block["elements"])
            case kind:
                raise AssertionError(f"{kind}: blocks of this kind are not drawn yet")
    high = sheet.top - begun + PADDING // 2
    sheet.drawn.insert(place, box(MARGIN, begun, WIDTH - 2 * MARGIN, high, "#ffffff"))
    sheet.top = begun + high + GAP


def _rich_text(sheet: Sheet, block: Block) -> None:
    for section in block["elements"]:
        said = "".join(each.get("text", each.get("url", "")) for each in section["elements"])
        is_bold = all(each.get("style", {}).get("bold") for each in section["elements"])
        for line in said.rstrip("\n").split("\n"):
            for part in wrapped(line, WIDTH - 2 * MARGIN - 2 * PADDING):
                sheet.write(part, bold=is_bold)


def _actions(sheet: Sheet, buttons: Sequence[Block]) -> None:
    """Draw buttons as they flow on a phone: as many in a row as fit."""
    sheet.top += GAP // 2
    left = MARGIN + PADDING
    for button in buttons:
        label, style = button["text"]["text"], button.get("style", "")
        wide = round(pixels(label)) + 2 * PADDING
        if left > MARGIN + PADDING and left + wide > WIDTH - MARGIN - PADDING:
            left, sheet.top = MARGIN + PADDING, sheet.top + ROW
        edge = {"primary": "#007a5a", "danger": "#e01e5a"}.get(style, "#bbbabb")
        fill = "#007a5a" if style == "primary" else "#ffffff"
        ink = {"primary": "#ffffff", "danger": "#e01e5a"}.get(style, "#1d1c1d")
        sheet.drawn.append(box(left, sheet.top, wide, ROW - 6, edge))
        sheet.drawn.append(box(left + 1, sheet.top + 1, wide - 2, ROW - 8, fill))
        sheet.drawn.append(text(left + PADDING, sheet.top + 22, html.unescape(label), color=ink))
        left += wide + GAP
    sheet.top += ROW
