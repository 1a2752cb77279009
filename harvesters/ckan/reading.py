"""What every reading of a remote's datasets has in common: which of them count, and what is noted for the next job."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from domain import text
from harvesters.base import GatherError, HarvestJob, Listed, Page, Record
from harvesters.ckan.config import CKANConfig
from harvesters.ckan.facts import is_active
from harvesters.ckan.lacking import Lacking
from harvesters.ckan.listing import Found, Item, Listing
from harvesters.ckan.memory import Memory, Way
from harvesters.ckan.named import Given, Named
from harvesters.ckan.remote import RemoteCKAN

BATCH = 500  # guids looked up at a time
Output = Record | Listed | GatherError | Page


class Reading:
    """The state of one gather of one job."""

    def __init__(self, job: HarvestJob, config: CKANConfig, remote: RemoteCKAN) -> None:
        self._job = job
        self._config = config
        self._remote = remote
        self._memory = Memory(job)
        self._search_fails = False
        self._doubts: list[str] = []  # about names in the filters
        self._errors = 0
        self._kept = 0  # datasets that were given out
        self._new = 0  # of those, not held before
        self._gone = 0  # held, and now not wanted any more
        self._undated = 0
        self._given: set[int] = set()  # hashes of all guids that were given out
        self._unwanted: set[int] = set()  # hashes of guids that were listed and don't count
        self._extras: dict[str, str] = {}  # of each record
        self._waiting: list[tuple[str, Record | None]] = []  # guids to look up; without a record: not wanted

    def _listing(self, terms: str, rows: int, fields: Sequence[str] = ()) -> Listing:
        return self._remote.listing(terms, rows, fields)

    def _show(self, name: str) -> Mapping[str, Any]:
        return self._remote.show("package_show", name)

    # one dataset

    def _passed(self, item: Item) -> Iterator[GatherError | Page]:
        if not isinstance(item, Found):
            self._errors += isinstance(item, GatherError)
            yield item

    def _wanted(self, item: Found) -> Record | None:
        """The record of a dataset, None for one that doesn't count here."""
        package = item.package
        if not self._counts(package):
            self._unwanted.add(hash(item.guid))
            return None
        modified = package.get("metadata_modified")
        date = modified if isinstance(modified, str) else None
        self._undated += text.utc_time(date) is None
        return Record(item.guid, package, extras=self._extras, metadata_modified=date)

    def _counts(self, package: Mapping[str, Any]) -> bool:
        return package.get("type") != "harvest" and is_active(package) and self._config.accepts(package)

    # a listing of everything

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
            yield self._nothing()
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

    def _nothing(self) -> GatherError:
        """That there are no datasets, and whether filters may be the reason."""
        why = "; ".join(self._doubts) or ("the filters leave none" if self._config.filters else "")
        return GatherError(f"No datasets found at CKAN: {self._remote.shown}{why and '; '}{why}", "no_datasets")

    def _learn_count(self, listing: Listing | Named | Given) -> None:
        """What two readings agree on is so: the next job doesn't read the listing again for it."""
        if not isinstance(listing, Listing) or listing.missed in (None, self._memory.number("count_off")):
            return
        unsafe = listing.missed > 0 and bool(Lacking(self._job.held_guids(), self._wanted_hashes(listing)).guids)
        self._memory.remember(count_off=listing.missed, unsafe=unsafe, asked="")

    def _removed(self, listing: Listing) -> Generator[Record, None, int]:
        """Have removed what is held and not listed, as far as it is gone; how many others are known to be hidden."""
        if not self._memory.get("unsafe"):
            self._job.full_listing = True
            return 0
        lacking = Lacking(self._job.held_guids(), self._wanted_hashes(listing), self._memory.get("asked", ""))
        gone = lacking.gone(self._show, lambda it: self._counts(it) and self._config.lists(it), listing.last)
        hidden = len(lacking.guids) - len(gone)
        self._memory.remember(unsafe=hidden > 0, asked=lacking.stopped)
        yield from (Record(guid, action="delete") for guid in gone if hash(guid) not in self._given)
        return hidden if lacking.answered else 0  # the next job finds a count that it doesn't expect, and asks again

    def _wanted_hashes(self, listing: Listing) -> set[int]:
        """Those of what was listed and counts here; a dataset that doesn't is no better than one that isn't listed."""
        return listing.hashes - self._unwanted
