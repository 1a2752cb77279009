"""The datasets of a remote that has no package_search: old CKANs, other software with a part of the API.

Each by its name or id (`Named`), or as they come in a list of whole datasets (`Given`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from domain.errors import RemoteError
from harvesters.base import GatherError, Page
from harvesters.ckan.listing import MAX_RECORDS, Found, Item, unusable, usable_id
from harvesters.ckan.pages import Unreadable
from harvesters.http.failures import excerpt

MAX_FAILED = 20  # in a row, after which the remote is taken to be down
PAGE = 100  # datasets

Show = Callable[[str], Mapping[str, Any]]  # raises RemoteError


class Named:
    """All datasets of a package_list, or of another list. `complete` says at the end that it was gone through.

    `are_ids`: what the list has are the ids of the datasets.
    """

    def __init__(self, names: Sequence[Any], show: Show, where: str = "package_list") -> None:
        self._names = names
        self._show = show
        self._where = where
        self.count = self.total = len(names)
        self.complete = False
        self.are_ids = len(names) > 0

    def __iter__(self) -> Iterator[Item]:
        hashes: set[int] = set()
        failed = 0
        for position, name in enumerate(self._names):
            item, error = self._item(position, name)
            failed = failed + 1 if error else 0
            if error and failed >= MAX_FAILED:
                raise error
            if isinstance(item, GatherError) or hash(item.guid) not in hashes:
                yield item
            if isinstance(item, Found):
                self.are_ids &= item.guid == name
                hashes.add(hash(item.guid))
            if (position + 1) % PAGE == 0:
                yield Page(f"{position + 1} of {self.count}")
        self.complete = True

    def _item(self, position: int, name: Any) -> tuple[Found | GatherError, RemoteError | None]:
        if isinstance(name, Unreadable):
            return GatherError(f"{self._where} may not be complete: {name.reason}", "incomplete_listing"), None
        if not isinstance(name, str) or not name.strip():
            return GatherError(f"entry {position} of {self._where} is no name but {excerpt(repr(name))}", "bad_record"), None
        try:
            package = self._show(name)
        except RemoteError as error:
            message = f"dataset {excerpt(name)} of {self._where} can't be read: {error}"
            return GatherError(message, "unreadable"), error
        guid = usable_id(package)
        if guid is None:
            return next(unusable(package, position, {})), None
        return Found(guid, package), None


class Given:
    """Datasets that come whole; an id that comes again is left out. `complete` says that the list came to its end.

    Raises RemoteError `endless` for a remote that makes up datasets for each page.
    """

    count: int | None = None

    def __init__(self, packages: Iterable[Any]) -> None:
        self._packages = packages
        self.total = 0
        self.complete = False

    def __iter__(self) -> Iterator[Item]:
        hashes: set[int] = set()
        for position, package in enumerate(self._packages):
            if position > MAX_RECORDS:
                raise RemoteError("the list of datasets does not end", code="endless")
            guid = usable_id(package)
            self.total += guid is None or hash(guid) not in hashes
            if guid is None:
                yield from unusable(package, position, {})
            elif hash(guid) not in hashes:
                hashes.add(hash(guid))
                yield Found(guid, package)
            if (position + 1) % PAGE == 0:
                yield Page(f"{position + 1}")
        self.complete = True
