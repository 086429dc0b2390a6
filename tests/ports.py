"""Ports for servers that have to be told theirs, and that may be down for a while in between."""

import random
import socket

PORTS = range(11_000, 21_000)
"""Below those that a system gives to connections (from 32,768 on with Linux): one of them could take the port
of a server that is not up yet, or down for a moment. So is the bus of a Redis Cluster, 10,000 above.
"""

_DRAW = random.SystemRandom()  # processes that test side by side must not draw alike


def free_port() -> int:
    """Find a port that nobody listens on."""
    while True:
        port = _DRAW.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
