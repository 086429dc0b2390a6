"""How long a platform wants to be left alone, whatever it says."""

import math
from datetime import timedelta
from typing import Final

SHORTEST: Final = timedelta(seconds=1)
"""Also where nothing was said that could be read, such as a date: nobody documents that here."""

LONGEST: Final = timedelta(hours=1)
"""Real waits are seconds to minutes. Whoever asks again an hour later although the wait is longer is told so
once more, and no worse; but a broken value would silence a chat until its replies are too late to be sent.
"""


def wait_of(given: object) -> timedelta:
    """Read seconds, as a number or as text; never raises."""
    if isinstance(given, timedelta):
        return min(max(given, SHORTEST), LONGEST)
    try:
        seconds = float(given) if isinstance(given, int | float | str) else 0.0
    except OverflowError:  # of a whole number
        return LONGEST
    except ValueError:
        return SHORTEST
    if math.isnan(seconds):
        return SHORTEST
    return timedelta(seconds=min(max(seconds, SHORTEST.total_seconds()), LONGEST.total_seconds()))
