"""Names of packages made unique: with a number or hex digits behind them (`harvesters.dataset.numbers`)."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from domain.errors import TargetError
from harvesters.dataset.numbers import LONGEST, NUMBERS, with_number
from harvesters.target import Stored

ATTEMPTS = 15  # at a name that other workers may take first
SHOWN_NAMES = 1000  # the most that package_search answers


class Names:
    """Writes packages under names that are free; CKAN is asked which are taken only once it has refused one."""

    def __init__(self, api: ActionAPI) -> None:
        self._api = api
        self._written: set[str] = set()
        self._changed = threading.Condition()

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Nobody else of this process makes a package of that name inside the block.

        Of two package_create with one name that overlap, CKAN 2.12 can write the second one over the first one's package.
        """
        with self._changed:
            self._changed.wait_for(lambda: name not in self._written)
            self._written.add(name)
        try:
            yield
        finally:
            with self._changed:
                self._written.remove(name)
                self._changed.notify_all()

    def write(self, wanted: str, write: Callable[[str], Mapping[str, Any]], others: Iterator[str] | None = None) -> Stored:
        """What `write` stored under the wanted name, or under the first of the `others` that CKAN accepts (None: with numbers).

        CKAN decides, so no race gives two packages one name. A valid name that it refuses is taken, or a word of its own.
        Raises TargetError `name_taken`, or what `write` raises.
        """
        used: set[str] = set()
        name = wanted
        for _ in range(ATTEMPTS):
            try:
                written = write(name)
            except Refusal as error:
                if "name" not in error.errors or "id" in error.errors:
                    raise
            else:
                return Stored(written["id"], written["name"])
            if others is not None:
                if (other := next(others, None)) is None:
                    break
                name = other
                continue
            used |= {name} if used else {name, *self.alike(wanted)}
            name = free_name(wanted, used)
        message = f"name: other writers took {ATTEMPTS} names like {wanted!r} first"
        raise TargetError(message, code="name_taken", field="name", retryable=True)

    def alike(self, wanted: str) -> Iterator[str]:
        """Names in the search index that begin alike; it lags behind, so a name that isn't there may be taken all the same."""
        query = {
            "fq": f"name:{wanted[: LONGEST - len(str(NUMBERS[-1]))]}*",
            "fl": "name",
            "rows": SHOWN_NAMES,
            "include_private": True,
            "include_drafts": True,
        }
        for package in self._api.call("package_search", query)["results"]:
            yield package["name"] if isinstance(package, dict) else package


def free_name(wanted: str, used: Collection[str]) -> str:
    """The first numbered name that is not taken. Raises TargetError `name_taken`."""
    for number in NUMBERS:
        name = with_number(wanted, number)
        if name not in used:
            return name
    raise TargetError(f"name: all names {wanted}1 to {wanted}{NUMBERS[-1]} are taken", code="name_taken", field="name")
