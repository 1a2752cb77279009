"""A proxy in front of a server that can be switched off: then it cuts what is open and answers 502, as nginx does."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class SwitchedProxy:
    """Forwards bytes to a server while it is on. `refused` counts the 502 that it has answered."""

    def __init__(self, url: str) -> None:
        split = urlsplit(url)
        self._target = (split.hostname or "", split.port or 80)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._on = True
        self._open: set[socket.socket] = set()
        self.refused = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def switch_off(self) -> None:
        """Cut all connections; from now on the answer is 502."""
        self._on = False
        for end in list(self._open):
            _cut(end)

    def switch_on(self) -> None:
        """Forward again."""
        self._on = True

    def close(self) -> None:
        """Accept nothing more."""
        self.switch_off()
        _cut(self._listening)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            if not self._on:
                client.recv(65536)
                self.refused += 1
                client.sendall(BAD_GATEWAY)
                return
            with socket.create_connection(self._target) as server:
                self._open |= {client, server}
                back = threading.Thread(target=_copy, args=(server, client), daemon=True)
                back.start()
                _copy(client, server)
                back.join()
                self._open -= {client, server}


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    _cut(source)
    _cut(target)


def _cut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def switched_proxy(url: str) -> Iterator[SwitchedProxy]:
    """A proxy in front of the server at `url`."""
    proxy = SwitchedProxy(url)
    try:
        yield proxy
    finally:
        proxy.close()
