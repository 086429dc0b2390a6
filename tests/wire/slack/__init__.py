"""A local Slack for tests: Web API, Socket Mode, HTTP events, files, and people who use it."""

from tests.wire.slack.clock import Clock
from tests.wire.slack.people import Person
from tests.wire.slack.posts import Post
from tests.wire.slack.server import SlackServer

__all__ = ["Clock", "Person", "Post", "SlackServer"]
