"""The commands, one a file: its arguments, and what it does."""
