"""Pages of a remote's listing, also where one record makes a page fail.

A page that fails, in whatever way, is halved until the bad record stands alone: `Unreadable` takes its place, and all others
come. That takes about 2 * log2(page) more requests for each bad record, and a few to learn what it is. Halving begins only
while the remote answers a request for no records at all, so a remote that is down fails at once.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.errors import RemoteError

MAX_EXTRA = 2000  # requests of one listing that are spent on halving; after them a page that fails is left out whole
HOPELESS = 10  # bad records before the first good one, after which records elsewhere are tried
WHOLLY = frozenset({"unreachable", "tls", "bad_url", "bad_header", "redirects", "http_401", "http_429"})
"""Failures that are the remote's, not a record's."""
TOO_MUCH = frozenset({"too_large", "slow", "timeout", "http_413", "http_504"})
"""Failures of pages that are too much for the remote or for us: where no record is bad, pages stay as small as they became."""
SLOW = frozenset({"slow", "timeout", "http_504"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What the remote answers when asked for rows from `start` on; `count` is that of the whole listing."""

    start: int
    count: int
    results: Sequence[Any]

    @property
    def end(self) -> int:
        """Position after the last record."""
        return self.start + len(self.results)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands for the records from `first` to `last` (positions from 0), which can't be had."""

    first: int
    last: int
    reason: str
    guid: str | None = None
    name: str | None = None


@dataclass(slots=True)
class _Piece:
    """Of a page that failed, up to the position `end`. `unexplained`: it failed, and no bad record was found in it yet."""

    end: int
    unexplained: bool = False


Search = Callable[[int, int], SearchPage]  # start, rows; raises RemoteError
Look = Callable[[int], Mapping[str, Any] | None]
"""What can be had of the one record at a position: all of it, or its id and name, or nothing."""


class Pages:
    """Pages of at most `rows` records. `hasty` is the same search without retries, for pieces of a page that has failed."""

    def __init__(self, search: Search, rows: int, hasty: Search | None = None, look: Look | None = None) -> None:
        self._search = search
        self._hasty = hasty or search
        self._look = look
        self._rows = rows
        self._pieces: list[_Piece] = []  # the page that failed, its half, and so on
        self._too_much = False  # the page that is being halved
        self._largest = 0  # piece of it that could be read
        self._bad = 0
        self._read = 0
        self._last = SearchPage(0, 0, [])  # that could be read
        self._extra = 0

    def ask(self, start: int) -> SearchPage:
        """The page at `start`, or the first readable piece of it. Raises RemoteError when no single record is to blame.

        Pages may overlap by one: `start` may be the last position of the page before.
        """
        while True:
            rows = self._rows_at(start)
            if rows == 0:
                return SearchPage(start, self._last.count, self._last.results[-1:])
            try:
                page = (self._hasty if self._pieces and rows > 1 else self._search)(start, rows)
            except RemoteError as error:
                if alone := self._failed(start, rows, error):
                    return alone
                continue
            self._largest = max(self._largest, len(page.results))
            self._read += len(page.results)
            self._last = page
            return page

    def _rows_at(self, start: int) -> int:
        """How many records to ask for: of a page that failed, half of what is left; 0: only the known one before a bad one."""
        unread = start + 1 if self._last.results and start == self._last.end - 1 else start
        while self._pieces and self._pieces[-1].end <= unread:
            self._pieces.pop()
        if not self._pieces:
            return self._whole_page()
        unread_rows = self._pieces[-1].end - unread
        if self._pieces[-1].unexplained and unread_rows == 1 and unread > start:
            return 0
        self._extra += 1
        if self._pieces[-1].unexplained and unread_rows > 1 and self._extra < MAX_EXTRA:
            self._pieces.append(_Piece(unread + unread_rows // 2))
        return min(self._rows, self._pieces[-1].end - start)

    def _whole_page(self) -> int:
        """The size of a page; it shrinks after one that had to be halved though none of its records was bad."""
        if self._too_much:
            self._rows, self._too_much = max(1, min(self._rows, self._largest)), False
        self._largest = 0
        return self._rows

    def _failed(self, start: int, rows: int, error: RemoteError) -> SearchPage | None:
        """A page that stands for unreadable records, or None: ask for a smaller piece. Raises the error if it is the
        remote's."""
        if error.code in WHOLLY:
            raise error
        whole = not self._pieces
        count = self._count(error) if whole or rows == 1 else None
        if rows > 1 and self._extra < MAX_EXTRA:
            if whole:
                log.info("halving the page of %d records from position %d on: %s", rows, start, error)
                self._pieces.append(_Piece(start + rows))
            self._pieces[-1].unexplained = True
            self._pieces.append(_Piece(start + rows // 2))
            self._too_much |= whole and error.code in TOO_MUCH
            return None
        return self._left_out(start, rows, self._count(error) if count is None else count, error)

    def _count(self, error: RemoteError) -> int:
        """The remote's count, got without any record. Raises the error given when even that fails."""
        try:
            return (self._hasty if error.code in SLOW else self._search)(0, 0).count
        except RemoteError as other:
            log.info("the remote doesn't give its count either: %s", other)
            raise error from other

    def _left_out(self, start: int, rows: int, count: int, error: RemoteError) -> SearchPage:
        last = min(start + rows, count) - 1
        if last < start:
            return SearchPage(start, count, [])
        if rows == 1 and (again := self._again(start)):
            return again
        looked = self._looked(start) if rows == 1 else None
        if looked and len(looked) > 2:
            return SearchPage(start, count, [looked])
        self._bad += 1
        for piece in self._pieces:
            piece.unexplained = False
        self._too_much = False
        if self._read == 0 and self._bad == HOPELESS:
            self._try_elsewhere(count, error)
        guid, name = ((looked or {}).get(field) for field in ("id", "name"))
        gap = Unreadable(start, last, str(error), *(text if isinstance(text, str) else None for text in (guid, name)))
        return SearchPage(start, count, [gap] * (last - start + 1))

    def _again(self, position: int) -> SearchPage | None:
        """Ask for a single record once more, so that a passing fault doesn't lose it."""
        try:
            return self._search(position, 1)
        except RemoteError:
            return None

    def _looked(self, position: int) -> Mapping[str, Any] | None:
        try:
            return self._look(position) if self._look else None
        except RemoteError as error:
            log.info("nothing can be had of the record at position %d: %s", position, error)
            return None

    def _try_elsewhere(self, count: int, error: RemoteError) -> None:
        """Raise the error if no record can be had in the middle and at the end either."""
        for position in (count // 2, count - 1):
            try:
                self._search(position, 1)
            except RemoteError:
                continue
            return
        raise error
