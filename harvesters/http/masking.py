"""Takes secrets out of what a remote answered, before it is kept in a file.

A secret is known by its value, when the request or the source's configuration had it, however the answer writes it; and by its
name, in JSON (also JSON inside of a text, and pairs of `key` and `value`), XML, forms and addresses.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

from domain.secrets import MASK, is_secret_name, mask_quoted, mask_url, mask_value
from harvesters.http.credentials import SHORTEST_SECRET, secrets_of_headers

PAIR_NAMES = ("key", "name")
ELEMENT = re.compile(r"<((?:[\w.-]+:)?([\w.-]+))((?:\s[^<>]*)?)>([^<>]+)</\1\s*>")
PARAMETER = re.compile(r"([?&;])([\w.-]+)=([^\s&#\"'<>\\]+)")
SHORT_NAMES = ("key", "sig")  # secrets in an address, but not in a document


def secrets_of_config(value: Any, name: str = "", secret: bool = False) -> Iterator[str]:
    """Values below secret names in a source's configuration, and the secrets of addresses in it."""
    secret = secret or is_secret_name(name) or name.lower().endswith("headers")
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from secrets_of_config(item, str(key), secret)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from secrets_of_config(item, name, secret)
    elif isinstance(value, str) and not secret:
        yield from secrets_of_url(value)
    elif secret and value is not None and not isinstance(value, bool):
        yield str(value)


def secrets_of_url(url: str) -> Iterator[str]:
    """The password of an address, and its parameters that have names of secrets."""
    if "://" not in url:
        return
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    if parts.password:
        yield parts.password
    for name, value in parse_qsl(parts.query):
        if is_secret_name(name) or name.lower() in SHORT_NAMES:
            yield value


class Masking:
    """Masks what one request's answer repeats, and what `more` says."""

    def __init__(self, url: str, headers: Mapping[str, str], more: Iterable[str] = ()) -> None:
        secrets = {*secrets_of_headers(headers), *secrets_of_url(url), *more}
        forms = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in _forms(secret)}
        self._secrets = sorted(forms, key=len, reverse=True)

    def url(self, url: str) -> str:
        """An address."""
        return mask_url(self._blotted(url))

    def text(self, text: str) -> str:
        """A document; what holds no secret stays as it is, byte by byte."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            return ELEMENT.sub(_element, mask_quoted(mask_url(self._plain(text))))
        masked = self._value(mask_value(values))
        return text if masked == values else json.dumps(masked, ensure_ascii=False)

    def header(self, value: str) -> str:
        """The value of a header."""
        return mask_quoted(mask_url(self._plain(value)))

    def body(self, body: bytes) -> bytes:
        """A document that isn't UTF-8."""
        return self.text(body.decode("latin-1")).encode("latin-1", "replace")

    def _plain(self, text: str) -> str:
        return PARAMETER.sub(_parameter, self._blotted(text))

    def _blotted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def _value(self, value: Any) -> Any:
        """Plain data: texts, among them those that are JSON themselves, and pairs of key and value."""
        if isinstance(value, dict):
            named = next((value[name] for name in PAIR_NAMES if isinstance(value.get(name), str)), "")
            pair = "value" in value and is_secret_name(named)
            values = {**value, "value": MASK} if pair and value["value"] else value
            return {self._plain(key): self._value(item) for key, item in values.items()}
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, str):
            return self.text(value) if value.lstrip()[:1] in ("{", "[") else self._plain(value)
        return MASK if str(value) in self._secrets else value


def _forms(secret: str) -> set[str]:
    """How a document may write a value."""
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), html.escape(secret), *escaped}


def _element(match: re.Match[str]) -> str:
    if not is_secret_name(match[2]) or not match[4].strip():
        return match[0]
    return f"<{match[1]}{match[3]}>{MASK}</{match[1]}>"


def _parameter(match: re.Match[str]) -> str:
    secret = is_secret_name(match[2]) or match[2].lower() in SHORT_NAMES
    return f"{match[1]}{match[2]}={MASK}" if secret else match[0]
