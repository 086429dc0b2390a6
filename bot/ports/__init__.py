"""The sockets that adapters plug into, and the errors that they may raise."""

from bot.ports.channel import Channel, Receive, Refused, TryLater, Unsure, WayIn
from bot.ports.finding import Finding, Grade
from bot.ports.status import StatusFault, StatusSource, StatusUnreadable
from bot.ports.store import Store, StoreFault, StoreUnusable
from bot.ports.stored import (
    Backlog,
    Committed,
    Conflict,
    Due,
    Duplicate,
    Followers,
    Forgotten,
    JobKind,
    Owed,
    Parked,
    Record,
    Retention,
    Settled,
)

__all__ = [
    "Backlog",
    "Channel",
    "Committed",
    "Conflict",
    "Due",
    "Duplicate",
    "Finding",
    "Followers",
    "Forgotten",
    "Grade",
    "JobKind",
    "Owed",
    "Parked",
    "Receive",
    "Record",
    "Refused",
    "Retention",
    "Settled",
    "StatusFault",
    "StatusSource",
    "StatusUnreadable",
    "Store",
    "StoreFault",
    "StoreUnusable",
    "TryLater",
    "Unsure",
    "WayIn",
]
