"""Reading a long listing page by page while the remote changes it.

Two ways, chosen by what the remote does:

* Sorted by id, pages overlap by one record. Datasets that were added before it move a record to the right: what isn't
  greater than the last id seen is skipped. Datasets that were removed move it to the left: then a page begins with an id
  that is too great, and we step back until the last id seen is covered. So every dataset that is there all the time is
  seen once.
* A remote that doesn't sort by id is read by offset, again if need be, and compared with the count that it reports.

Ids that were seen are kept as hashes of 8 bytes, for the change from the first way to the second. `pages.py` gets pages that
a bad record makes fail; here such a record is one without a usable id, which is reported and passed over.
"""

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from domain.errors import RemoteError
from domain.text import counted, kind_of
from harvesters.base import GatherError, Page
from harvesters.ckan.ahead import GIVEN_BEFORE, Ahead
from harvesters.ckan.pages import Look, Pages, Search, SearchPage, Unreadable
from harvesters.dataset.values import shown
from harvesters.http.failures import excerpt

MAX_REPEATS = 3  # pages without anything new when read by offset, and equal pages in a row
MAX_STALLED = 50  # pages without anything new when sorted, because datasets are added or removed at the same time
MAX_PASSES = 3  # readings of a listing that is not sorted
MAX_RECORDS = 10_000_000  # no catalogue is this large: the listing has no end
MAX_ID = 1000  # characters


class Found(NamedTuple):
    """A dataset of the listing."""

    guid: str
    package: Mapping[str, Any]


Item = Found | GatherError | Page


class Listing:
    """All datasets of a package_search, each once. `complete` says at the end that none can be missing."""

    def __init__(self, search: Search, rows: int, where: str, hasty: Search | None = None, look: Look | None = None) -> None:
        self.off = 0  # by how much the count is known to be too large
        self.trusts_count = True  # False: a count that doesn't add up is no error
        self.total = 0  # the newest count
        self.missed: int | None = None  # by how much the count turned out to be too large, None: that can't be said
        self._pages = Pages(search, rows, hasty, look)
        self._where = where
        self._first: SearchPage | None = None
        self._hashes = array("q")  # of the guids that were given out
        self._hashes_by_offset: set[int] = set()
        self.last = ""  # guid that was given out
        self.complete = False

    @property
    def hashes(self) -> set[int]:
        """Those of all guids that were given out."""
        return self._hashes_by_offset | set(self._hashes)

    @property
    def count(self) -> int | None:
        """What the remote says is in the whole listing; None before `begin`, and once it is being read."""
        return self._first.count if self._first else None

    def gives_more_than(self, fields: Collection[str]) -> bool:
        """After `begin`: whether the records have other fields than those that were asked for."""
        records = self._first.results if self._first else []
        return any(isinstance(record, dict) and not record.keys() <= set(fields) for record in records[:1])

    def lacks_ids(self) -> bool:
        """After `begin`: whether the records come without the ids that were asked for, among other fields."""
        records = self._first.results if self._first else []
        return bool(records) and not any(isinstance(record, dict) and "id" in record for record in records)

    def begin(self) -> None:
        """Get the first page. Raises RemoteError."""
        self._first = self._ask(0)

    def __iter__(self) -> Iterator[Item]:
        first = self._first or self._ask(0)
        self._first = None
        in_order = InOrder(self._ask, self._where, first, self.off)
        for item in in_order:
            if isinstance(item, Found):
                self._hashes.append(hash(item.guid))
                self.last = item.guid
            yield item
        self.complete, self.missed = in_order.complete, in_order.missed
        if not self.complete:
            self._hashes_by_offset = set(self._hashes)
            by_offset = ByOffset(self._ask, self._where, self._hashes_by_offset, in_order.reported, self.off)
            for item in by_offset:
                self.last = item.guid if isinstance(item, Found) else self.last
                yield item
            self.complete, self.missed = by_offset.complete, by_offset.missed
            if not self.complete and self.trusts_count:
                yield by_offset.error()

    def _ask(self, start: int) -> SearchPage:
        page = self._pages.ask(start)
        if page.start > MAX_RECORDS:
            raise RemoteError(f"the listing of {self._where} does not end", code="endless")
        self.total = page.count
        return page


class InOrder:
    """The walk over a listing sorted by id. Ends early, not `complete`, when it isn't sorted or doesn't add up."""

    def __init__(self, ask: Callable[[int], SearchPage], where: str, first: SearchPage, off: int) -> None:
        self._ahead = Ahead(ask)
        self._off = off
        self.missed: int | None = None  # by how much the count is too large; None: it changed while it was read
        self._where = where
        self._page = first
        self._step = max(1, len(first.results))
        self._follows = False  # the page follows the one before without overlap
        self._count = first.count
        self._count_changed = False
        self._last: str | None = None  # the greatest guid so far
        self._last_package: Mapping[str, Any] = {}
        self._seen = 0
        self._stalled = 0
        self._repeats = 0
        self.reported = 0  # records before this position that can't be used were reported
        self.complete = False

    def __iter__(self) -> Iterator[Item]:
        while _is_sorted(guids := usable_ids(self._page)):
            if self._begins_too_late(guids):
                self._turn(max(0, self._page.start - self._step * 2 ** (self._stalled - 1)))
                continue
            count_before = self._seen
            yield from self._given(guids)
            yield Page(f"{self._page.end} of {self._page.count}")
            if self._at_end(self._seen > count_before):
                return
            self._stalled = 0 if self._seen > count_before else self._stalled
            self._turn(self._next_start(guids))

    def _given(self, guids: Sequence[str | None]) -> Iterator[Item]:
        """What the page has beyond the last guid; the next page is asked for meanwhile, where there is one for certain."""
        next_start = self._next_start(guids)
        begins = min(GIVEN_BEFORE, len(guids) - 2) if self._page.end < self._page.count else -1
        for position, item in enumerate(self._news(guids)):
            if position == begins:
                self._ahead.begin(next_start)
            yield item

    def _turn(self, start: int) -> None:
        """Get the page at `start`. Raises RemoteError when pages bring nothing new for too long."""
        self._stalled += 1
        before, self._page = self._page, self._ahead.take(start)
        same = start != before.start and len(before.results) > 0 and self._page.results == before.results
        self._repeats = self._repeats + 1 if same else 0
        self._count_changed |= self._page.count != self._count
        if self._repeats >= MAX_REPEATS or self._stalled > MAX_STALLED:
            raise repeats(self._where, start)

    def _begins_too_late(self, guids: Sequence[str | None]) -> bool:
        """Whether records were removed, so that this page may begin behind some that were not seen yet."""
        if self._page.start == 0 or self._last is None:
            return False
        if not guids:
            return self._page.start >= self._page.count
        first = next((guid for guid in guids if guid is not None), self._last)
        return first > self._last and not self._follows

    def _next_start(self, guids: Sequence[str | None]) -> int:
        """Position of the last usable record, so that the pages overlap, or the one after the page where that can't be."""
        last = max((index for index, guid in enumerate(guids) if guid is not None), default=0)
        self._follows = last == 0
        return self._page.start + last if last else self._page.end

    def _news(self, guids: Sequence[str | None]) -> Iterator[Item]:
        """What the page has beyond the last guid; the first record equal to that is the overlap."""
        overlap = self._last
        for position, (guid, record) in enumerate(zip(guids, self._page.results, strict=True), self._page.start):
            if guid is None:
                if position >= self.reported:
                    self._seen += 1
                    yield from unusable(record, position, self._last_package)
            elif self._last is None or guid > self._last:
                self._seen += 1
                self._last, self._last_package = guid, record
                yield Found(guid, record)
            elif guid == overlap:
                overlap = None
            elif guid == self._last:
                self._seen += 1
                if record != self._last_package:
                    yield twice(guid, position)
        self.reported = max(self.reported, self._page.end)

    def _at_end(self, news: bool) -> bool:
        """Whether this was the last page; then the sum is checked, unless the listing changed meanwhile.

        A listing that gives more than its count goes on as long as it brings news.
        """
        if self._page.results and (self._page.end < self._page.count or (news and self._seen > self._page.count)):
            return False
        missed = self._page.count - self._seen
        if missed in (0, self._off):
            self.complete, self.missed = True, None if self._count_changed else missed
        else:
            self.complete = self._count_changed and self._page.end >= self._page.count
        return True


class ByOffset:
    """Readings of a listing in whatever order, until one of them adds up: as many different records as the count says."""

    def __init__(self, ask: Callable[[int], SearchPage], where: str, listed: set[int], reported: int, off: int) -> None:
        self._ask = ask
        self._off = off
        self.missed: int | None = None  # by how much the count is too large: as was known, or as two readings in a row agree
        self._where = where
        self._given = listed  # hashes of the guids that were given out before
        self._reported = reported
        self._here: set[int] = set()  # hashes of the guids of this reading
        self._met = 0  # different records of this reading
        self._count = 0
        self.complete = False

    def __iter__(self) -> Iterator[Item]:
        before = None
        for _ in range(MAX_PASSES):
            guids_before = len(self._given)
            yield from self._pass()
            if self.complete:
                return
            if before == (self._count, self._met) and guids_before == len(self._given):
                self.missed = self._count - self._met
                return
            before = (self._count, self._met)

    def error(self) -> GatherError:
        """The error of a listing that doesn't add up."""
        sentence = f"it says {counted(self._count, 'dataset')} and gives {self._met}"
        return GatherError(f"the listing of {self._where} is not complete: {sentence}", "incomplete_listing")

    def _pass(self) -> Iterator[Item]:
        """One reading from the beginning; `complete` is set when it adds up."""
        self._here.clear()
        self._met = idle = start = 0
        counts = set()
        while True:
            page, met = self._ask(start), self._met
            yield from self._news(page)
            yield Page(f"{page.end} of {page.count}")
            counts.add(page.count)
            idle = 0 if self._met > met else idle + 1
            if idle >= MAX_REPEATS:
                raise repeats(self._where, start)
            start = page.end
            if not page.results or (start >= page.count and (idle or self._met <= page.count)):
                break
        self._count = page.count
        self.complete = len(counts) == 1 and page.count - self._met in (0, self._off)
        self.missed = page.count - self._met if self.complete else None

    def _news(self, page: SearchPage) -> Iterator[Item]:
        """What was not given out before; `_met` counts what is new in this reading."""
        for position, record in enumerate(page.results, page.start):
            guid = usable_id(record)
            if guid is None:
                self._met += 1
                yield from self._report(record, position)
                continue
            key = hash(guid)
            if key not in self._here:
                self._here.add(key)
                self._met += 1
            if key not in self._given:
                self._given.add(key)
                yield Found(guid, record)

    def _report(self, record: Any, position: int) -> Iterator[GatherError]:
        if position >= self._reported:
            self._reported = position + 1
            yield from unusable(record, position, {})


def usable_ids(page: SearchPage) -> list[str | None]:
    """The guid of every record of a page, None for those without a usable id."""
    return [usable_id(record) for record in page.results]


def usable_id(record: Any) -> str | None:
    """A record's id as text. Control characters and half surrogates can't be stored; numbers are taken as text."""
    value = record.get("id") if isinstance(record, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and 0 < len(value) <= MAX_ID and value.isprintable() and not value.isspace():
        return value
    return None


def unusable(record: Any, position: int, before: Mapping[str, Any]) -> Iterator[GatherError]:
    """The error of a record without a usable id, or of one that can't be read; `before` is the dataset before it."""
    if isinstance(record, Unreadable):
        if position == record.first:
            yield _unreadable(record, before)
        return
    if not isinstance(record, dict):
        yield GatherError(f"record {position} of the listing is {kind_of(record)}, not a dataset", "bad_record")
        return
    name = record.get("name")
    named = f" (name {excerpt(name)})" if isinstance(name, str) else ""
    what = f"the id {shown(record['id'])}" if "id" in record else "no id"
    yield GatherError(f"record {position} of the listing{named} has {what}: it can't be harvested", "bad_record")


def _unreadable(record: Unreadable, before: Mapping[str, Any]) -> GatherError:
    """Says which record it is as well as possible: by its id and name, else by the dataset before it."""
    which = f"record {record.first}" if record.first == record.last else f"records {record.first} to {record.last}"
    descriptions = [f"{word} {excerpt(text)}" for word, text in (("id", record.guid), ("name", record.name)) if text]
    if not descriptions and before:
        descriptions = [f"the one after {excerpt(str(before.get('name') or before.get('id')))}"]
    named = f" ({', '.join(descriptions)})" if descriptions else ""
    return GatherError(f"{which} of the listing{named} can't be read: {record.reason}", "unreadable", record.guid)


def twice(guid: str, position: int) -> GatherError:
    """The error of an id that two records have."""
    message = f"the id {guid} is listed twice with different content; the record at position {position} is left out"
    return GatherError(message, "duplicate", guid)


def repeats(where: str, start: int) -> RemoteError:
    """The error of a remote whose pages don't go on."""
    message = f"{where} does not page: from position {start} on it keeps sending datasets that it has sent before"
    return RemoteError(message, code="page_repeats")


def _is_sorted(guids: Sequence[str | None]) -> bool:
    usable = [guid for guid in guids if guid is not None]
    return all(earlier <= other for earlier, other in pairwise(usable))
