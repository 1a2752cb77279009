"""Calls of CKAN's Action API (https://docs.ckan.org/en/2.11/api/index.html), by libcurl.

CKAN under gunicorn closes the connection after each answer, so what a call costs us is mostly making a connection and reading
HTTP: 0.17 ms by libcurl, 0.61 ms by urllib3 (docs/decisions/0007).
"""

import ssl
import threading
from collections.abc import Mapping
from typing import Any

import orjson
import pycurl

from adapters.targets.ckan.errors import Refusal, broken, read_json, refusal
from domain.errors import TargetError

CONNECT_TIMEOUT = 10.0  # seconds
NUL = rb"\u0000"
LARGEST_AHEAD = 100_000  # bytes of JSON that are kept for a call that is to follow


class Encoded(dict[str, Any]):
    """What is to be sent, with its JSON; it isn't changed any more."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Raises TargetError for what can't be sent as JSON."""
        super().__init__(data)
        body = _body(data)
        self.body = body if len(body) <= LARGEST_AHEAD else None


class ActionAPI:
    """The actions of one CKAN; at most `concurrency` calls are under way at a time. Safe to share between threads.

    `timeout` is in seconds, for one call. The environment's proxies are used, as curl does.
    """

    def __init__(self, url: str, token: str, *, concurrency: int, timeout: float, user_agent: str) -> None:
        self.url = url.rstrip("/")
        self.has_token = bool(token)
        self._timeout = timeout
        self._headers = ["Content-Type: application/json", f"User-Agent: {user_agent}", "Expect:"]
        if token:
            self._headers.append(f"Authorization: {token}")
        self._slots = threading.BoundedSemaphore(concurrency)
        self._own = threading.local()  # a handle for each thread, with its connection

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        """The `result` of an action. Raises Refusal when CKAN says no, TargetError when nothing of CKAN's came."""
        body = (data.body if isinstance(data, Encoded) else None) or _body(data)
        with self._slots:
            status, answer, retry_after = self._post(action, body)
        reply = read_json(answer) if status == 200 else None
        if isinstance(reply, dict) and reply.get("success") is True:
            return reply.get("result")
        raise refusal(action, status, answer, retry_after)

    def find(self, action: str, data: Mapping[str, Any]) -> dict[str, Any] | None:
        """As `call`; None when CKAN says that there is no such thing."""
        try:
            obj: dict[str, Any] = self.call(action, data)
        except Refusal as error:
            if error.status == 404:
                return None
            raise
        return obj

    def _post(self, action: str, body: bytes) -> tuple[int, bytes, int]:
        """Status, body and Retry-After (seconds, 0: none; RFC 9110, section 10.2.3) of CKAN's answer."""
        curl = self._handle()
        curl.setopt(pycurl.URL, f"{self.url}/api/3/action/{action}")
        curl.setopt(pycurl.POSTFIELDS, body)
        try:
            answer = curl.perform_rb()
        except pycurl.error as error:
            raise broken(self.url, action, curl, error, self._timeout) from error
        return curl.getinfo(pycurl.RESPONSE_CODE), answer, curl.getinfo(pycurl.RETRY_AFTER)

    def _handle(self) -> pycurl.Curl:
        curl: pycurl.Curl | None = getattr(self._own, "curl", None)
        if curl is None:
            curl = self._own.curl = pycurl.Curl()
            curl.setopt(pycurl.HTTPHEADER, self._headers)
            curl.setopt(pycurl.NOSIGNAL, 1)
            curl.setopt(pycurl.CONNECTTIMEOUT_MS, int(min(CONNECT_TIMEOUT, self._timeout) * 1000))
            curl.setopt(pycurl.TIMEOUT_MS, int(self._timeout * 1000))
            trusted = ssl.get_default_verify_paths()  # those of Python, and of SSL_CERT_FILE and SSL_CERT_DIR
            for option, path in ((pycurl.CAINFO, trusted.cafile), (pycurl.CAPATH, trusted.capath)):
                if path:
                    curl.setopt(option, path)
        return curl


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
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(item) for item in value]
    return value
