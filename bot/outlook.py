"""What holds of Apple's services, whatever a single reading of the boards says.

The boards flicker: a service is missing once, a language fails, an incident is over and a minute later it is
not. So a change counts once two readings in a row have shown it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from bot.apple import BOARD_IS_OLD_AFTER, Board, Outlook, Service, ServiceState, Troubles
from bot.model import Language
from bot.replace import replace

SEVERITY: Final[Mapping[ServiceState, int]] = {"ok": 0, "maintenance": 1, "issue": 2, "outage": 3}
"""How bad each state is that Apple may report; `unknown` is none of them."""

_INSTANT: Final = timedelta(microseconds=1)


class Settling(Struct, frozen=True):
    """What is remembered from one reading to the next."""

    latest: tuple[tuple[Service, ServiceState], ...] = ()
    """How each service was when it could last be read, well or not."""
    read_at: datetime | None = None
    """When the newest board was read that has been taken in (UTC)."""
    outlook: Outlook | None = None
    """What has settled, once anything has."""


def settle(settling: Settling, boards: Mapping[Language, Board], now: datetime) -> Settling:
    """Take in a reading, once: the newest board of each language, of which the worst counts.

    A service that no board knows stays as it was. A change that is taken back before it has settled gives the
    outlook a new time, too, because somebody may have seen it. The times only grow, whatever the clock does:
    people who know a later outlook are told nothing of it.
    """
    fresh = [board for board in boards.values() if abs(now - board.checked_at) <= BOARD_IS_OLD_AFTER]
    read = _read(fresh, _since(settling, now))
    if not read:
        return settling
    before = dict(settling.latest)
    return Settling(
        latest=_in_order({**before, **read}),
        read_at=max(board.checked_at for board in fresh),
        outlook=_outlook(settling.outlook, before, read, now),
    )


def worst(states: Iterable[ServiceState]) -> ServiceState:
    """Give the worst of these states; without any that Apple reports it is not known."""
    return max((state for state in states if state in SEVERITY), key=SEVERITY.__getitem__, default="unknown")


def in_order(states: Mapping[Service, ServiceState]) -> Troubles:
    """Give those that are not well, in the order of `Service`."""
    return tuple(each for each in _in_order(states) if each[1] not in ("ok", "unknown"))


def _in_order(states: Mapping[Service, ServiceState]) -> tuple[tuple[Service, ServiceState], ...]:
    return tuple((service, states[service]) for service in Service if service in states)


def _since(settling: Settling, now: datetime) -> datetime | None:
    """Give from when a board is new; a reading that is far ahead is of a clock that was set back since."""
    read_at = settling.read_at
    return read_at if read_at and read_at - now <= BOARD_IS_OLD_AFTER else None


def _read(fresh: list[Board], since: datetime | None) -> dict[Service, ServiceState]:
    """Give how each service is. What only a board says that was taken in already is not said again."""
    new = [board for board in fresh if since is None or board.checked_at > since]
    now, again = _states(fresh), _states(new)
    found = ((service, worst(now[service])) for service in Service)
    return {service: state for service, state in found if state != "unknown" and state in again[service]}


def _states(boards: list[Board]) -> dict[Service, set[ServiceState]]:
    return {
        service: {report.state for board in boards for report in board.reports if report.service is service}
        for service in Service
    }


def _outlook(
    old: Outlook | None,
    before: Mapping[Service, ServiceState],
    read: Mapping[Service, ServiceState],
    now: datetime,
) -> Outlook | None:
    confirmed = {service: state for service, state in read.items() if before.get(service) == state}
    held: dict[Service, ServiceState] = dict.fromkeys(Service, "ok")
    if old is not None:
        held |= dict(old.troubles)
    elif Service.IMESSAGE not in confirmed or confirmed != read:
        return None
    settled = {**held, **confirmed}
    troubles = in_order(settled)
    unsettled = tuple(each for each, state in {**before, **read}.items() if state != settled[each])
    is_taken_back = any(before.get(each, held[each]) != state == held[each] for each, state in read.items())
    if old is None or troubles != old.troubles or is_taken_back:
        return Outlook(troubles, max(now, old.settled_at + _INSTANT) if old else now, unsettled)
    return replace(old, unsettled=unsettled)
