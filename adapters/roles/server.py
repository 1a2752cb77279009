"""The role that answers HTTP: uvicorn in this process, or a number of processes on one socket. They share nothing else.

With several, this process only watches them: one that ends is replaced, and all end with it.
"""

import asyncio
import socket
import sys
from contextlib import suppress
from types import FrameType

import uvicorn
from uvicorn.supervisors import Multiprocess

from adapters.settings import Settings
from domain.errors import SettingError

APP = "adapters.web.app:configured"
GRACE = 1  # seconds that requests under way get to end
TICK = 1.0  # seconds: answers tell the time by the second
BACKLOG = 2048  # connections that wait to be accepted


class QuietServer(uvicorn.Server):
    """One that wakes up once a second, for the Date header, instead of ten times; told to end, it ends at once."""

    _end: asyncio.Event | None = None
    _loop: asyncio.AbstractEventLoop

    async def main_loop(self) -> None:
        """Until it is to end."""
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._end.wait(), TICK)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to end."""
        super().handle_exit(sig, frame)
        self.end()

    def end(self) -> None:
        """End soon. Safe in any thread, and in a signal handler."""
        self.should_exit = True
        if self._end is not None:
            self._loop.call_soon_threadsafe(self._end.set)


class Server:
    """Serves until it is told to stop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._config = uvicorn.Config(
            APP,
            factory=True,
            host=settings.serve_host,
            port=settings.serve_port,
            workers=max(1, settings.serve_workers),
            root_path=settings.serve_root_path.rstrip("/"),
            proxy_headers=bool(settings.serve_proxies),
            forwarded_allow_ips=settings.serve_proxies or None,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            lifespan="on",
            ws="none",
        )
        self._server = QuietServer(self._config)
        self._socket = _listening(settings)
        self.address = _address(self._socket)

    def run(self) -> None:
        """Serve. SIGTERM and SIGINT end it: requests under way get a second."""
        with self._socket:
            if self._config.workers > 1:
                Multiprocess(self._config, sockets=[self._socket]).run()
            else:
                self._server.run(sockets=[self._socket])
                if not self._server.started:
                    sys.exit(1)

    def stop(self) -> None:
        """End soon."""
        self._server.end()


def _listening(settings: Settings) -> socket.socket:
    """Our own socket, so that an unusable address gets our error message. Raises SettingError."""
    host, port = settings.serve_host, settings.serve_port
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise SettingError(
            f"HARVEST_SERVE_HOST={host} HARVEST_SERVE_PORT={port} can't be used: {error.strerror or error}"
        ) from error
    listening.set_inheritable(True)
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
