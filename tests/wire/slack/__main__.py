"""`uv run python -m tests.wire.slack`: the server as a process, its people moved by lines of JSON.

It prints its address, its keys and a channel, then each call of the app. A line says what somebody does, as
`{"person": "U0HANA", "locale": "ja-JP", "does": "mentions", "with": ["#general", "こんにちは"]}`; `does` is a
method of `Person`, `#general` is the channel of that name, and `#last` the last message that the person sees.
The clock runs. It ends with the input.
"""

import argparse
import asyncio
import json
import sys

from tests.wire.slack.app import Pane
from tests.wire.slack.clock import Clock
from tests.wire.slack.people import Person
from tests.wire.slack.refusal import Json
from tests.wire.slack.server import SlackServer
from tests.wire.slack.workspace import Channel


async def run(port: int, pane: Pane, events_url: str) -> None:
    """Serve until the input ends; with an `events_url` over HTTP, otherwise by Socket Mode."""
    async with SlackServer(Clock(running=True), port=port, pane=pane) as slack:
        general, people = slack.channel("general"), dict[str, Person]()
        if events_url:
            slack.sends_to(events_url)
        keys = {"bot_token": slack.bot_token, "app_token": slack.app_token}
        _print({"api_url": slack.api_url, **keys, "signing_secret": slack.signing_secret})
        printer = asyncio.create_task(_print_calls(slack))
        while line := await asyncio.to_thread(sys.stdin.readline):
            act = json.loads(line)
            name = act["person"]
            if name not in people:
                people[name] = slack.person(name, locale=act.get("locale", "en-US"))
                general.members.add(name)
            _act(people[name], act, general)
        printer.cancel()


def _act(person: Person, act: Json, general: Channel) -> None:
    def meant(word: object) -> object:
        if word == "#last":
            return max([*person.sees(), *person.sees(general)], key=lambda post: post.ts)
        return general if word == "#general" else word

    getattr(person, act["does"])(*map(meant, act.get("with", [])))


async def _print_calls(slack: SlackServer) -> None:
    while True:
        await slack.until(lambda: slack.calls, within=float("inf"))
        for call in slack.calls:
            _print({"method": call.method, "arguments": call.arguments, "error": call.error})
        slack.calls.clear()


def _print(line: Json) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.wire.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--pane", choices=["agent", "assistant", "none"], default="agent")
    parser.add_argument("--events-url", default="")
    options = parser.parse_args()
    asyncio.run(run(options.port, options.pane, options.events_url))
