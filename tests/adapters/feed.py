"""Makes small status documents and reads them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from adapters.apple.board import read_board
from bot.apple import Board, Report, Service

NOON = datetime(2026, 5, 5, 3, 0, tzinfo=UTC)
"""Noon in Tokyo."""

Fields: TypeAlias = dict[str, Any]


def epoch(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def event(status: object = "ongoing", kind: object = "Issue", **fields: object) -> Fields:
    """Make an event that began an hour before noon."""
    usual = {
        "epochStartDate": epoch(NOON - timedelta(hours=1)),
        "epochEndDate": None,
        "message": "Something is wrong.",
    }
    return {"eventStatus": status, "statusType": kind, **usual, **fields}


def listing(**events_by_name: object) -> Fields:
    return {"services": [{"serviceName": name, "events": each} for name, each in events_by_name.items()]}


def read(document: object, now: datetime = NOON) -> Board:
    return read_board(json.dumps(document).encode(), checked_at=now)


def imessage(*events: object, now: datetime = NOON) -> Report:
    return report(read(listing(iMessage=list(events)), now), Service.IMESSAGE)


def report(board: Board, service: Service) -> Report:
    return next(each for each in board.reports if each.service is service)


def states(board: Board) -> list[str]:
    return [each.state for each in board.reports]
