"""Ports of this machine."""

import socket
from random import SystemRandom

FIRST, LAST = 12_000, 18_000  # below those that the system gives to connections, and to whoever asks for any port


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now, and that the system gives to nobody else until it is used."""
    while True:
        port = SystemRandom().randint(FIRST, LAST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
