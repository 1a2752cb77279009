"""Calls of CKAN's Action API (https://docs.ckan.org/en/2.11/api/index.html): one pool of connections for all threads."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import orjson
from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.exceptions import HTTPError

from adapters.targets.ckan_errors import Refusal, read_json, refusal, unreachable
from domain.errors import TargetError

CONNECT_TIMEOUT = 10.0  # seconds
NUL = rb"\u0000"


class ActionAPI:
    """The actions of one CKAN; at most `concurrency` calls are under way at a time. Safe to share between threads.

    `timeout` is in seconds, for CKAN's answer to begin, and between two parts of it.
    """

    def __init__(self, url: str, token: str, *, concurrency: int, timeout: float, user_agent: str) -> None:
        self.url = url.rstrip("/")
        self.has_token = bool(token)
        self._timeout = timeout
        self._headers = {"Content-Type": "application/json", "User-Agent": user_agent}
        if token:
            self._headers["Authorization"] = token
        self._pool = _pool(self.url, concurrency, Timeout(connect=min(CONNECT_TIMEOUT, timeout), read=timeout))

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        """The `result` of an action. Raises Refusal when CKAN says no, TargetError when nothing of CKAN's came."""
        try:
            answer = self._pool.urlopen(
                "POST",
                f"{self.url}/api/3/action/{action}",
                body=_body(data),
                headers=self._headers,
                redirect=False,
                retries=False,
            )
        except (HTTPError, OSError) as error:
            raise unreachable(self.url, action, error, self._timeout) from error
        found = read_json(answer.data) if answer.status == 200 else None
        if isinstance(found, dict) and found.get("success") is True:
            return found.get("result")
        raise refusal(action, answer.status, answer.data, answer.headers.get("Retry-After"))

    def find(self, action: str, data: Mapping[str, Any]) -> dict[str, Any] | None:
        """As `call`; None when CKAN says that there is no such thing."""
        try:
            found: dict[str, Any] = self.call(action, data)
        except Refusal as error:
            if error.status == 404:
                return None
            raise
        return found

    def close(self) -> None:
        """Close idle connections."""
        self._pool.clear()


def _pool(url: str, size: int, timeout: Timeout) -> PoolManager:
    """A pool whose calls wait for one another beyond `size`; by the proxy that the environment names."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.hostname or ""):
        return ProxyManager(proxy, num_pools=1, maxsize=size, block=True, timeout=timeout)
    return PoolManager(num_pools=1, maxsize=size, block=True, timeout=timeout)


def _body(data: Mapping[str, Any]) -> bytes:
    try:
        body = orjson.dumps(data)
        return orjson.dumps(_without_nul(data)) if NUL in body else body
    except TypeError as error:  # surrogates, and whole numbers beyond 64 bits
        raise TargetError(f"the dataset can't be sent as JSON: {error}", code="validation") from error


def _without_nul(value: Any) -> Any:
    """The same without the character that Postgres can't store, and CKAN fails on."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, Mapping):
        return {_without_nul(key): _without_nul(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(one) for one in value]
    return value
