"""Chance that can be repeated: the same words draw the same lots."""

from random import Random


def lots_of(*words: object) -> Random:
    """Give a source of chance of its own for whatever these words name."""
    return Random(" ".join(map(str, words)))  # noqa: S311  nothing here is a secret
