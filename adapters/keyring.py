"""The keys by which a site's secrets are encrypted: from a setting, or from a file in the data folder, made on first use.

Several keys may be there, the newest first: older ones only decrypt. The cipher is AES-SIV (RFC 5297): the same secret gives
the same token, and a token that was changed, or another key, is noticed.
"""

import base64
import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.settings import Settings
from domain.errors import SettingError
from domain.sealing import key_of

KEY_BYTES = 64  # AES-256 in SIV mode takes two keys of 32
PURPOSE = b"harvestlog source secret 1"  # authenticated with each secret: a token of something else doesn't open


@dataclass(frozen=True, repr=False)
class Key:
    """One key; `id` names it in tokens, and tells nothing about it."""

    secret: bytes

    @property
    def id(self) -> str:
        """8 hexadecimal digits."""
        return hashlib.sha256(b"harvestlog key id\n" + self.secret).hexdigest()[:8]

    def seal(self, text: str) -> str:
        """The token of a secret."""
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # 40 ms, and most commands have no secret

        sealed = AESSIV(self.secret).encrypt(text.encode("utf-8", "surrogatepass"), [PURPOSE])
        return f"enc.1.{self.id}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def unseal(self, token: str) -> str:
        """The secret of a token of this key. Raises SettingError when the token was changed."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        text = token.rpartition(".")[2]
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            return AESSIV(self.secret).decrypt(sealed, [PURPOSE]).decode("utf-8", "surrogatepass")
        except (InvalidTag, ValueError) as error:
            raise SettingError(f"A secret that key {self.id} encrypted has been changed since: enter it again") from error


class Keyring:
    """The keys of this machine, read when they are first needed, and the file again when a key is missing."""

    def __init__(self, settings: Settings) -> None:
        self._setting = settings.secret_key
        self.file = (
            Path(settings.secret_key_file).expanduser() if settings.secret_key_file else settings.data_dir / "secret.key"
        )
        self._keys: list[Key] | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether the keys come from the setting: then none can be made here."""
        return bool(self._setting)

    @property
    def place(self) -> str:
        """Where the keys are, in words."""
        return "HARVEST_SECRET_KEY" if self._setting else str(self.file)

    def newest(self) -> Key | None:
        """The one to encrypt with; None while there is none. Raises SettingError."""
        keys = self._read()
        return keys[0] if keys else None

    def key(self, name: str) -> Key | None:
        """One by its id; None: it is not here. Raises SettingError."""
        for again in (False, True):
            keys = self._read(again=again)
            if match := next((key for key in keys if key.id == name), None):
                return match
        return None

    def make(self) -> Key:
        """Make a new newest key, in the file. Raises SettingError when the setting has the keys, or it can't be written."""
        if self._setting:
            raise SettingError("HARVEST_SECRET_KEY holds the keys: put a new one before the others there, then run this again")
        key = Key(secrets.token_bytes(KEY_BYTES))
        self._write([key, *self._read(again=True)])
        return key

    def _read(self, *, again: bool = False) -> Sequence[Key]:
        if self._keys is None or again:
            text = self._setting or self._text()
            self._keys = [_key(word, self.place) for word in text.replace(",", " ").split()]
        return self._keys

    def _text(self) -> str:
        try:
            lines = self.file.read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"The key file {self.file} can't be read: {error}") from error
        return " ".join(line for line in lines if not line.startswith("#"))

    def _write(self, keys: Sequence[Key]) -> None:
        """Replace the file in one step; nobody else may ever read it."""
        lines = ["# Keys of harvestlog, the newest first: without them the secrets of sources are lost. Back this file up."]
        text = "\n".join([*lines, *(base64.urlsafe_b64encode(key.secret).decode() for key in keys), ""])
        new = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "w", encoding="ascii") as file:
                if os.geteuid() == 0:  # a command of root's makes it for the roles, whose folder it is
                    folder = self.file.parent.stat()
                    os.fchown(file.fileno(), folder.st_uid, folder.st_gid)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self.file)
        except OSError as error:
            raise SettingError(
                f"The key file {self.file} can't be written ({error.strerror}): set HARVEST_SECRET_KEY, or "
                "HARVEST_SECRET_KEY_FILE to another place"
            ) from error
        self._keys = list(keys)


def new_key() -> str:
    """A key as text, for HARVEST_SECRET_KEY."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _key(text: str, place: str) -> Key:
    try:
        secret = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise SettingError(
            f"{place} holds what is no key of harvestlog: {KEY_BYTES} random bytes in base64 are expected, as "
            "`harvester secrets new-key` prints them"
        )
    return Key(secret)


def missing(token: str, place: str) -> SettingError:
    """The error of a secret whose key is not here."""
    return SettingError(
        f"A secret is encrypted with key {key_of(token)}, which is not in {place}: copy the key file from the machine "
        "where the secret was entered, or set HARVEST_SECRET_KEY. If the key is lost, enter the source's secrets again"
    )
