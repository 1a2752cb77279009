"""Which datasets of a remote a job reads: all of them, or what changed, or what turns out to be missing.

`metadata_modified` alone is blind to datasets that were made public or moved into a filter, to removals, and to records whose
date is empty or no date. So after the changed ones the remote's count for the same filters is compared with what is held. Where
they differ, all ids are listed with their dates, which is cheap; what is not held, or has another date, is asked for, and what
is held and not listed is removed. Every few days everything is listed.

What a job remembers for the next one: `memory.py`.
"""

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from domain import text
from domain.errors import RemoteError
from harvesters.base import GatherError, HarvestJob, Listed, Page, Record
from harvesters.ckan.config import OVERLAP, CKANConfig
from harvesters.ckan.due import changes_since
from harvesters.ckan.facts import dates_differ, is_active
from harvesters.ckan.lacking import Lacking
from harvesters.ckan.listing import Found, Item, Listing
from harvesters.ckan.memory import Memory, Way
from harvesters.ckan.named import Given, Named
from harvesters.ckan.remote import RemoteCKAN, has_no_search, lacks_search
from harvesters.ckan.rest import References, RestAPI

NO_DATE_SEARCH = frozenset({"refused", "http_400", "http_409", "http_500"})
"""Answers of sites that can't search by date; then all datasets are asked for."""
UNUSABLE = frozenset({"refused", "http_500", "bad_answer"})
"""Failures of a search that the whole reading begins with; then each dataset is asked for, if there is a list of them."""
BATCH = 500  # guids looked up at a time
ID_ROWS = 1000  # ids listed at a time
ID_FIELDS = ("id", "metadata_modified")
FETCHED = 50  # datasets asked for by their ids at a time; an address has to stay short
REST = "rest_api"
"""An extra of records that were read by the REST API: its version."""

log = logging.getLogger(__name__)
Output = Record | Listed | GatherError | Page


class Gathering:
    """One gather of one job: iterate over it. At the end it tells the job whether everything was seen."""

    def __init__(self, job: HarvestJob, config: CKANConfig, remote: RemoteCKAN) -> None:
        self._job = job
        self._config = config
        self._remote = remote
        self._memory = Memory(job)
        self._search_fails = False
        self._errors = 0
        self._kept = 0  # datasets that were given out
        self._new = 0  # of those, not held before
        self._gone = 0  # held, and now not wanted any more
        self._undated = 0
        self._given: set[int] = set()  # hashes of all guids that were given out
        self._extras: dict[str, str] = {}  # of each record
        self._waiting: list[tuple[str, Record | None]] = []  # guids to look up; without a record: not wanted

    def __iter__(self) -> Iterator[Output]:
        if (old := self._wanted_rest()) is not None:
            log.info("reading %s", old[0])
            yield from old[1]
            return
        changed = self._changed()
        yield from self._everything() if changed is None else self._changes(changed)

    # what to ask for

    def _wanted_rest(self) -> tuple[str, Iterator[Output]] | None:
        """The old API that the source wants and the remote has.

        Sources keep their `api_version` though remotes become newer, and some of those fail at old addresses.
        """
        absent = self._memory.get("no_rest") and changes_since(self._job, self._config, self._memory)
        if absent or not self._config.wants_rest:
            return None
        try:
            old = self._old_api()
        except RemoteError as error:
            if error.code not in UNUSABLE:
                raise
            log.warning("the REST API (api_version) of %s fails, its action API is asked: %s", self._remote.shown, error)
            return None
        if old is None:
            log.warning("%s has no REST API (api_version): its action API is asked", self._remote.shown)
            self._memory.remember(no_rest=True)
        return old

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

    def _listing(self, terms: str, rows: int, fields: Sequence[str] = ()) -> Listing:
        return self._remote.listing(terms, rows, fields)

    # everything

    def _everything(self) -> Iterator[Output]:
        everything = self._listing(self._config.search_terms(None), self._config.page_size)
        everything.off = self._memory.number("count_off")
        try:
            everything.begin()
        except RemoteError as error:
            self._search_fails = not lacks_search(error)
            if has_no_search(error):
                yield from self._without_search(error)
            elif error.code in UNUSABLE and (names := self._remote.names()):
                yield from self._by_names(names, error)
            else:
                raise
            return
        yield from self._all_of(everything)

    def _without_search(self, error: RemoteError) -> Iterator[Output]:
        """Whatever else the remote offers, the most exact first. Raises the error where it offers nothing.

        data.json has other ids than the API: it is not for a source whose datasets came from that.
        """
        if (names := self._remote.names()) is not None:
            yield from self._by_names(names, error)
        elif (packages := self._remote.whole_packages()) is not None:
            log.warning("reading current_package_list_with_resources, since a search failed: %s", error)
            yield from self._all_of(Given(packages), "current_package_list_with_resources")
        elif (old := self._old_api_or_none()) is not None:
            log.warning("reading %s, since a search failed: %s", old[0], error)
            yield from old[1]
        elif self._may_read_data_json() and (datasets := self._remote.data_json()) is not None:
            log.warning("reading data.json, since a search failed: %s", error)
            self._memory.remember(data_json=True)
            yield from self._all_of(Given(datasets), "data_json")
        else:
            raise error

    def _by_names(self, names: Sequence[Any], error: RemoteError) -> Iterator[Output]:
        log.warning("asking for each dataset by its name, since a search failed: %s", error)
        yield from self._all_of(Named(names, self._show), "package_list")

    def _may_read_data_json(self) -> bool:
        return bool(self._memory.get("data_json")) or not self._job.count_held()

    def _show(self, name: str) -> Mapping[str, Any]:
        return self._remote.show("package_show", name)

    # by the REST API of old CKANs

    def _old_api(self) -> tuple[str, Iterator[Output]] | None:
        """What is read of the REST API, in words, and the reading; None where there is none. Raises RemoteError."""
        config = self._config
        rest = self._remote.rest(1 if config.api_version == 1 else 2, names_groups=config.names_groups)
        if (references := rest.references()) is not None:
            return f"the REST API of version {references.version}", self._by_rest(rest, references)
        if (packages := rest.whole()) is not None:
            return "the search of the REST API", self._all_of(Given(packages), "rest")
        if (references := rest.found()) is not None:
            return "what the search of the REST API finds", self._by_rest(rest, references)
        return None

    def _old_api_or_none(self) -> tuple[str, Iterator[Output]] | None:
        try:
            return self._old_api()
        except RemoteError as error:
            log.info("no REST API: %s", error)
            return None

    def _by_rest(self, rest: RestAPI, references: References) -> Iterator[Output]:
        """All datasets, or what revisions say has changed, and what is new here or gone there."""
        self._extras = {REST: str(references.version)}
        if references.problem:
            yield from self._passed(GatherError(references.problem, "incomplete_listing"))
        by_ids = references.version == 2 and self._memory.get("rest_ids")
        since = changes_since(self._job, self._config, self._memory) if by_ids else None
        changed = rest.changed_since(since - OVERLAP) if since else None
        if changed is not None:
            yield from self._revised(rest, [str(reference) for reference in references.all], changed)
            return
        listing = Named(references.all, rest.show, "the REST API's list")
        yield from self._all_of(listing, "rest")
        self._memory.remember(rest_ids=listing.are_ids)

    def _revised(self, rest: RestAPI, guids: Sequence[str], changed: set[str]) -> Iterator[Output]:
        """What isn't held and hasn't changed doesn't pass the filters, where there are any."""
        asked: list[str] = []
        for start in range(0, len(guids), BATCH):
            batch = guids[start : start + BATCH]
            held = self._job.held(batch)
            here = [guid for guid in batch if guid in held and guid not in changed]
            asked += [guid for guid in batch if guid in changed or (guid not in held and not self._config.filters)]
            self._kept += len(here)
            yield Listed(here)
        self._job.expected = len(asked)
        for item in Named(asked, rest.show, "the REST API's list"):
            if not isinstance(item, Found):
                yield from self._passed(item)
            elif record := self._wanted(item):
                self._kept += 1
                yield record
        if not guids:
            yield GatherError(f"No datasets found at CKAN: {self._remote.shown}", "no_datasets")
        elif not self._errors:
            self._job.full_listing = self._memory.may_remove("rest")

    # whatever lists everything

    def _all_of(self, listing: Listing | Named | Given, way: Way = "") -> Iterator[Output]:
        """All datasets of a listing that is of everything."""
        self._job.expected = listing.count
        self._kept = self._undated = 0
        for item in listing:
            if not isinstance(item, Found):
                yield from self._passed(item)
            elif (record := self._wanted(item)) and hash(record.guid) not in self._given:
                self._kept += 1
                yield record
        if not self._kept:
            yield GatherError(f"No datasets found at CKAN: {self._remote.shown}", "no_datasets")
            return
        self._learn_count(listing)
        if not self._errors and listing.complete:
            if isinstance(listing, Listing):
                hidden = yield from self._removed(listing)
            else:  # lists and data.json are of public datasets
                hidden = 0
                self._job.full_listing = not self._config.include_private and self._memory.may_remove(way)
            numbers = {"unheld": listing.total - self._kept - hidden, "undated": self._undated}
            self._memory.remember_listing(way, search_fails=self._search_fails, **numbers)

    def _learn_count(self, listing: Listing | Named | Given) -> None:
        """What two readings agree on is so: the next job doesn't read the listing again for it."""
        if not isinstance(listing, Listing) or listing.missed in (None, self._memory.number("count_off")):
            return
        unsafe = listing.missed > 0 and bool(Lacking(self._job.held_guids(), listing.hashes).guids)
        self._memory.remember(count_off=listing.missed, unsafe=unsafe, asked="")

    def _removed(self, listing: Listing) -> Generator[Record, None, int]:
        """Have removed what is held and not listed, as far as it is gone; how many others are known to be hidden."""
        if not self._memory.get("unsafe"):
            self._job.full_listing = True
            return 0
        lacking = Lacking(self._job.held_guids(), listing.hashes, self._memory.get("asked", ""))
        gone = lacking.gone(self._show, lambda it: self._counts(it) and self._config.lists(it), listing.last)
        hidden = len(lacking.guids) - len(gone)
        self._memory.remember(unsafe=hidden > 0, asked=lacking.stopped)
        yield from (Record(guid, action="delete") for guid in gone)
        return hidden if lacking.answered else 0  # the next job finds a count that it doesn't expect, and asks again

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

    # what both have in common

    def _passed(self, item: Item) -> Iterator[GatherError | Page]:
        if not isinstance(item, Found):
            self._errors += isinstance(item, GatherError)
            yield item

    def _wanted(self, item: Found) -> Record | None:
        """The record of a dataset, None for one that doesn't count here."""
        package = item.package
        if not self._counts(package):
            return None
        modified = package.get("metadata_modified")
        date = modified if isinstance(modified, str) else None
        self._undated += text.utc_time(date) is None
        return Record(item.guid, package, extras=self._extras, metadata_modified=date)

    def _counts(self, package: Mapping[str, Any]) -> bool:
        return package.get("type") != "harvest" and is_active(package) and self._config.accepts(package)
