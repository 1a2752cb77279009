"""Passwords of our own persons: argon2id, a few at a time, and as slow for names that nobody has.

A check takes a tenth of a second and 64 MiB, so only two run at once in a process.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from domain.errors import ServiceUnavailable, SettingError, ValidationError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 1000  # characters
AT_A_TIME = 2
QUEUED = 10.0  # seconds
_SLOTS = threading.BoundedSemaphore(AT_A_TIME)


@cache
def _hasher() -> "PasswordHasher":
    try:
        from argon2 import PasswordHasher
    except ImportError as error:
        raise SettingError("Passwords need one more package: pip install 'harvestlog[web]'") from error
    return PasswordHasher()


@cache
def _nobodys() -> str:
    """Checked for a name that nobody has."""
    return _hasher().hash("nobody's password")


def checked_password(password: str) -> str:
    """A password that is long enough. Raises ValidationError."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValidationError({"password": f"Must be {SHORTEST} to {LONGEST} characters, for example four or five words"})
    return password


def hashed(password: str) -> str:
    """What is stored of a password."""
    with _slot():
        return _hasher().hash(password)


def is_right(password: str, stored: str) -> bool:
    """Whether a password is the one that is stored; `stored` empty: nobody's, which takes as long."""
    from argon2.exceptions import InvalidHashError, VerificationError

    with _slot():
        try:
            return _hasher().verify(stored or _nobodys(), password[:LONGEST]) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


@contextmanager
def _slot() -> Iterator[None]:
    """One of the checks that may run at a time. Raises ServiceUnavailable."""
    if not _SLOTS.acquire(timeout=QUEUED):
        raise ServiceUnavailable("Many people sign in at once: try again in a moment")
    try:
        yield
    finally:
        _SLOTS.release()
