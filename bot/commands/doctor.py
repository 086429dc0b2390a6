"""Examine everything that the bot needs, and say of each fault what to do about it."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timezone
from typing import TypeAlias

from adapters.health.probe import Port, look_at_port
from bot.app import apple_status, local_zone
from bot.commands.exit_codes import FAULT
from bot.commands.output import say, say_json
from bot.flowfiles import FlowsInvalid, load_book
from bot.ports import Finding, Grade, StatusUnreadable
from bot.ports.redis_address import read_address
from bot.replace import replace
from bot.settings import Settings, SettingsInvalid, read_settings

Look: TypeAlias = Callable[[Settings], Awaitable[list[Finding]]]

MARKS: dict[Grade, str] = {"ok": "✓", "warning": "!", "fault": "✗"}
PLAIN_MARKS: dict[Grade, str] = {"ok": "+", "warning": "!", "fault": "x"}
"""For terminals that have no others."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for programs")


def run(options: argparse.Namespace) -> int:
    """Print one line for each check, with a remedy where there is one; exit 1 if there is a fault."""
    findings = asyncio.run(examine_all())
    marks = MARKS if _can_show("".join(MARKS.values())) else PLAIN_MARKS
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        if options.json:
            say_json({name: getattr(finding, name) for name in ("check", "grade", "says", "remedy")})
            continue
        say(f"{marks[finding.grade]} {finding.check:{width}}  {finding.says}")
        if finding.remedy:
            say(f"  {'':{width}}  {finding.remedy}")
    return FAULT if any(finding.grade == "fault" for finding in findings) else 0


async def examine_all() -> list[Finding]:
    """Look at everything; with settings that cannot be read, at nothing else."""
    try:
        settings = read_settings(os.environ)
    except SettingsInvalid as error:
        return [Finding("settings", "fault", problem, "Correct it.") for problem in error.problems]
    looks: tuple[Look, ...] = (_flows, _store, _apple, _zone, _ports, _tokens)
    found = await asyncio.gather(*(look(settings) for look in looks))
    return [Finding("settings", "ok", "They can be read"), *(each for findings in found for each in findings)]


async def _flows(settings: Settings) -> list[Finding]:
    try:
        book = load_book(settings.flows)
    except FlowsInvalid as error:
        says = f"{len(error.problems)} mistakes in {settings.flows}; the first: {error.problems[0]}"
        return [Finding("flows", "fault", says, "`imessage-support check` lists them all.")]
    states = sum(len(flow.states) for flow in book.flows.values())
    return [Finding("flows", "ok", f"{len(book.flows)} flows with {states} states")]


async def _store(settings: Settings) -> list[Finding]:
    if settings.redis_url is None:
        from adapters.store.sqlite.examine import examine_sqlite  # noqa: PLC0415  needless with a Redis

        return [examine_sqlite(settings.store_path)]
    from adapters.store.redis import examine  # noqa: PLC0415  needless without one

    found = await examine.examine_redis(
        settings.redis_url, replicas=settings.redis_replicas, clock=lambda: datetime.now(UTC)
    )
    where = read_address(settings.redis_url).where
    if not examine.has_answered(found):
        return [replace(found[0], check="store", says=f"{where}: {found[0].says}")]
    accepted = examine.unsafe(found) if settings.accept_data_loss else ()
    shown = [_accepted(finding) if finding in accepted else finding for finding in found]
    store = Finding("store", "ok", f"{where} answers")
    return [store, *(replace(finding, check=f"redis {finding.check}") for finding in shown)]


def _accepted(finding: Finding) -> Finding:
    return replace(finding, grade="warning", says=f"{finding.says} (ACCEPT_DATA_LOSS is set)")


async def _apple(settings: Settings) -> list[Finding]:
    source = apple_status(settings)
    try:
        board = await source.fetch("en", now=datetime.now(UTC))
    except StatusUnreadable as error:
        remedy = "The bot works without it, and says so to people. Look at the network and APPLE_STATUS_URL."
        return [Finding("apple", "warning", str(error), remedy)]
    finally:
        await source.close()
    return [Finding("apple", "ok", f"Apple's System Status tells of {len(board.reports)} services")]


async def _zone(settings: Settings) -> list[Finding]:  # noqa: ARG001  every look is given them
    zone, named = local_zone(), os.environ.get("TZ", "")
    has_offset = any(map(str.isdigit, named))  # as JST-9 has
    if named and isinstance(zone, timezone) and not has_offset:
        says = f"TZ={named} is no time zone, so times are told in {zone}"
        return [Finding("zone", "warning", says, "Write TZ as, for example, Asia/Tokyo or Europe/Berlin.")]
    return [Finding("zone", "ok", f"Times are told in {zone} where somebody's own zone is not known")]


async def _ports(settings: Settings) -> list[Finding]:
    """Look where the bot is to listen; for chat platforms only if one calls us."""
    health = await look_at_port(settings.health_host, settings.health_port)
    found = [_port("health", settings.health_host, settings.health_port, health)]
    if settings.is_called:
        public = await look_at_port(settings.listen_host, settings.listen_port)
        if (public, health) == (Port.TAKEN, Port.OURS):
            public = Port.OURS  # it says nothing of itself to strangers
        found.append(_port("listen", settings.listen_host, settings.listen_port, public))
    return found


def _port(check: str, host: str, port: int, looks: Port) -> Finding:
    where, setting = f"{host}:{port}", check.upper()
    match looks:
        case Port.FREE:
            return Finding(check, "ok", f"{where} is free")
        case Port.OURS:
            return Finding(check, "ok", f"{where} is served by a running bot")
        case Port.TAKEN:
            remedy = f"Choose another {setting}_PORT."
            return Finding(check, "fault", f"{where} is taken by another program", remedy)
        case Port.IMPOSSIBLE:
            remedy = f"Correct {setting}_HOST and {setting}_PORT; 127.0.0.1 is always there."
            return Finding(check, "fault", f"{where} is no address of this machine", remedy)


async def _tokens(settings: Settings) -> list[Finding]:
    """Ask the chat platforms whether our tokens are good."""
    return [*await _telegram(settings), *await _slack(settings)]


async def _telegram(settings: Settings) -> tuple[Finding, ...]:
    if settings.telegram is None:
        return ()
    from adapters.telegram.examine import examine_telegram  # noqa: PLC0415  needless without a token

    bot = settings.telegram
    return await examine_telegram(bot.token, api_url=bot.api_url, webhook_url=bot.webhook_url)


async def _slack(settings: Settings) -> tuple[Finding, ...]:
    if settings.slack is None:
        return ()
    from adapters.slack.examine import examine_slack  # noqa: PLC0415  needless without a token

    app, ways = settings.slack, ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
    used, other = ways if app.app_token else ways[::-1]
    unused = other if app.app_token and app.signing_secret else ""
    changing = "SLACK_SIGNING_SECRET_OLD" if app.old_signing_secret and not app.app_token else ""
    return await examine_slack(
        app.bot_token, api_url=app.api_url, way_in=used, unused=unused, changing=changing
    )


def _can_show(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
