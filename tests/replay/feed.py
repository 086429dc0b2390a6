"""Apple's documents as they are, and with the mischief that the real feed gets up to."""

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from bot.model import Language
from tests.replay.log import Event, Events

NAMES: Mapping[str, Mapping[Language, str]] = {
    "iMessage": {"ja": "iMessage", "en": "iMessage"},
    "FaceTime": {"ja": "FaceTime", "en": "FaceTime"},
    "Apple ID": {"ja": "Apple ID", "en": "Apple Account"},
    "iCloudアカウントおよびサインイン": {
        "ja": "iCloudアカウントおよびサインイン",
        "en": "iCloud Account &amp; Sign In",
    },
    "iOSデバイスアクティベーション": {"ja": "iOSデバイスアクティベーション", "en": "iOS Device Activation"},
}
_NULLED = ("usersAffected", "datePosted", "endDate", "epochEndDate", "affectedServices")
"""What the feed leaves empty at times."""


def document(events: Events, language: Language) -> bytes:
    """Give what Apple serves in that language."""
    return _written([_service(names[language], events.get(name, ())) for name, names in NAMES.items()])


def mischievous(events: Events, language: Language, chance: random.Random, missing: str) -> bytes:
    """Give the same with things in another order, without what may be empty, and without that service."""
    services = [
        _service(names[language], [_meddled(each, chance) for each in events.get(name, ())])
        for name, names in NAMES.items()
        if name != missing
    ]
    for service in services:
        chance.shuffle(service["events"])
    chance.shuffle(services)
    return _written(services)


def _service(name: str, events: Sequence[Event]) -> dict[str, Any]:
    return {"serviceName": name, "redirectUrl": None, "events": list(events)}


def _meddled(event: Event, chance: random.Random) -> Event:
    nulled = {name: None for name in _NULLED if chance.random() < 0.3}
    return {**event, "datePosted": f"2026/01/01 00:{chance.randrange(60):02} JST", **nulled}


def _written(services: Sequence[object]) -> bytes:
    return json.dumps({"drpost": False, "drMessage": None, "services": services}).encode()
