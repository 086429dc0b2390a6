"""The language and the time zone of a person's Slack, which its payloads do not have."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Final, NamedTuple

from slack_sdk.web.async_client import AsyncWebClient

from bot.model import Language

KEPT: Final = timedelta(hours=6)
NOT_SAID: Final = timedelta(minutes=1)
"""How long one does not ask again after Slack has not said."""

MOST: Final = 5_000
"""People whose language and zone are remembered."""

PATIENCE: Final = 1.0
"""Seconds to ask: the event that it is for is acknowledged within three."""


class Locale(NamedTuple):
    """What a person has set in their Slack. `zone` is an IANA name, empty where it is not known."""

    language: Language | None = None
    zone: str = ""


class Locales:
    """Asks Slack for people's languages and zones, and remembers them for some hours."""

    def __init__(self, client: AsyncWebClient, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds."""
        self._client, self._clock = client, clock
        self._known: OrderedDict[str, tuple[float, Locale]] = OrderedDict()

    async def of(self, person: str) -> Locale:
        """Give what that user has set, as far as Slack says."""
        until, locale = self._known.get(person, (self._clock(), Locale()))
        if self._clock() < until:
            return locale
        asked = await self._ask(person)
        kept = KEPT if asked.language else NOT_SAID
        self._known[person] = (self._clock() + kept.total_seconds(), asked)
        self._known.move_to_end(person)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return asked

    async def _ask(self, person: str) -> Locale:
        try:
            async with asyncio.timeout(PATIENCE):
                params = {"user": person, "include_locale": True}
                answer = await self._client.api_call("users.info", http_verb="GET", params=params)
        except Exception:  # noqa: BLE001  whatever it is, the conversation begins in the usual language
            return Locale()
        user = answer.get("user")
        if not isinstance(user, dict):
            return Locale()
        locale, zone = user.get("locale"), user.get("tz")
        return Locale(_language(locale), zone if isinstance(zone, str) else "")


def _language(locale: object) -> Language | None:
    if not isinstance(locale, str) or not locale:
        return None
    return "ja" if locale.lower().startswith("ja") else "en"
