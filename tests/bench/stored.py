"""Many stored conversations, and what one of them and one event's id take in Redis."""

import statistics

from redis import Redis

from tests.redis_server import RedisServer

AT_ONCE = 2000
SAMPLES = 500

_FILL = """
for number = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  redis.call('SET', string.format('{p%02d}:c:bench/stored%%20%d/person', number % 16, number),
             '7 1770000000000000 - ' .. ARGV[3], 'PX', 2592000000)
end
"""


def fill(server: RedisServer, conversations: int, body: bytes) -> None:
    """Store so many conversations with that body, each under a key of the store's own kind."""
    with server.admin() as client:
        script = client.register_script(_FILL)
        for first in range(0, conversations, AT_ONCE):
            script(args=[first, min(first + AT_ONCE, conversations) - 1, body])


def sizes(server: RedisServer) -> dict[str, float]:
    """Give the bytes of a typical conversation and of an event's id, keys included, as Redis counts them."""
    with server.admin() as client:
        return {
            "bytes_per_conversation": _typical(client, "*}:c:bench/warm*"),
            "bytes_per_event": _typical(client, "*}:e:*"),
        }


def _typical(client: Redis, pattern: str) -> float:
    keys = [key for key, _ in zip(client.scan_iter(pattern, count=1000), range(SAMPLES), strict=False)]
    return statistics.median(client.memory_usage(key) or 0 for key in keys)
