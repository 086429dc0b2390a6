"""Moments as integers, which stores compare faster than texts."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Count the microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def moment(count: int) -> datetime:
    """Read what `micros` counted."""
    return _EPOCH + count * _MICROSECOND


def length(pause: timedelta) -> int:
    """Count the microseconds of a time span."""
    return pause // _MICROSECOND


def minute(at: datetime) -> int:
    """Count the whole minutes since 1970."""
    return micros(at) // 60_000_000
