"""Vocabularies of tags that a CKAN has: looked up once in a while."""

import threading
import time
from collections.abc import Callable

from adapters.targets.ckan.api import ActionAPI

KEPT_FOR = 300.0  # seconds that an answer of CKAN is relied on


class Vocabularies:
    """Safe to share between threads; two that ask at the same time both ask CKAN."""

    def __init__(self, api: ActionAPI, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._known: dict[str, tuple[float, str | None]] = {}
        self._lock = threading.Lock()

    def resolve(self, id_or_name: str) -> str | None:
        """The id of a vocabulary, None when there is none. Raises TargetError."""
        with self._lock:
            until, identity = self._known.get(id_or_name, (0.0, None))
        if until > self._clock():
            return identity
        vocabulary = self._api.find("vocabulary_show", {"id": id_or_name})
        identity = str(vocabulary["id"]) if vocabulary else None
        with self._lock:
            self._known[id_or_name] = self._clock() + KEPT_FOR, identity
        return identity
