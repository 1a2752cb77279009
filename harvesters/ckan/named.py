"""The datasets of a remote that has no package_search: old CKANs, other software with a part of the API. Each by its name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from domain.errors import RemoteError
from harvesters.base import GatherError, Page
from harvesters.ckan.listing import Found, Item, unusable, usable_id
from harvesters.http.failures import excerpt

MAX_FAILED = 20  # in a row, after which the remote is taken to be down
PAGE = 100  # datasets

Show = Callable[[str], Mapping[str, Any]]  # raises RemoteError


class Named:
    """All datasets of a package_list. `complete` says at the end that each of them was shown."""

    def __init__(self, names: Sequence[Any], show: Show) -> None:
        self._names = names
        self._show = show
        self.count = self.total = len(names)
        self.complete = False

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
                hashes.add(hash(item.guid))
            if (position + 1) % PAGE == 0:
                yield Page(f"{position + 1} of {self.count}")
        self.complete = True

    def _item(self, position: int, name: Any) -> tuple[Found | GatherError, RemoteError | None]:
        if not isinstance(name, str) or not name.strip():
            return GatherError(f"entry {position} of package_list is no name but {excerpt(repr(name))}", "bad_record"), None
        try:
            package = self._show(name)
        except RemoteError as error:
            return GatherError(f"dataset {excerpt(name)} of package_list can't be read: {error}", "unreadable"), error
        guid = usable_id(package)
        if guid is None:
            return next(unusable(package, position, {})), None
        return Found(guid, package), None
