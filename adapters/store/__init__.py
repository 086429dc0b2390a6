"""Stores under one contract: memory for a single run, SQLite for a single machine, Redis for many workers."""
