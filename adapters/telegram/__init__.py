"""Telegram: personal help in a direct message, and in groups where somebody asks for it."""

import os

# The library warns at each 429 unless this says that its times are wanted as `timedelta`.
os.environ.setdefault("PTB_TIMEDELTA", "true")
