"""Whole datasets, page by page in whatever order, of a remote that says nowhere how many there are.

Datasets that are added, removed or changed while the pages are read move others, or themselves, to another page. So pages
overlap by one dataset, and the first one is read again at the end: where that doesn't fit, all pages are read once more, until
a reading fits or brings nothing new.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from harvesters.ckan.listing import usable_id
from harvesters.ckan.pages import Unreadable

MAX_PASSES = 3
MAX_IDLE = 50  # pages in a row without anything new

Page = Sequence[Any]


class WholePages:
    """All datasets of such a remote; `ask` gets the page at an offset, of at most `rows`. Raises what `ask` raises.

    Datasets may come twice. Where some may be missing, an Unreadable stands for them.
    """

    def __init__(self, ask: Callable[[int], Page], first: Page, rows: int, where: str) -> None:
        self._ask = ask
        self._first = first
        self._rows = rows
        self._where = where
        self._guids: set[str | None] = set()
        self._given = 0  # records
        self._fits = True  # the pages of a reading overlap, and the first one is as it was
        self._ended = True  # a reading came to its end
        self._cut = False  # nothing came where the last dataset should have come again

    def __iter__(self) -> Iterator[Any]:
        for _ in range(MAX_PASSES):
            count = len(self._guids)
            yield from self._pass(again=count > 0)
            if self._ended and (self._fits or (count == len(self._guids) and not self._cut)):
                return
            if not self._ended:
                break
            self._first = self._ask(0)
        yield self._incomplete(f"{self._where} changes while it is read")

    def _pass(self, *, again: bool) -> Iterator[Any]:
        """One reading. Some remotes always send the same page: one that keeps to the limit, as CKAN 1.8, may have more."""
        page, offset, last, idle = self._first, 0, None, 0
        before: Page = ()
        here: set[str | None] = set()
        self._fits, self._ended, self._cut = True, bool(page) or not again, False
        while page:
            guids = [usable_id(package) for package in page]
            if last is not None and guids in ([last], self._ids_of_first()):
                break
            idle = idle + 1 if here.issuperset(guids) else 0
            if idle > MAX_IDLE:
                self._ended = False
                return
            self._fits &= last is None or guids[0] == last
            records = [package for package, guid in zip(page, guids, strict=True) if guid or not again]
            self._given += len(records)
            yield from records
            here.update(guids)
            last = guids[-1] or last
            offset += max(1, len(page) - 1)
            before, page = page, self._ask(offset)
        self._guids |= here
        if not page and len(before) > 1:
            self._fits, self._cut = False, len(before) == self._rows or len(here) > len(self._first)
        if len(here) == len(page) == self._rows:
            yield self._incomplete(f"{self._where} sends the first {self._rows} datasets, whichever it is asked for")
        elif len(here) > len(self._first):
            self._fits &= self._ids_of_first() == [usable_id(package) for package in self._ask(0)]

    def _ids_of_first(self) -> list[str | None]:
        return [usable_id(package) for package in self._first]

    def _incomplete(self, why: str) -> Unreadable:
        return Unreadable(self._given, self._given, why)
