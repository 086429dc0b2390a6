"""What Apple's feed said at which time: the real log of two and a half years, and logs that a seed makes."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

Event: TypeAlias = dict[str, Any]
Events: TypeAlias = Mapping[str, Sequence[Event]]
"""All events of each service, by its Japanese name."""


@dataclass(frozen=True, slots=True)
class Change:
    """What all the feed says from then on (UTC)."""

    at: datetime
    events: Events


def real_log(path: Path) -> list[Change]:
    """Read the log, of which each line is what has changed of one service."""
    changes: dict[datetime, Events] = {}
    known: dict[str, dict[str, Event]] = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines():
        change = json.loads(line)
        service = known[change["serviceName"]]
        service.pop(change.get("messageId"), None)
        service.update({each["messageId"]: each for each in change.get("events", [])})
        at = datetime.fromisoformat(change["captured_at"]).astimezone(UTC)
        changes[at] = {name: tuple(events.values()) for name, events in known.items()}
    return [Change(at, events) for at, events in sorted(changes.items())]


def generated_log(seed: int, changes: int = 100) -> list[Change]:
    """Make incidents that begin, spread, worsen, end, come again, and appear for a single reading."""
    chance = random.Random(seed)  # noqa: S311  no secret
    at, incidents = datetime(2026, 1, 1, tzinfo=UTC), list[Incident]()
    log: list[Change] = []
    for number in range(changes):
        at += chance.choice((9, 15, 60, 300, 2_000)) * timedelta(minutes=1)
        before = deepcopy(incidents)
        if not incidents or (len(incidents) < 2 and chance.random() < 0.2):
            incidents.append(_begun(chance, number, at))
        else:
            _go_on(chance, incidents, at)
        log.append(Change(at, _by_service(incidents)))
        if (soon := chance.random()) < 0.3:
            at += timedelta(minutes=1)
            if soon < 0.15:
                incidents = before
            else:
                _go_on(chance, incidents, at)
            log.append(Change(at, _by_service(incidents)))
    return log


Incident: TypeAlias = dict[str, Event]
"""What is said of each service that it concerns."""

_NAMES = (
    "iMessage",
    "FaceTime",
    "Apple ID",
    "iCloudアカウントおよびサインイン",
    "iOSデバイスアクティベーション",
)


def _begun(chance: random.Random, number: int, at: datetime) -> Incident:
    names = chance.sample(_NAMES, chance.choice((1, 1, 2, 3)))
    kind = chance.choice(("Issue", "Outage", "Maintenance", "Performance", ""))
    began = int((at - timedelta(minutes=90)).timestamp() * 1000)
    return {name: _event(str(number), kind, began, names) for name in names}


def _event(id_: str, kind: str, began: int, names: Sequence[str]) -> Event:
    return {
        "messageId": id_,
        "eventStatus": "ongoing",
        "statusType": kind,
        "epochStartDate": began,
        "epochEndDate": None,
        "startDate": "2026/01/01 00:00 JST",
        "endDate": None,
        "datePosted": "2026/01/01 00:00 JST",
        "usersAffected": "一部のユーザに影響します",
        "affectedServices": list(names),
        "message": "このサービスを利用できない可能性があります。",
    }


def _go_on(chance: random.Random, incidents: list[Incident], at: datetime) -> None:
    """Have something become of one of the incidents, for one of its services or for all."""
    if not incidents:
        return
    incident = chance.choice(incidents)
    if all(event["eventStatus"] != "ongoing" for event in incident.values()) and chance.random() < 0.7:
        incidents.remove(incident)
        return
    names = list(incident) if chance.random() < 0.7 else [chance.choice(list(incident))]
    for name in names:
        event = incident[name]
        if event["eventStatus"] != "ongoing":
            event.update(eventStatus="ongoing", epochEndDate=None)
        elif chance.random() < 0.3:
            event["statusType"] = "Outage" if event["statusType"] != "Outage" else "Issue"
        else:
            over = "completed" if event["statusType"] == "Maintenance" else "resolved"
            event.update(eventStatus=over, epochEndDate=int(at.timestamp() * 1000))


def _by_service(incidents: Sequence[Incident]) -> Events:
    said = deepcopy(incidents)
    return {name: [each[name] for each in said if name in each] for name in _NAMES}


def readings(log: Sequence[Change]) -> Iterator[tuple[datetime, Events, int]]:
    """Read the feed each minute after a change, until it is calm; the number counts from the change."""
    ends = (*(change.at for change in log[1:]), datetime.max.replace(tzinfo=UTC))
    for change, end in zip(log, ends, strict=True):
        for number in range(CALM + 1):
            at = change.at + number * timedelta(minutes=1)
            if at < end:
                yield at, change.events, number


CALM = 6
"""So many minutes after a change everybody must know it."""
