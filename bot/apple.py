"""What Apple says of its services: on its board, and once that has settled."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Literal, TypeAlias

from msgspec import Struct

from bot.replace import replace


class Service(Enum):
    """An Apple service that signing in to iMessage or FaceTime depends on, by Apple's English name."""

    IMESSAGE = "iMessage"
    FACETIME = "FaceTime"
    APPLE_ACCOUNT = "Apple Account"
    ICLOUD_SIGN_IN = "iCloud Account & Sign In"
    DEVICE_ACTIVATION = "iOS Device Activation"


ServiceState: TypeAlias = Literal["ok", "issue", "outage", "maintenance", "unknown"]

Troubles: TypeAlias = tuple[tuple[Service, ServiceState], ...]
"""The services that are not well, in the order of `Service`, each with how it is."""


class Report(Struct, frozen=True):
    """What Apple reports of one service.

    `since` and `until` are UTC; for `ok` and `unknown` both are None and `message` is empty. `planned` is
    the start of announced maintenance that has not begun. `ended` is when the last problem of a service that
    is `ok` again was over, where that is not long ago.
    """

    service: Service
    state: ServiceState
    since: datetime | None = None
    until: datetime | None = None
    message: str = ""
    planned: datetime | None = None
    ended: datetime | None = None


class Board(Struct, frozen=True):
    """Apple's System Status as read at `checked_at` (UTC): a report for each `Service`, in that order."""

    checked_at: datetime
    reports: tuple[Report, ...]

    def without_words(self) -> "Board":
        """Give the board without Apple's words, for somebody who reads another language."""
        return replace(self, reports=tuple(replace(report, message="") for report in self.reports))


BOARD_IS_OLD_AFTER = timedelta(minutes=10)


class Outlook(Struct, frozen=True):
    """What holds of Apple's services, whatever a single reading of the board says.

    `settled_at` (UTC) names this state of things: it changes whenever something has settled, so a turn about
    it is taken once.
    """

    troubles: Troubles
    settled_at: datetime
    unsettled: tuple[Service, ...] = ()
    """The services that were last read otherwise: the next reading confirms that, or takes it back."""
