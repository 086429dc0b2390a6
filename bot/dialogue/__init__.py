"""The dialogue, pure: no await, no clock, no file, no log, no randomness."""
