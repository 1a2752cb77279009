"""Words for what goes wrong with a remote: foreign errors as RemoteError, and texts that are safe to show."""

import html
import re
import ssl
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from requests.exceptions import ConnectTimeout, ReadTimeout, SSLError
from urllib3.exceptions import DecodeError, NewConnectionError, ReadTimeoutError

from domain.errors import RemoteError

SECRET_PARAMS = re.compile(r"key|token|secret|passw|auth|signature", re.IGNORECASE)
NOT_TEXT = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
EXCERPT = 100  # characters shown of what a remote sent
SHOWN_URL = 300  # characters


def translated(error: Exception, url: str, timeout: float, over: float | None) -> RemoteError:
    """A foreign error as RemoteError; `over` is the total time-out in seconds if it has passed."""
    shown, causes = redact(url), _causes(error)
    if over is not None:
        return RemoteError(f"{shown} was not complete after {over:g} s", code="slow", retryable=True)
    if any(isinstance(cause, ConnectTimeout | ReadTimeout | ReadTimeoutError | TimeoutError) for cause in causes):
        return RemoteError(f"{shown}: nothing came for {timeout:g} s", code="timeout", retryable=True)
    if any(isinstance(cause, SSLError | ssl.SSLError) for cause in causes):
        final = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)
        return RemoteError(f"no secure connection to {shown}: {_reason(causes)}", code="tls", retryable=not final)
    if any(isinstance(cause, UnicodeError) for cause in causes):
        return RemoteError(f"{shown} has a host name that can't be", code="bad_url")
    if any(isinstance(cause, DecodeError) for cause in causes):
        return RemoteError(f"{shown} can't be uncompressed: {_reason(causes)}", code="bad_encoding")
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        return RemoteError(f"no connection to {shown}: {_reason(causes)}", code="unreachable", retryable=True)
    return RemoteError(f"the connection to {shown} broke: {_reason(causes)}", code="disconnected", retryable=True)


def redact(url: str) -> str:
    """The URL without user name and password, and without the values of parameters such as `api_key`; cut when long."""
    try:
        parts = urlsplit(url)
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2], query=_redacted_query(parts.query))
        shown = urlunsplit(parts)
    except ValueError:
        shown = re.sub(r"//[^/]*@", "//", url)
    return shown if len(shown) <= SHOWN_URL else shown[:SHOWN_URL] + "..."


def excerpt(text: str) -> str:
    """The first words of a text that a remote sent, without markup."""
    plain = " ".join(html.unescape(NOT_TEXT.sub(" ", text[:20_000])).split())
    return plain if len(plain) <= EXCERPT else plain[:EXCERPT] + "..."


def _redacted_query(query: str) -> str:
    if not SECRET_PARAMS.search(query):
        return query
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, "***" if SECRET_PARAMS.search(name) else value) for name, value in pairs], safe="*")


def _causes(error: BaseException | None) -> list[BaseException]:
    """The error and what caused it, outermost first; urllib3 keeps some causes in `reason` or among the arguments."""
    causes: list[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        inner = [getattr(error, "reason", None), *error.args, error.__cause__, error.__context__]
        error = next((cause for cause in inner if isinstance(cause, BaseException)), None)
    return causes


def _reason(causes: list[BaseException]) -> str:
    """The innermost explanation, in the words of the operating system where it has some."""
    for cause in reversed(causes):
        words = getattr(cause, "verify_message", None) or getattr(cause, "strerror", None)
        if isinstance(words, str) and words:
            return words
    return excerpt(type(causes[-1]).__name__)
