"""Credentials of a request: where they are sent, and that nobody reads them.

User name and password of an address become `Authorization: Basic …`; from then on the address holds none. A redirect takes
them along to the same host and port, and from http to https of the same host on the usual ports, as nearly all portals do.
"""

import base64
import re
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

OPEN_HEADERS = frozenset(
    {"accept", "accept-charset", "accept-encoding", "accept-language", "range", "user-agent"}
    | {"cache-control", "pragma", "connection"}
    | {"if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"}
)
"""Headers that anybody may see. Of any other nobody knows: portals have keys in headers of all names, such as `X-API-Key`."""
USUAL_PORTS = {"http": 80, "https": 443}
SHORTEST_SECRET = 4  # characters; a shorter one would tear words apart where it is blotted out
Headers = Mapping[str, str]


def separated(url: str, headers: Headers) -> tuple[str, dict[str, str]]:
    """The URL without user name and password, and the headers with them in place of another Authorization."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url, dict(headers)
    netloc = parts.netloc.rpartition("@")[2]
    others = {name: value for name, value in headers.items() if name.lower() != "authorization"}
    if not (parts.username or parts.password):
        return urlunsplit(parts._replace(netloc=netloc)), dict(headers)
    pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    others["Authorization"] = "Basic " + base64.b64encode(pair.encode("utf-8", "replace")).decode()  # UTF-8: RFC 7617
    return urlunsplit(parts._replace(netloc=netloc)), others


def may_follow(url: str, target: str) -> bool:
    """Whether credentials for a URL may be sent to the one that it redirects to."""
    old, new = urlsplit(url), urlsplit(target)
    if (old.hostname or "").lower() != (new.hostname or "").lower():
        return False
    if old.scheme == new.scheme:
        return _port(old) == _port(new)
    return (old.scheme, _port(old), new.scheme, _port(new)) == ("http", 80, "https", 443)


def without(headers: Headers) -> dict[str, str]:
    """The headers that anybody may see."""
    return {name: value for name, value in headers.items() if name.lower() in OPEN_HEADERS}


def blotted(text: str, headers: Headers) -> str:
    """A text without the values of secret headers, in case a remote repeated them."""
    for secret in sorted(secrets_of_headers(headers), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def secrets_of_headers(headers: Headers) -> Iterable[str]:
    """The values of headers that not everybody may see, and what `Basic` credentials consist of."""
    values = {value.strip() for name, value in headers.items() if name.lower() not in OPEN_HEADERS}
    for value in list(values):
        kind, _, rest = value.partition(" ")
        if re.fullmatch(r"[A-Za-z]+", kind) and rest:
            values.add(rest.strip())
        if kind.lower() == "basic":
            values.update(_basic(rest))
    return {value for value in values if len(value) >= SHORTEST_SECRET}


def _basic(encoded: str) -> list[str]:
    """Password, and user name with password, of `Basic` credentials."""
    try:
        pair = base64.b64decode(encoded).decode()
    except ValueError:
        return []
    return [pair, pair.partition(":")[2]]


def _port(parts: SplitResult) -> int | None:
    return parts.port or USUAL_PORTS.get(parts.scheme)
