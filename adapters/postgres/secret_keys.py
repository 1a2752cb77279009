"""Which key a site encrypts with (`ops.secret_key`, ids only), and the cipher that goes by it.

All machines of a site need the same keys. A machine that has none makes one only when the site has none yet: else what it
encrypted could be read there alone.
"""

import socket

from adapters.keyring import Key, Keyring, missing
from adapters.postgres.database import Database, unavailable
from domain.errors import SettingError
from domain.sealing import key_of

CURRENT = "SELECT key_id, host FROM ops.secret_key WHERE current"
ADD = "INSERT INTO ops.secret_key (key_id, host, current) VALUES (%(key)s, %(host)s, true) ON CONFLICT DO NOTHING"
RETIRE = "UPDATE ops.secret_key SET current = false WHERE current AND key_id <> %(key)s"
PROMOTE = """
    INSERT INTO ops.secret_key (key_id, host, current) VALUES (%(key)s, %(host)s, true)
    ON CONFLICT (key_id) DO UPDATE SET current = true
"""


class SiteCipher:
    """Encrypts with the site's current key."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._current: Key | None = None

    def seal(self, text: str) -> str:
        """The token of a secret; makes the site's first key when it has none. Raises SettingError."""
        return self.current().seal(text)

    def unseal(self, token: str) -> str:
        """The secret of a token. Raises SettingError."""
        key = self._keyring.key(key_of(token))
        if key is None:
            raise missing(token, self._keyring.place)
        return key.unseal(token)

    def is_current(self, token: str) -> bool:
        """Whether a token was made with the current key."""
        return key_of(token) == self.current().id

    def current(self) -> Key:
        """The site's current key. Raises SettingError when this machine lacks it."""
        if self._current is None:
            self._current = self._registered() or self._first()
        return self._current

    def registered_id(self) -> str:
        """The id of the site's current key; "": it has none yet."""
        rows = self._database.query(CURRENT)
        return str(rows[0][0]) if rows else ""

    def is_here(self, key_id: str) -> bool:
        """Whether this machine has a key."""
        return self._keyring.key(key_id) is not None

    @property
    def place(self) -> str:
        """Where this machine's keys are, in words."""
        return self._keyring.place

    def require(self) -> None:
        """Raises SettingError when the site has a key, and this machine lacks it."""
        self._registered()

    def _registered(self) -> Key | None:
        rows = self._database.query(CURRENT)
        if not rows:
            return None
        name, host = rows[0]
        key = self._keyring.key(name)
        if key is None:
            raise SettingError(
                f"The secrets of this site are encrypted with key {name}, which is not in {self._keyring.place}: copy the key "
                f"file from {host}, where it was made, or set HARVEST_SECRET_KEY to the same on all machines"
            )
        return key

    def _first(self) -> Key:
        key = self._keyring.newest() or self._keyring.make()
        self._database.query(ADD, key=key.id, host=socket.gethostname())
        return self._registered() or key  # another machine may have been first

    def rotate(self, *, lost: bool = False) -> Key:
        """Encrypt with a new key from now on: the newest of HARVEST_SECRET_KEY, or one that is made. Raises SettingError.

        `lost`: the current key is gone, and so is what it encrypted.
        """
        before = None if lost else self._registered()
        newest = self._keyring.newest()
        if newest is None or not self._keyring.is_fixed or (before is not None and newest.id == before.id):
            newest = self._keyring.make()  # where keys come from the setting, this says what to do
        with unavailable(self._database.url), self._database.connection.transaction():
            values = {"key": newest.id, "host": socket.gethostname()}
            self._database.query(RETIRE, **values)
            self._database.query(PROMOTE, **values)
        self._current = newest
        return newest
