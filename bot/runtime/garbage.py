"""How often Python looks for garbage: seldom, for nearly all of ours is gone by itself when a turn ends."""

import gc

NEW_ONES = 10_000
"""Objects that come to stay before the young ones are looked through. Python's own 700 are a turn or two."""


def seldom() -> None:
    """Count what is loaded by now as there for good, and look through the rest less often.

    A look through everything holds up all turns under way, mostly for modules and the book of flows: with
    both platforms loaded (105,000 objects) it took 60 to 85 ms when it was measured, and 0.01 ms with those
    set aside. Cycles are rare here and small, so that they may wait.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_ONES)
