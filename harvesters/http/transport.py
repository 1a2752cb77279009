"""Connections that lead to allowed addresses only (`domain/networks.py`), and keep a total time-out.

No read waits longer than what is left of the time of its response.

`requests` limits the wait for each read only, so a remote that sends a byte now and then, in headers too, would hold a
worker for ever.
"""

import io
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import requests
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from domain.breakers import origin_of
from domain.networks import AddressRules
from harvesters.http.connecting import check_behind_proxy, connect

MOST_ORIGINS = 100  # whose settings are kept


class Deadline:
    """The moment at which a response has to be complete."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """Seconds left; negative when it has passed."""
        return self._end - self._clock()


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def within(deadline: Deadline) -> Iterator[None]:
    """Responses that begin inside the block, in this thread, end by the deadline."""
    token = _current.set(deadline)
    try:
        yield
    finally:
        _current.reset(token)


class Session(requests.Session):
    """Asks the environment once for each host: `requests` goes through all its variables twice for each request."""

    def __init__(self) -> None:
        super().__init__()
        self._settings: dict[str, dict[str, Any]] = {}  # by origin

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Proxies and certificates for a request; those of the environment as they were at the first one to its host."""
        if proxies or verify is not None or cert is not None:
            return super().merge_environment_settings(url, proxies, stream, verify, cert)
        origin = origin_of(url)
        if (settings := self._settings.get(origin)) is None:
            if len(self._settings) >= MOST_ORIGINS:
                self._settings.clear()
            settings = self._settings[origin] = dict(super().merge_environment_settings(url, {}, None, None, None))
        return {**settings, "proxies": dict(settings["proxies"]), "stream": stream}


class GuardedAdapter(HTTPAdapter):
    """A transport of `requests` that connects to allowed addresses, and whose reads obey the deadline set with `within`."""

    def __init__(self, rules: AddressRules, **settings: Any) -> None:
        self._rules = rules
        super().__init__(**settings)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Use our connections."""
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = _guarded_pools(self._rules)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Use our connections to a proxy too; those of a SOCKS proxy are of another class and are left alone.

        A proxy is named by whoever runs this machine, so it may have any address.
        """
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
        return manager

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Judge what a proxy is asked to connect to, since our own connection doesn't lead there."""
        if select_proxy(request.url or "", proxies):
            check_behind_proxy(urlsplit(request.url or "").hostname or "", self._rules)
        return super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)


class _Reader(io.RawIOBase):
    """Reads of a socket, none longer than the deadline allows."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._timeout = sock.gettimeout()
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._deadline.remaining()
        if remaining <= 0:
            raise TimeoutError("the time for the whole response is over")
        self._sock.settimeout(remaining if self._timeout is None else min(self._timeout, remaining))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        if deadline := _current.get():
            self.fp.close()
            self.fp = io.BufferedReader(_Reader(sock, deadline))


class _HTTPConnection(HTTPConnection):
    response_class = _Response


class _HTTPSConnection(HTTPSConnection):
    response_class = _Response


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _GuardedConnection(HTTPConnection):
    """Opens its socket where the rules allow it."""

    rules: AddressRules

    def _new_conn(self) -> socket.socket:
        options = self.socket_options or ()
        try:
            return connect(
                self._dns_host, self.port, self.rules, timeout=self.timeout, source=self.source_address, options=options
            )
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"connecting to {self.host} took longer than {self.timeout} s") from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error


@lru_cache(maxsize=64)
def _guarded_pools(rules: AddressRules) -> dict[str, type[HTTPConnectionPool]]:
    """Kinds of pools whose connections obey the rules: urllib3 makes connections by class."""

    class GuardedHTTP(_GuardedConnection, _HTTPConnection):
        pass

    class GuardedHTTPS(_GuardedConnection, _HTTPSConnection):
        pass

    GuardedHTTP.rules = GuardedHTTPS.rules = rules
    http = type("GuardedHTTPPool", (_HTTPPool,), {"ConnectionCls": GuardedHTTP})
    https = type("GuardedHTTPSPool", (_HTTPSPool,), {"ConnectionCls": GuardedHTTPS})
    return {"http": http, "https": https}
