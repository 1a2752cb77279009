"""The REST API that CKAN had from 0.x to 2.7, in versions 1 and 2 (https://docs.ckan.org/en/ckan-1.8/api-v2.html).

Version 1 refers to datasets and groups by name, version 2 by id. Both list all datasets and show one by its id or name;
revisions tell what has changed.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from domain.errors import RemoteError
from domain.text import counted, kind_of
from harvesters.ckan.forms import of_rest, of_search
from harvesters.ckan.pages import Unreadable
from harvesters.http import PoliteSession

ROOTS = {2: ("/api/2",), 1: ("/api/1", "/api")}
"""Before CKAN 2 "/api/rest" is version 1; an installation may have either form."""
DATASETS = ("dataset", "package")  # they were called packages until CKAN 1.5
NOT_THERE = frozenset({"http_400", "http_403", "http_404", "http_405", "http_410", "http_501", "not_json", "bad_answer"})
SEARCHED = 1000  # references asked for at a time
MOST_PAGES = 10_000
MOST_REVISIONS = 500  # each costs a request; from there on all datasets are read
PAGE_OF_REVISIONS = 50  # some versions of CKAN 2 tell no more of them, in no order: there may be others
GROUP_FIELDS = ("id", "name", "title", "description", "image_url", "type")

log = logging.getLogger(__name__)


class References(NamedTuple):
    """What one version of the API lists: ids or names of all datasets. `problem`: why some are not among them."""

    version: int
    all: Sequence[Any]
    problem: str = ""


class RestAPI:
    """The REST API of one remote; `version` is asked for first. `names_groups`: groups are looked up, for their names."""

    def __init__(
        self, http: PoliteSession, address: str, headers: Mapping[str, str], version: int = 2, *, names_groups: bool = True
    ) -> None:
        self._http = http
        self._address = address
        self._headers = headers
        self._versions = (version, *(other for other in ROOTS if other != version))
        self._names_groups = names_groups
        self._base = ROOTS[version][0]
        self._kind = DATASETS[0]
        self._groups: dict[str, Mapping[str, Any]] = {}

    def references(self) -> References | None:
        """Ids or names of all datasets, by the list; None where there is none. Raises RemoteError when the remote is away."""
        return self._references(self._listed)

    def found(self) -> References | None:
        """The same by the search, for remotes that don't show the list."""
        return self._references(self._searched)

    def whole(self) -> Iterator[Any] | None:
        """All datasets whole, by the search; None where it doesn't give them. Raises RemoteError, later too."""
        for _, base, kind in self._places():
            try:
                first = self._whole_page(base, kind, 0)
            except RemoteError as error:
                if error.code not in NOT_THERE:
                    raise
                continue
            return self._whole_pages(base, kind, first)
        return None

    def _places(self) -> Iterator[tuple[int, str, str]]:
        """Version, path and word for datasets: all that an installation may have, the version that is wanted first."""
        for version in self._versions:
            for base in ROOTS[version]:
                yield from ((version, base, kind) for kind in DATASETS)

    def _references(self, how: Callable[[str, str], tuple[list[Any], str]]) -> References | None:
        for version, base, kind in self._places():
            try:
                references = how(base, kind)
            except RemoteError as error:
                if error.code not in NOT_THERE:
                    raise
                continue
            self._base, self._kind = base, kind
            return References(version, *references)
        return None

    def _listed(self, base: str, kind: str) -> tuple[list[Any], str]:
        return self._list(f"{base}/rest/{kind}"), ""

    def _searched(self, base: str, kind: str) -> tuple[list[Any], str]:
        references: dict[str, None] = {}
        counts: set[int] = set()
        for _ in range(MOST_PAGES):
            count, results = self._page(base, kind, len(references))
            counts |= {count} if results else set()  # behind the end, a remote may count nothing
            before = len(references)
            references |= dict.fromkeys(_reference(entry) for entry in results)
            if len(references) in (before, count):
                break
        return list(references), _lacking(f"{base}/search/{kind}", counts, count, len(references))

    def _whole_pages(self, base: str, kind: str, first: tuple[int, Sequence[Any]]) -> Iterator[Any]:
        """Page by page, as long as they bring news: some remotes always send the same one.

        Where they bring fewer datasets than the remote counts, or its count changes, the last one stands for those.
        """
        ids: set[str] = set()
        offset, (count, page) = 0, first
        counts = {count}
        while not ids.issuperset(news := [_reference(package) for package in page]):
            yield from page
            ids.update(news)
            offset += len(page)
            count, page = self._whole_page(base, kind, offset)
            counts |= {count} if page else set()
        if problem := _lacking(f"{base}/search/{kind}", counts, count, len(ids)):
            yield Unreadable(offset, max(offset, count - 1), problem)

    def _whole_page(self, base: str, kind: str, offset: int) -> tuple[int, Sequence[Any]]:
        count, results = self._page(base, kind, offset, all_fields=1)
        if not all(isinstance(entry, dict) for entry in results) or (count and not results and not offset):
            raise self._bad_answer(f"{base}/search/{kind}", results)
        return count, [of_search(entry) for entry in results]

    def _page(self, base: str, kind: str, offset: int, **more: int) -> tuple[int, list[Any]]:
        """The count that the search tells, and its results from an offset on."""
        answer = self._get(f"{base}/search/{kind}", {"q": "", "limit": SEARCHED, "offset": offset, **more})
        results = answer.get("results") if isinstance(answer, Mapping) else None
        if not isinstance(results, list):
            raise self._bad_answer(f"{base}/search/{kind}", answer)
        count = answer.get("count")
        return count if isinstance(count, int) else -1, results

    def show(self, reference: str) -> Mapping[str, Any]:
        """A dataset by its id or name, in the form of package_show. Raises RemoteError."""
        package = self._get(f"{self._base}/rest/{self._kind}/{quote(reference, safe='')}")
        if not isinstance(package, dict):
            raise self._bad_answer(f"{self._base}/rest/{self._kind}", package)
        groups = package.get("groups")
        return of_rest(package, reference, [self._member(entry) for entry in groups] if isinstance(groups, list) else [])

    def _member(self, entry: Any) -> Mapping[str, Any]:
        """A group of a dataset, with its name where that is needed."""
        if isinstance(entry, Mapping):
            return entry
        reference = str(entry)
        if not self._names_groups:
            return {"name" if self._base != ROOTS[2][0] else "id": reference}
        if reference not in self._groups:
            try:
                self._groups[reference] = self.group(reference)
            except RemoteError as error:
                if error.code not in NOT_THERE:
                    raise
                log.warning("group %s can't be looked up: %s", reference, error)
                self._groups[reference] = {"name": reference}
        return self._groups[reference]

    def group(self, reference: str) -> Mapping[str, Any]:
        """A group, or an organisation, which was one, by its id or name. Raises RemoteError."""
        bases = [self._base, *(base for version in self._versions for base in ROOTS[version] if base != self._base)]
        for base in bases:
            try:
                group = self._get(f"{base}/rest/group/{quote(reference, safe='')}")
            except RemoteError as error:
                if error.code not in NOT_THERE or base == bases[-1]:
                    raise
                continue
            if isinstance(group, dict):
                return {name: group[name] for name in GROUP_FIELDS if group.get(name)}
        raise self._bad_answer("rest/group", group)

    def changed_since(self, moment: datetime) -> set[str] | None:
        """References of the datasets that were changed since then; None where that can't be had, or was too much."""
        try:
            revisions = self._list(
                f"{self._base}/search/revision", {"since_time": f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"}
            )
            if len(revisions) == PAGE_OF_REVISIONS or len(revisions) > MOST_REVISIONS:
                log.info("%d revisions since then, or more: reading all datasets", len(revisions))
                return None
            return {reference for revision in revisions for reference in self._changed_in(str(revision))}
        except RemoteError as error:
            log.warning("asking for all datasets, since the revisions can't be had: %s", error)
            return None

    def _changed_in(self, revision: str) -> list[str]:
        answer = self._get(f"{self._base}/rest/revision/{quote(revision, safe='')}")
        packages = answer.get("packages", answer.get("datasets")) if isinstance(answer, Mapping) else None
        if not isinstance(packages, list):
            raise self._bad_answer(f"{self._base}/rest/revision", answer)
        return [str(reference) for reference in packages]

    def _list(self, path: str, params: Mapping[str, Any] | None = None) -> list[Any]:
        answer = self._get(path, params)
        if not isinstance(answer, list):
            raise self._bad_answer(path, answer)
        return answer

    def _get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return self._http.get_json(f"{self._address}{path}", params, self._headers)

    def _bad_answer(self, path: str, answer: Any) -> RemoteError:
        return RemoteError(f"{path} answered with JSON that is {kind_of(answer)}: is it a CKAN?", code="bad_answer")


def _lacking(path: str, counts: Set[int], count: int, given: int) -> str:
    """Why datasets may be missing from what a search gave, empty where none are; `counts`: all that its pages told.

    A dataset that is removed while the pages are read moves another one to a page that was read already.
    """
    if given < count:
        return f"the listing is not complete: {path} says {counted(count, 'dataset')} and gives {given}"
    return f"the listing may not be complete: {path} changes while it is read" if len(counts) > 1 else ""


def _reference(entry: Any) -> str:
    """Searches with all_fields answer with whole datasets."""
    return str(entry.get("id") or entry.get("name")) if isinstance(entry, Mapping) else str(entry)
