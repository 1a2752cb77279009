"""Which datasets of a remote a job reads: all of them, or what changed, or what turns out to be missing.

`metadata_modified` alone is blind to datasets that were made public or moved into a filter, to removals, and to records whose
date is empty or no date. So after the changed ones the remote's count for the same filters is compared with what is held. Where
they differ, all ids are listed with their dates, which is cheap; what is not held, or has another date, is asked for, and what
is held and not listed is removed. Every few days everything is listed.

What a job remembers for the next one: `memory.py`.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from domain import text
from domain.errors import RemoteError
from harvesters.base import GatherError, Listed, Page, Record
from harvesters.ckan.due import changes_since
from harvesters.ckan.everything import Everything
from harvesters.ckan.facts import dates_differ
from harvesters.ckan.listing import Found, Listing
from harvesters.ckan.reading import BATCH, Output
from harvesters.ckan.refusals import has_no_search

NO_DATE_SEARCH = frozenset({"refused", "http_400", "http_409", "http_500"})
"""Answers of sites that can't search by date; then all datasets are asked for."""
ID_ROWS = 1000  # ids listed at a time
ID_FIELDS = ("id", "metadata_modified")
FETCHED = 50  # datasets asked for by their ids at a time; an address has to stay short

log = logging.getLogger(__name__)


class Gathering(Everything):
    """One gather of one job: iterate over it. At the end it tells the job whether everything was seen."""

    def __iter__(self) -> Iterator[Output]:
        if (old := self._wanted_rest()) is not None:
            log.info("reading %s", old[0])
            yield from old[1]
            return
        changed = self._changed()
        yield from self._everything() if changed is None else self._changes(changed)

    def _changed(self) -> Listing | None:
        """The listing of what changed, begun; None where everything has to be asked for."""
        since = changes_since(self._job, self._config, self._memory)
        if since is None:
            return None
        changed = self._listing(self._config.search_terms(since), self._config.page_size)
        changed.trusts_count = not self._memory.get("count_off")
        try:
            changed.begin()
        except RemoteError as error:
            if error.code not in NO_DATE_SEARCH and not has_no_search(error):
                raise
            log.warning("asking for all datasets, since asking for the changed ones failed: %s", error)
            return None
        return changed

    # changes

    def _changes(self, changed: Listing) -> Iterator[Output]:
        self._memory.remember_search()
        total = self._total()
        if total == 0 and not self._job.count_held():
            return
        if total is not None and changed.count == total:  # all have changed, or the remote leaves dates aside
            changed.off = self._memory.number("count_off")
            yield from self._all_of(changed)
            return
        self._job.expected = changed.count
        held = self._job.count_held()
        for item in changed:
            if isinstance(item, Found):
                self._waiting.append((item.guid, self._wanted(item)))
            else:
                yield from self._passed(item)
            if len(self._waiting) >= BATCH or isinstance(item, Page):
                yield from self._looked_up()
        yield from self._looked_up()
        if total is None or self._errors or "full" not in self._memory:
            return
        expected = held + self._new - self._gone + self._memory.number("unheld")
        if total != expected or self._memory.get("undated") or self._memory.get("asked"):
            log.info("%s has %d datasets, %d were expected: listing their ids", self._remote.shown, total, expected)
            yield from self._compared(total)

    def _total(self) -> int | None:
        try:
            return self._remote.count(self._config.search_terms(None))
        except RemoteError as error:
            log.warning("the count of all datasets can't be had: %s", error)
            return None

    def _looked_up(self) -> Iterator[Record]:
        """The waiting records; those that aren't wanted any more are deleted where they are held."""
        waiting, self._waiting = self._waiting, []
        held = self._job.held([guid for guid, _ in waiting]) if waiting else {}
        for guid, record in waiting:
            if record:
                self._new += guid not in held
                self._given.add(hash(guid))
                yield record
            elif guid in held:
                self._gone += 1
                self._given.add(hash(guid))
                yield Record(guid, action="delete")

    # comparing

    def _compared(self, total: int) -> Iterator[Output]:
        """List all ids; ask for what is missing here, and remove what is missing there."""
        ids = self._listing(self._config.search_terms(None), ID_ROWS, ID_FIELDS)
        ids.off = self._memory.number("count_off")
        try:
            ids.begin()
        except RemoteError as error:
            log.warning("asking for all datasets, since their ids can't be listed: %s", error)
            yield from self._everything()
            return
        if ids.lacks_ids():
            log.warning("asking for all datasets, since the remote lists fields of datasets without their ids")
            yield from self._everything()
            return
        if ids.gives_more_than(ID_FIELDS):  # the remote sends whole datasets in any case
            yield from self._all_of(ids)
            return
        missing: list[str] = []
        self._kept = self._undated = 0
        dates: dict[str, Any] = {}
        for item in ids:
            if isinstance(item, Found):
                dates[item.guid] = item.package.get("metadata_modified")
            elif isinstance(item, GatherError):
                yield from self._passed(item)
            if len(dates) >= BATCH:
                yield self._listed(dates, missing)
            if len(missing) > self._worth_fetching(total):
                log.info("more than %d datasets differ: asking for all", len(missing))
                yield from self._everything()
                return
        yield self._listed(dates, missing)
        yield from self._fetched(missing)
        if not self._errors and ids.complete:
            hidden = yield from self._removed(ids)
            self._memory.remember(unheld=ids.total - self._kept - hidden, undated=self._undated, listed_by="")

    def _worth_fetching(self, total: int) -> int:
        """How many datasets can be asked for by their ids with fewer requests than reading all pages takes."""
        return FETCHED * (total // self._config.page_size + 1)

    def _listed(self, dates: dict[str, Any], missing: list[str]) -> Listed:
        """Those of a batch of ids that are here as they are there; the others go to `missing`."""
        held = self._job.held(list(dates))
        here = []
        for guid, date in dates.items():
            undated = text.utc_time(date if isinstance(date, str) else None) is None
            self._undated += undated
            if hash(guid) in self._given:
                self._kept += 1
            elif guid not in held or undated or dates_differ(date, held[guid].metadata_modified):
                missing.append(guid)
            else:
                self._kept += 1
                here.append(guid)
        dates.clear()
        return Listed(here)

    def _fetched(self, guids: Sequence[str]) -> Iterator[Output]:
        for start in range(0, len(guids), FETCHED):
            batch = guids[start : start + FETCHED]
            packages = self._remote.by_ids(self._config.search_terms(None), batch)
            for guid in batch:
                try:
                    package = packages.get(guid) or self._show(guid)
                except RemoteError as error:
                    self._errors += 1
                    yield GatherError(f"dataset {guid} of the listing can't be read: {error}", "unreadable", guid)
                    continue
                if record := self._wanted(Found(guid, package)):
                    self._kept += 1
                    yield record
            yield Page(f"{start + len(batch)} of {len(guids)} that differed")
