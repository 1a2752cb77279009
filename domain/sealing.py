"""Secrets in a source's address and configuration, encrypted where they stand: everything else stays readable.

A sealed secret is a token, `enc.1.<key>.<text>`, of letters, digits, `-`, `_` and dots, so that it fits into an address. The
same secret gives the same token under one key: two sources of the same address and configuration still look alike.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from domain.errors import SettingError
from domain.secrets import change_url, is_secret_name
from domain.sources import SourceFields

BEGINNING = "enc.1."
TOKEN = re.compile(rf"{re.escape(BEGINNING)}([0-9a-f]{{8}})\.[A-Za-z0-9_-]+")


class Cipher(Protocol):
    """Encrypts with the site's current key, and decrypts with any that this process has."""

    def seal(self, text: str) -> str:
        """The token of a secret. Raises SettingError when the site's key is not here."""

    def unseal(self, token: str) -> str:
        """The secret of a token. Raises SettingError that names the key when it is not here, or the token was changed."""

    def is_current(self, token: str) -> bool:
        """Whether a token was made with the key that `seal` uses. Raises SettingError as `seal` does."""


class NoCipher:
    """Has no key and encrypts nothing: for tools that store no secrets, and for tests."""

    def seal(self, text: str) -> str:
        """The secret itself."""
        return text

    def unseal(self, token: str) -> str:
        """Raises SettingError: there is no key."""
        raise SettingError(f"A secret is encrypted with key {key_of(token)}, and there are no keys here")

    def is_current(self, token: str) -> bool:
        """There is no key."""
        return False


@dataclass(frozen=True)
class _Change:
    """What is done to a secret: to one within an address, and to a value (text or number) of a configuration."""

    text: Callable[[str], str]
    value: Callable[[Any], Any]


@dataclass(frozen=True)
class Sealing:
    """Seals and opens the secrets of a source's fields."""

    cipher: Cipher

    def sealed(self, fields: SourceFields) -> SourceFields:
        """The fields as they are stored, all secrets encrypted with the current key. Raises SettingError."""
        return _changed(fields, _Change(self._seal_text, self._seal_value))

    def sealed_as_far_as_possible(self, fields: SourceFields) -> SourceFields:
        """As `sealed`; a secret whose key is lost stays as it is."""
        return _changed(fields, _Change(self._kept(self._seal_text), self._kept(self._seal_value)))

    def opened(self, fields: SourceFields) -> SourceFields:
        """The fields as plugins get them. Raises SettingError; sources of earlier versions have nothing sealed."""
        if not _may_have_tokens(fields):
            return fields
        return _changed(fields, _Change(self._open_text, self._open_value))

    def opened_as_far_as_possible(self, fields: SourceFields) -> SourceFields:
        """As `opened`; a secret whose key is lost stays as it is."""
        return _changed(fields, _Change(self._kept(self._open_text), self._kept(self._open_value)))

    @staticmethod
    def _kept(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def changed_or_kept(secret: Any) -> Any:
            try:
                return change(secret)
            except SettingError:
                if is_token(secret):
                    return secret
                raise

        return changed_or_kept

    def _seal_text(self, text: str) -> str:
        if not is_token(text):
            return self.cipher.seal(text) if text else text
        return text if self.cipher.is_current(text) else self.cipher.seal(self.cipher.unseal(text))

    def _seal_value(self, value: Any) -> Any:
        if not is_token(value):
            return value if isinstance(self.cipher, NoCipher) else self.cipher.seal(json.dumps(value))
        return value if self.cipher.is_current(value) else self.cipher.seal(self.cipher.unseal(value))

    def _open_text(self, text: str) -> str:
        return self.cipher.unseal(text) if is_token(text) else text

    def _open_value(self, value: Any) -> Any:
        return json.loads(self.cipher.unseal(value)) if is_token(value) else value


def is_token(value: Any) -> bool:
    """Whether a value is a sealed secret."""
    return isinstance(value, str) and TOKEN.fullmatch(value) is not None


def key_of(token: str) -> str:
    """The id of the key that a token was made with."""
    match = TOKEN.fullmatch(token)
    return match[1] if match else ""


def keys_of(fields: SourceFields) -> set[str]:
    """The ids of all keys that are needed to open the fields."""
    return {match[1] for text in (fields.url, fields.config) for match in TOKEN.finditer(text)}


def _may_have_tokens(fields: SourceFields) -> bool:
    """False where no token can stand: each job asks. A configuration may have any character as an escape of JSON."""
    return BEGINNING in fields.url or BEGINNING in fields.config or "\\" in fields.config


def _changed(fields: SourceFields, change: _Change) -> SourceFields:
    return replace(fields, url=change_url(fields.url, change.text), config=_in_config(fields.config, change))


def _in_config(config: str, change: _Change) -> str:
    """A configuration (JSON text) with its secrets changed; text without any comes back as it was."""
    try:
        values = json.loads(config) if config else None
    except ValueError:
        return config
    changed = _in_value(values, "", change)
    return config if changed == values else json.dumps(changed, ensure_ascii=False)


def _in_value(value: Any, name: str, change: _Change, secret: bool = False) -> Any:
    """As `domain.secrets.mask_value` finds them."""
    secret = secret or is_secret_name(name) or name.lower().endswith("headers")
    if isinstance(value, Mapping):
        return {key: _in_value(item, str(key), change, secret) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_in_value(item, name, change, secret) for item in value]
    if value is None or value == "" or isinstance(value, bool):
        return value
    if secret:
        return change.value(value)
    return change_url(value, change.text) if isinstance(value, str) and "://" in value else value
