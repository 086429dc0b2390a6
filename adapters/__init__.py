"""Whom we speak with: people on chat platforms, Apple's status feed, the stores."""
