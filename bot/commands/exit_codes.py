"""What the commands tell a shell by their exit code. Imports nothing: it is there before all else."""

FAULT = 1
USAGE_ERROR = 2
UNREAD = 3
"""Apple's System Status could not be read."""

INTERRUPTED = 130
"""As shells have it: 128 and the number of the signal."""
