"""The store in memory, for a single run, and for tests."""
