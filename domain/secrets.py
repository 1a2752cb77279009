"""Hides secrets in what is shown: configurations, addresses, messages.

A secret is known by the name it stands under (api_key, password, token, Authorization, ...), or by its place in an address
(`user:password@`, `?token=`). What isn't a secret stays exactly as it was.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

MASK = "***"
_WORDS = (
    r"api[-_]?keys?|pass(?:word|wd|phrase)?|pwd|secrets?|(?:access|auth|refresh|bearer|api)?[-_]?tokens?|authori[sz]ation|"
    r"credentials?|private[-_]?key|access[-_]?key|cookie|signature|auth"
)
_SECRET = rf"(?:[\w.-]*[-_.])?(?:{_WORDS})"
_NAME = re.compile(rf"{_SECRET}|x-.*-key", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)([^\s/?#@:\"'<>]*):([^\s/?#\"'<>]*)@")
_WITH_BLANKS = re.compile(r"(?<=://)([^\n/?#@:\"'<>]{1,80}):([^\n/?#\"'<>]{1,200})@")  # as people mistype it
_USER_ONLY = re.compile(r"(?<=://)[^\s/?#@:\"'<>]{16,}@")  # a token in place of a user
_PARAMETER = re.compile(rf"(?<=[?&;])({_SECRET}|key|sig)=[^\s&#\"'<>]+", re.IGNORECASE)
_ASSIGNED = re.compile(rf"(?<![\w-])({_SECRET}=)(['\"]?)[^\s'\",;&]+\2", re.IGNORECASE)
_ASSIGNED_QUOTED = re.compile(rf"(?<![\w-])({_SECRET}\s*=\s*)(['\"])(?:(?!\2).)+\2", re.IGNORECASE)
_QUOTED = re.compile(rf"((['\"]){_SECRET}\2\s*:\s*)(['\"])(?:(?!\3).)+\3", re.IGNORECASE)
_HEADER = re.compile(r"((?:authori[sz]ation|x-[\w-]*key|cookie):\s*)(?:(?:bearer|basic|token)\s+)?\S{8,}", re.IGNORECASE)

_HEADERS = ("authori", "x-", "cookie")  # one of them is in whatever _HEADER finds; looking for them takes a tenth of the time


def is_secret_name(name: str) -> bool:
    """Whether what stands under this name is not to be shown."""
    return _NAME.fullmatch(name) is not None


def mask_url(url: str) -> str:
    """An address without its password and without secrets in its query."""
    return change_url(_WITH_BLANKS.sub(rf"\1:{MASK}@", url), lambda _: MASK)


def change_url(url: str, change: Callable[[str], str]) -> str:
    """An address, or a text with some, in which each secret is what `change` makes of it."""
    if "://" not in url:
        return url
    url = _PASSWORD.sub(lambda match: f"{match[1]}:{change(match[2])}@", url)
    url = _USER_ONLY.sub(lambda match: f"{change(match[0][:-1])}@", url)
    return _PARAMETER.sub(lambda match: f"{match[1]}={change(match[0][len(match[1]) + 1 :])}", url)


def mask_text(text: str) -> str:
    """A message without the secrets of addresses and of `name: value` pairs in it."""
    if "://" in text:
        text = mask_url(text)
    if "=" in text:
        text = _ASSIGNED.sub(rf"\1{MASK}", text)
    if ":" in text:
        if '"' in text or "'" in text:
            text = _QUOTED.sub(rf"\1\3{MASK}\3", text)
        lower = text.lower()
        if any(name in lower for name in _HEADERS):
            text = _HEADER.sub(rf"\1{MASK}", text)
    return text


def mask_quoted(text: str) -> str:
    """A document (XML, broken JSON) without the quoted values that stand next to a secret name."""
    return _ASSIGNED_QUOTED.sub(rf"\1\2{MASK}\2", _QUOTED.sub(rf"\1\3{MASK}\3", text))


def mask_value(value: Any, name: str = "", secret: bool = False) -> Any:
    """Plain data with its secrets hidden: all below secret names and below `headers`, and passwords in addresses."""
    secret = secret or is_secret_name(name) or name.lower().endswith("headers")
    if isinstance(value, Mapping):
        return {key: mask_value(item, str(key), secret) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask_value(item, name, secret) for item in value]
    if value is None or value == "" or isinstance(value, bool):
        return value
    if secret:
        return MASK
    return mask_url(value) if isinstance(value, str) and "://" in value else value


def mask_config(config: str) -> str:
    """A source's configuration (JSON text) with its secrets hidden; text without any comes back unchanged."""
    if not config:
        return config
    try:
        values = json.loads(config)
    except ValueError:
        return mask_text(config)
    masked = mask_value(values)
    return config if masked == values else json.dumps(masked, ensure_ascii=False)


def unmask_config(config: str, before: str) -> str:
    """A configuration that was shown, edited and sent back: where the mask still stands, what it hid comes back."""
    if MASK not in config:
        return config
    try:
        values, old = json.loads(config), json.loads(before or "{}")
    except ValueError:
        return config
    return json.dumps(_unmasked(values, old), ensure_ascii=False)


def _unmasked(value: Any, old: Any) -> Any:
    if isinstance(value, dict):
        before = old if isinstance(old, dict) else {}
        return {key: _unmasked(item, before.get(key)) for key, item in value.items()}
    if isinstance(value, list):
        before_items = old if isinstance(old, list) and len(old) == len(value) else [None] * len(value)
        return [_unmasked(item, item_before) for item, item_before in zip(value, before_items, strict=True)]
    if isinstance(value, str) and MASK in value and isinstance(old, str | int) and mask_url(str(old)) == value:
        return old
    return old if value == MASK and old is not None else value
