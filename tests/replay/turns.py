"""The two functions that a replay plays, as types: so a wrong one can be put in their place."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from bot.dialogue.book import Book
from bot.events import Event
from bot.model import Address, Board, Conversation, Language, Turn, World
from bot.outlook import Settling

Take: TypeAlias = Callable[[Book, Conversation | None, Event, World, Address], Turn]
Settle: TypeAlias = Callable[[Settling, Mapping[Language, Board], datetime], Settling]
