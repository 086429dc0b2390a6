"""How often Python looks for garbage: seldom, for nearly all of ours is gone by itself when a turn ends."""

import gc

NEW_ONES = 10_000
"""Objects that come to stay before the young ones are looked through. Python's own 700 are a turn or two."""


def seldom() -> None:
    """Count what is loaded by now as there for good, and look through the rest less often.

    A look through everything takes some ten milliseconds of all turns under way, mostly for the book of
    flows and for modules. Cycles are rare here and small, so that they may wait.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_ONES)
