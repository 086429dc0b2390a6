"""What the process has loaded from which workers are forked: the worker's modules, and the book."""

from datetime import timedelta

from tests.chaos.book import chaos_book
from tests.chaos.schedule import MINUTE
from tests.chaos.worker import Plan

for minute in (Plan.minute, MINUTE):
    chaos_book(timedelta(seconds=minute))
