"""What the tests of the shell share."""

import pytest

from bot.dialogue.book import Book
from tests.runtime.delivery_program import Program


@pytest.fixture
def program(book: Book) -> Program:
    """Give a program with an empty store."""
    return Program(book)
