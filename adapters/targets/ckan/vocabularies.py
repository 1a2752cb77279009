"""Vocabularies of tags that a CKAN has: looked up once in a while."""

import time
from collections.abc import Callable

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.kept import Kept


class Vocabularies:
    """Safe to share between threads; two that ask at the same time both ask CKAN."""

    def __init__(self, api: ActionAPI, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._answers: Kept[str, str | None] = Kept(clock)

    def resolve(self, id_or_name: str) -> str | None:
        """The id of a vocabulary, None when there is none. Raises TargetError."""
        if answer := self._answers.get(id_or_name):
            return answer.value
        vocabulary = self._api.find("vocabulary_show", {"id": id_or_name})
        identity = str(vocabulary["id"]) if vocabulary else None
        self._answers.put(id_or_name, identity)
        return identity
