"""What a gather of a CKAN remembers for the next one (`HarvestJob.memory`).

full        when everything was listed last, ISO 8601
listed_by   the way in which it was, where that was not a search
instead     the list that was read in place of a search that worked before and fails, and since when (`instead_since`)
unheld      so many datasets of the count are never held: other types, filtered out here, without usable id
undated     so many have no date by which a change would be seen: their ids are looked at each time
count_off   by how much the count is too large, where two readings agreed that it is wrong
unsafe      the count was too large, and datasets are held that the listing lacks: then each of them is asked for
asked       the last of them that was asked for, where the next job has to go on behind it
data_json   the datasets came from data.json
no_rest     there is no REST API, which the source wants; it is looked for again when everything is read
rest_ids    the REST API that was read lists datasets by the ids that they have: then revisions tell what changed
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from harvesters.base import HarvestJob

Way = Literal["", "package_list", "current_package_list_with_resources", "rest", "data_json"]
"""How everything was listed; empty: by the search."""
GIVEN_UP = timedelta(days=30)  # after which a search that has failed all the time is taken to be gone

OF_ONE_WAY: Mapping[str, Way] = {"rest_ids": "rest", "data_json": "data_json"}


class Memory(Mapping[str, Any]):
    """The memory of one job: what the last one has left, and what this one leaves."""

    def __init__(self, job: HarvestJob) -> None:
        self._job = job
        self._values = dict(job.memory)
        if self.get("rest_ids") and not self.get("listed_by") and not self.get("instead"):
            self._values["listed_by"] = "rest"  # of a job before this was remembered

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def number(self, name: str) -> int:
        """A number that is remembered; 0 where there is none."""
        return int(self._values.get(name, 0))

    def remember(self, **values: Any) -> None:
        """For the next job; what is 0, false or empty is left out."""
        self._values |= values
        self._job.memory = {name: value for name, value in self._values.items() if value}

    def remember_listing(self, way: Way, *, search_fails: bool, **values: Any) -> None:
        """Everything was listed, in this way. That a search fails makes no other remote of one that was searched before,
        unless it fails for weeks. What was remembered of another list holds no more.
        """
        now = self._job.recorded or self._job.created
        if not way or not search_fails or "full" not in self or self.get("listed_by") or self._failed_long(way, now):
            values |= {"listed_by": way, "instead": "", "instead_since": ""}
        elif self.get("instead") != way:
            values |= {"instead": way, "instead_since": now.isoformat()}
        values |= {name: False for name, of in OF_ONE_WAY.items() if of != way}
        self.remember(full=now.isoformat(), **values)

    def remember_search(self) -> None:
        """The search works, again or still."""
        if self.get("instead"):
            self.remember(instead="", instead_since="")

    def _failed_long(self, way: Way, now: datetime) -> bool:
        return self.get("instead") == way and now - datetime.fromisoformat(self["instead_since"]) >= GIVEN_UP

    def may_remove(self, way: Way) -> bool:
        """Whether what a listing lacks is gone: a list may show less than the search did, by which datasets were harvested."""
        return not way or self.get("listed_by") == way or not self._job.count_held()
