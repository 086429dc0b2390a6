"""Stores: memory for a single run, SQLite for a single machine."""
