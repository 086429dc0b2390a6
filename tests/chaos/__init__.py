"""Chaos: workers on a real Redis, killed, stopped and cut off, and a checker of what became of it all."""
