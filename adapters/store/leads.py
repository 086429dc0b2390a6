"""Who has which role, in the memory of the one process that may open the store."""

from datetime import datetime, timedelta


class Leads:
    """The roles that one at a time has, each until its lease ends."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, datetime]] = {}  # by role; roles are few, and known to the program

    def take(self, role: str, who: str, now: datetime, lease: timedelta) -> bool:
        """Give the role to whoever has it or finds it free; False, and no change, while another has it."""
        holder, until = self._held.get(role, (who, now))
        if holder != who and now < until:
            return False
        self._held[role] = (who, now + lease)
        return True
