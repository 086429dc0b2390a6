"""What all tests share."""

import pytest
from hypothesis import settings

from bot.dialogue.book import Book
from bot.flowfiles import load_book


@pytest.fixture(scope="session")
def book() -> Book:
    """Give the flows that travel with the program, compiled once: a book never changes."""
    return load_book()


# The same examples every time: a change is judged by what it changes. Look for new ones by hand with
# `uv run pytest --hypothesis-profile=default`.
settings.register_profile("the same every time", derandomize=True, deadline=None, database=None)
settings.load_profile("the same every time")
