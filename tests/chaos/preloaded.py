"""What the process has loaded from which workers are forked: the worker's modules, and the book."""

from datetime import timedelta

import tests.chaos.worker  # noqa: F401  for its sake this module is
from tests.chaos.book import chaos_book
from tests.chaos.plan import Plan
from tests.chaos.schedule import MINUTE

for minute in (Plan.minute, MINUTE):
    chaos_book(timedelta(seconds=minute))
