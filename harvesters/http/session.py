"""The polite HTTP session that harvesters use.

Every failure is a RemoteError with one of these codes, a message that says what came from which URL (credentials hidden),
and whether the same request may succeed later:

    unreachable   no connection (name, refused, no route)      disconnected  the connection broke, or no HTTP came
    timeout       nothing came for `timeout` seconds           slow          not complete after `total_timeout` seconds
    http_<nnn>    a status of 400 or more                      too_large     more than `max_bytes`, uncompressed
    tls           no secure connection                         redirects     too many redirects
    bad_url       not an http or https URL                     bad_header    a header that can't be sent
    bad_encoding  compressed in a way that can't be undone     not_json      the body is not JSON
    robots        forbidden by its robots.txt                  refused_address   must not be connected to (`domain/networks.py`)

How bodies are uncompressed, decoded and read, however wrong their headers are: `compression.py`, `documents.py`. To whom
credentials are sent: `credentials.py`. When a request is sent again: `retries.py`.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase
from requests.exceptions import InvalidHeader, InvalidURL, RequestException
from urllib3.exceptions import HTTPError

from domain.breakers import counts, origin_of, remote_of
from domain.errors import Postponed, RemoteError
from domain.networks import address_rules
from harvesters.http.compression import ASKED_FOR, CODINGS, GZIP, BadEncoding, TooLarge, codings_of, uncompressed
from harvesters.http.credentials import blotted, may_follow, separated, without
from harvesters.http.failures import excerpt, redact, translated
from harvesters.http.hosts import PROCESS_SLOTS, HostSlots
from harvesters.http.responses import VALIDATORS, Headers, RemoteTime
from harvesters.http.responses import Response as Response
from harvesters.http.retries import RETRIED, http_date, own_clock, retry_after, wait_before_retry
from harvesters.http.robots import MAX_BYTES, PROCESS_ROBOTS, RobotsFiles, product_token
from harvesters.http.transport import Deadline, GuardedAdapter, Session, within

MAX_REDIRECTS = 5
CHUNK = 32_768  # bytes read at a time
ERROR_BODY = 20_000  # bytes read of the body of an error
BEGINNING = 1_000_000  # bytes that these may become, uncompressed

CONDITIONS = {condition.lower() for _, condition in VALIDATORS.values()}

log = logging.getLogger(__name__)
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How much of a remote's time and answers is used; times are in seconds."""

    timeout: float = 30.0  # connect and between two bytes
    total_timeout: float = 300.0  # one response in all, and the retries of one request
    max_bytes: int = 50_000_000  # one response, uncompressed
    retries: int = 3
    host_limit: int = 4  # requests at a time to one host, in this process
    user_agent: str = "harvestlog"
    robots: str = "ignore"  # what of a remote's robots.txt counts: `delay` (its Crawl-delay), `obey` (all of it)
    allow: str = ""  # besides public addresses, as HARVEST_HTTP_ALLOW has it


class _NoAuth(AuthBase):
    """Keeps `requests` from taking credentials out of a .netrc file, in place of those that the source gives."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class PoliteSession:
    """Requests to allowed addresses, with time-outs, a size cap, retries and a limit per host. Threads may share it."""

    def __init__(
        self,
        limits: HttpLimits,
        *,
        headers: Headers | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        slots: HostSlots = PROCESS_SLOTS,
        robots: RobotsFiles = PROCESS_ROBOTS,
        through: Callable[[BaseAdapter], BaseAdapter] = lambda adapter: adapter,
        now: Callable[[], datetime] = own_clock,
    ) -> None:
        """`now`: the time for what a remote says in times without saying what its own clock says.

        `through` may put another transport in front of ours (`recording.py`).
        """
        self._limits = limits
        self._headers = {"User-Agent": limits.user_agent, "Accept-Encoding": ASKED_FOR, **(headers or {})}
        self._sleep = sleep
        self._clock = clock
        self._slots = slots
        self._robots = robots
        self.first_answer: RemoteTime | None = None  # by its Date header
        self.answers = 0  # that came so far, to see whether a gather makes progress
        self._of_thread = threading.local()
        self._through = through
        self._now = now
        self._rules = address_rules(limits.allow)
        self._opening = threading.Lock()
        self._opened: requests.Session | None = None

    @property
    def _session(self) -> requests.Session:
        """The connections, set up for the first request: a job whose records are stored already sends none."""
        with self._opening:
            if self._opened is None:
                self._opened = Session()
                self._opened.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
                for scheme in ("http://", "https://"):
                    adapter = GuardedAdapter(self._rules, pool_maxsize=max(self._limits.host_limit, 1))
                    self._opened.mount(scheme, self._through(adapter))
            return self._opened

    @property
    def postponed(self) -> Postponed | None:
        """What a request of this thread was refused with, in case a plugin caught it; other threads serve other records."""
        refusal: Postponed | None = getattr(self._of_thread, "postponed", None)
        return refusal

    @postponed.setter
    def postponed(self, refusal: Postponed | None) -> None:
        self._of_thread.postponed = refusal

    def get_json(
        self, url: str, params: Params | None = None, headers: Headers | None = None, *, retries: int | None = None
    ) -> Any:
        """The JSON at a URL; see `get`."""
        response = self.get(url, params, headers, retries=retries)
        try:
            return response.json()
        except RemoteError as error:
            _, sent = separated(url, {**self._headers, **(headers or {})})
            raise _without_secrets(error, sent) from error.__cause__

    def get(
        self,
        url: str,
        params: Params | None = None,
        headers: Headers | None = None,
        *,
        retries: int | None = None,
        validators: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer of a URL after redirects and retries (those of the limits, or so many). Raises RemoteError, as above.

        With the `validators` of an earlier response the remote may answer that nothing changed: `Response.not_modified`.
        """
        url, sent = separated(_prepared_url(url, params), {**self._headers, **(headers or {}), **_conditions(validators or {})})
        retries = self._limits.retries if retries is None else retries
        overall = Deadline(self._limits.total_timeout, self._clock)
        for attempt in range(retries + 1):
            try:
                return self._follow(url, sent)
            except RemoteError as error:
                wait = wait_before_retry(error, attempt)
                if attempt == retries or wait is None or wait > overall.remaining():
                    raise _without_secrets(error, sent) from error.__cause__
                reason = blotted(str(error), sent)
            log.log(logging.DEBUG if attempt else logging.INFO, "asking again, up to %d times: %s", retries - attempt, reason)
            self._sleep(wait)
        raise AssertionError("unreachable")

    def post(self, url: str, body: bytes, headers: Headers) -> Response:
        """What a URL answers to a body. It is sent once, and no redirect is followed. Raises RemoteError, as above."""
        url, sent = separated(_prepared_url(url, None), {**self._headers, **headers})
        try:
            response, location = self._once(url, sent, body)
        except RemoteError as error:
            raise _without_secrets(error, sent) from error.__cause__
        if location is not None:
            raise RemoteError(f"{redact(url)} redirects, which is not followed for what is sent there", code="redirects")
        return response

    def close(self) -> None:
        """Close idle connections; the session can't be used afterwards."""
        if self._opened is not None:
            self._opened.close()

    def _follow(self, url: str, headers: Headers) -> Response:
        withheld = ""
        for _ in range(MAX_REDIRECTS + 1):
            try:
                response, location = self._once(url, headers)
            except RemoteError as error:
                raise _with_message(error, f"{error}{withheld}") from error.__cause__
            if location is None:
                return replace(response, withheld=withheld)
            target, with_its_own = separated(_prepared_url(location, None, base=url), headers)
            if not may_follow(url, target):
                if headers != without(headers):
                    withheld = f" (redirected from {redact(url)}: another host, so it did not get the credentials)"
                    log.warning("%s redirects to %s: credentials are not sent there", redact(url), redact(target))
                with_its_own = separated(_prepared_url(location, None, base=url), without(headers))[1]
            url, headers = target, with_its_own
        raise RemoteError(f"{redact(url)}: more than {MAX_REDIRECTS} redirects{withheld}", code="redirects")

    def _once(self, url: str, headers: Headers, body: bytes | None = None) -> tuple[Response, str | None]:
        """One request that robots.txt lets us make, with a body a POST: its response, and where it redirects to."""
        return self._sent(url, headers, body, 0.0 if self._limits.robots == "ignore" else self._delay(url))

    def _delay(self, url: str) -> float:
        """Seconds that requests to this host are to begin apart. Raises RemoteError `robots`, or the error of reading
        robots.txt."""
        agent, obeyed = product_token(self._limits.user_agent), self._limits.robots == "obey"
        try:
            robots = self._robots.of(origin_of(url), agent, lambda: self._robots_txt(origin_of(url)))
        except RemoteError:
            if obeyed:
                raise
            return 0.0
        if obeyed and not robots.allows(url):
            raise RemoteError(f"{redact(url)} is forbidden to {agent} by the robots.txt of its host", code="robots")
        return robots.delay

    def _robots_txt(self, origin: str) -> str:
        """The file, without a header that is of the source; empty: there is none. Raises RemoteError."""
        url, location = "", f"{origin}robots.txt"
        for _ in range(MAX_REDIRECTS + 1):
            url = _prepared_url(location, None, base=url)
            try:
                response, target = self._sent(url, without(self._headers))
            except RemoteError as error:
                if error.code.startswith("http_4") and error.code != "http_429":
                    return ""
                raise
            if target is None:
                return response.text[:MAX_BYTES]
            location = target
        return ""  # RFC 9309, section 2.3.1.2: after five redirects it counts as missing

    def _sent(self, url: str, headers: Headers, body: bytes | None = None, delay: float = 0.0) -> tuple[Response, str | None]:
        host = remote_of(url)
        try:
            with self._slots.taken(host, self._limits.host_limit, delay):
                result = self._asked(url, headers, body)
        except Postponed as error:
            self.postponed = error
            raise
        except RemoteError as error:
            if counts(error.code):
                self._slots.failed(host, url, str(error))
            elif error.code.startswith("http_"):
                self._slots.succeeded(host)
            raise
        self._slots.succeeded(host)
        return result

    def _asked(self, url: str, headers: Headers, body: bytes | None) -> tuple[Response, str | None]:
        deadline = Deadline(self._limits.total_timeout, self._clock)
        try:
            with within(deadline), self._open(url, headers, body) as answer:
                self.answers += 1
                return self._read(answer, url, deadline)
        except (RequestException, HTTPError, OSError) as error:
            raise translated(error, url, self._limits.timeout, self._over(deadline)) from error

    def _open(self, url: str, headers: Headers, body: bytes | None) -> requests.Response:
        try:
            return self._session.request(
                "GET" if body is None else "POST",
                url,
                data=body,
                headers=dict(headers),
                auth=_NoAuth(),
                timeout=min(self._limits.timeout, self._limits.total_timeout),
                allow_redirects=False,
                stream=True,
            )
        except InvalidURL as error:
            raise RemoteError(f"{redact(url)} is not a URL that can be asked", code="bad_url") from error
        except (InvalidHeader, UnicodeError):  # the cause would show the value of the header
            message = f"a header for {redact(url)} holds characters that can't be sent"
            raise RemoteError(message, code="bad_header") from None

    def _over(self, deadline: Deadline) -> float | None:
        return self._limits.total_timeout if deadline.remaining() <= 0 else None

    def _read(self, answer: requests.Response, url: str, deadline: Deadline) -> tuple[Response, str | None]:
        response = Response(url, answer.status_code, answer.headers, b"")
        if self.first_answer is None and (date := http_date(answer.headers.get("Date"))):
            self.first_answer = RemoteTime(date, time.monotonic())
        if response.not_modified and not CONDITIONS & {name.lower() for name in answer.request.headers}:
            message = f"{redact(url)} answered HTTP 304 (not modified), which nobody asked for"
            raise RemoteError(message, code="http_304")
        if answer.is_redirect:
            return response, answer.headers["Location"].encode("latin-1").decode("utf-8", "replace")
        if answer.status_code >= 400:
            raise self._refused(answer, response, deadline)
        return replace(response, body=self._body(answer, url, self._limits.max_bytes, deadline)), None

    def _body(self, answer: requests.Response, url: str, max_bytes: int, deadline: Deadline) -> bytes:
        _check_announced(answer, url, max_bytes)
        raw = bytearray()
        try:
            for chunk in answer.raw.stream(CHUNK, decode_content=False):
                raw += chunk
                if len(raw) > max_bytes:
                    raise TooLarge
                if deadline.remaining() <= 0:
                    raise TimeoutError
            return uncompressed(bytes(raw), _coding(answer, raw), max_bytes)
        except BadEncoding as error:
            raise RemoteError(f"{redact(url)} can't be uncompressed: {error}", code="bad_encoding") from error
        except TooLarge:
            raise _too_large(url, max_bytes) from None
        finally:
            raw.clear()  # the traceback of an error would keep it

    def _refused(self, answer: requests.Response, response: Response, deadline: Deadline) -> RemoteError:
        """The error of a status of 400 or more, with the beginning of what the remote says about it."""
        try:
            text = replace(response, body=self._beginning(answer, deadline)).text
        except (BadEncoding, TooLarge, RemoteError, HTTPError, OSError):
            text = ""
        code = f"http_{response.status}"
        detail = f": {excerpt(text)}" if excerpt(text) else ""
        return RemoteError(
            f"{redact(response.url)} answered HTTP {response.status}{detail}",
            code=code,
            retryable=code in RETRIED,
            retry_after=retry_after(response.headers.get("Retry-After"), response.headers.get("Date"), self._now),
            answer=text[:ERROR_BODY],
        )

    def _beginning(self, answer: requests.Response, deadline: Deadline) -> bytes:
        raw = bytearray()
        for chunk in answer.raw.stream(CHUNK, decode_content=False):
            raw += chunk[:ERROR_BODY]
            if len(raw) >= ERROR_BODY or deadline.remaining() <= 0:
                break
        return uncompressed(bytes(raw), _coding(answer, raw), BEGINNING, whole=False)


def _prepared_url(url: str, params: Params | None, base: str = "") -> str:
    """The URL with its parameters, relative to a base. Raises RemoteError `bad_url`."""
    try:
        url = urljoin(base, url)
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError("no http or https URL with a host")
        prepared = requests.PreparedRequest()
        prepared.prepare_url(url, params)
    except ValueError as error:  # those of requests are ValueErrors too
        raise RemoteError(f"{redact(url)} is not an http or https URL", code="bad_url") from error
    return prepared.url or url


def _conditions(validators: Mapping[str, str]) -> dict[str, str]:
    """Headers of a conditional request (RFC 9110, section 13.1). A remote that knows ETags leaves the date aside."""
    return {condition: validators[name] for name, (_, condition) in VALIDATORS.items() if validators.get(name)}


def _coding(answer: requests.Response, raw: bytearray) -> str:
    """The Content-Encoding; JSON that is compressed and doesn't say so can be told by its first bytes."""
    named: str = answer.headers.get("Content-Encoding", "")
    is_json = "json" in answer.headers.get("Content-Type", "").lower()
    unnamed = is_json and raw.startswith(GZIP) and CODINGS.isdisjoint(codings_of(named))
    return "gzip" if unnamed else named


def _check_announced(answer: requests.Response, url: str, max_bytes: int) -> None:
    """Refuse what the headers tell us not to read."""
    length = re.fullmatch(r"\d{1,18}", answer.headers.get("Content-Length", ""))
    if length and int(length[0]) > max_bytes:
        raise _too_large(url, max_bytes)


def _too_large(url: str, max_bytes: int) -> RemoteError:
    return RemoteError(f"{redact(url)} is larger than {max_bytes:,} bytes", code="too_large")


def _without_secrets(error: RemoteError, headers: Headers) -> RemoteError:
    """The error without the value of a secret header, in case the remote repeated it."""
    return _with_message(error, blotted(str(error), headers))


def _with_message(error: RemoteError, message: str) -> RemoteError:
    return RemoteError(message, code=error.code, retryable=error.retryable, retry_after=error.retry_after, answer=error.answer)
