"""What all tests share."""

import pytest

from bot.dialogue.book import Book
from bot.flowfiles import load_book


@pytest.fixture(scope="session")
def book() -> Book:
    """Give the flows that travel with the program, compiled once: a book never changes."""
    return load_book()
