"""What a job reads of a remote: nothing stays unseen, and little is read where little has changed."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sample_ckan.query import predicate
from domain import text
from domain.errors import RemoteError
from harvesters.base import GatherError, HarvestJob, HarvestSource, Listed, Record
from harvesters.ckan.config import CKANConfig
from harvesters.ckan.gathering import Gathering
from harvesters.ckan.remote import RemoteCKAN
from harvesters.http import HttpLimits, PoliteSession

START = datetime(2024, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NOWHERE = UUID(int=0)


def package(number: int, **fields: Any) -> dict[str, Any]:
    modified = "2024-01-01T00:00:00.000000"
    return {"id": f"id-{number:04d}", "title": "T", "groups": [], "metadata_modified": modified, **fields}


class Remote(RemoteCKAN):
    """A CKAN in memory; `off` is how much too large its count is. `hidden` datasets are counted and not listed."""

    def __init__(self, packages: list[dict[str, Any]]) -> None:
        super().__init__(PoliteSession(HttpLimits(allow="loopback")), "http://remote.example", {})
        self.packages = {one["id"]: one for one in packages}
        self.asked: list[Mapping[str, Any]] = []
        self.off = 0
        self.fields_heeded = 2  # of those that are asked for, from the last on: some software knows a parameter once
        self.fields_work = self.dates_work = self.shows = self.sorts = True
        self.hidden: dict[str, dict[str, Any]] = {}
        self.broken: set[str] = set()
        self.slow: set[str] = set()
        self.refusals: dict[str, RemoteError] = {}

    def action(self, name: str, params: Mapping[str, Any], *, hasty: bool = False) -> Any:
        self.asked.append({"action": name, **params})
        if name == "package_show":
            shown = {**self.packages, **self.hidden}
            if params["id"] in self.slow:
                raise RemoteError("no answer", code="timeout")
            if params["id"] in self.refusals:
                raise self.refusals[params["id"]]
            if not self.shows or params["id"] not in shown:
                raise RemoteError("not found", code="http_404")
            if params["id"] in self.broken:
                raise RemoteError("not shown", code="http_500")
            return deepcopy(shown[params["id"]])
        if name != "package_search":
            raise RemoteError("Action name not known", code="http_400")
        terms = params.get("fq", "")
        if not self.dates_work and "metadata_modified" in terms:
            raise RemoteError("no dates", code="http_409")
        found = sorted(filter(predicate(terms), self.packages.values()), key=lambda one: str(one["id"]), reverse=not self.sorts)
        page = found[params["start"] : params["start"] + params["rows"]]
        if not params.get("fl") and any(one["id"] in self.broken for one in page):
            raise RemoteError("a bad page", code="http_500")
        if params.get("fl") and self.fields_work:
            page = [{name: package.get(name) for name in params["fl"][-self.fields_heeded :]} for package in page]
        hidden = len(list(filter(predicate(terms), self.hidden.values())))
        return {"count": max(0, len(found) + hidden + self.off), "results": deepcopy(page)}

    @property
    def rows_sent(self) -> int:
        """Whole datasets that were asked for by search."""
        return sum(one["rows"] for one in self.asked if one["action"] == "package_search" and not one.get("fl"))


@dataclass
class Holding:
    """What the source holds for a guid."""

    document: str
    metadata_modified: str | None
    package_id: str | None = "p"
    object_id: UUID = NOWHERE
    content_hash: str | None = None
    validators: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Source:
    """A source over many jobs, as the rest of harvestlog serves it."""

    remote: Remote
    config: dict[str, Any] = field(default_factory=dict)
    holdings: dict[str, Holding] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    last_complete: datetime | None = None
    now: datetime = START
    errors: list[GatherError] = field(default_factory=list)
    job: HarvestJob | None = None

    def harvest(self, after: timedelta = DAY, **options: Any) -> set[str]:
        """One more job; the guids that it read."""
        self.now += after
        self.remote.asked.clear()
        held = len(self.holdings)
        job = self.job = HarvestJob(
            "33333333-3333-4333-8333-333333333333",
            HarvestSource("11111111-1111-4111-8111-111111111111", "s", "S", "http://remote.example", "ckan"),
            self.now,
            options=options,
            last_complete=self.last_complete,
            recorded=self.now,
            lookup=lambda guids: {guid: self.holdings[guid] for guid in guids if guid in self.holdings},
            count_held=lambda: held,
            held_guids=lambda: list(self.holdings),
            memory=dict(self.memory),
        )
        items = list(Gathering(job, CKANConfig.read(json.dumps(self.config)), self.remote))
        self._apply(job, items)
        return {item.guid for item in items if isinstance(item, Record)}

    def _apply(self, job: HarvestJob, items: list[Any]) -> None:
        self.errors = [item for item in items if isinstance(item, GatherError)]
        seen = {guid for item in items if isinstance(item, Listed) for guid in item.guids}
        records = [item for item in items if isinstance(item, Record)]
        assert len({record.guid for record in records}) == len(records)
        for record in records:
            seen.add(record.guid)
            if record.action == "delete":
                del self.holdings[record.guid]
            else:
                self.holdings[record.guid] = Holding(json.dumps(record.content), text.utc_time(record.metadata_modified))
        if job.full_listing:
            assert not self.errors
            self.holdings = {guid: one for guid, one in self.holdings.items() if guid in seen}
        self.memory = job.memory
        if not self.errors:
            self.last_complete = self.now

    def is_true(self) -> bool:
        """Whether what is held is what the remote shows."""
        config = CKANConfig.read(json.dumps(self.config))
        wanted = {
            guid: json.dumps(one)
            for guid, one in self.remote.packages.items()
            if config.accepts(one) and one.get("state", "active") == "active" and one.get("type") != "harvest"
        }
        return {guid: one.document for guid, one in self.holdings.items()} == wanted


def started(count: int = 20, config: dict[str, Any] | None = None, **fields: Any) -> Source:
    """A source that has harvested everything once."""
    source = Source(Remote([package(n, **fields) for n in range(count)]), config or {})
    source.harvest()
    assert source.is_true()
    return source


def stamp(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds")


CLIMATE = [{"name": "climate"}]


def test_nothing_new_is_two_questions() -> None:
    source = started(5000)

    assert source.harvest() == set()
    assert len(source.remote.asked) == 2
    assert source.errors == []


def test_what_changed_is_all_that_is_read() -> None:
    source = started(5000)
    source.remote.packages["id-0007"] |= {"title": "new", "metadata_modified": stamp(source.now)}

    assert source.harvest() == {"id-0007"}
    assert len(source.remote.asked) == 2
    assert source.is_true()


def test_an_old_dataset_that_was_made_public_is_found() -> None:
    source = started()
    source.remote.packages["id-0100"] = package(100)

    assert source.harvest() == {"id-0100"}
    assert source.is_true()


def test_a_dataset_that_was_moved_into_the_filter_is_found_and_one_moved_out_goes() -> None:
    source = started(config={"groups_filter_include": ["climate"]}, groups=CLIMATE)
    source.remote.packages["id-0100"] = package(100)
    source.harvest()
    source.remote.packages["id-0100"]["groups"] = CLIMATE
    source.harvest()
    assert "id-0100" in source.holdings

    source.remote.packages["id-0003"]["groups"] = []
    source.harvest()

    assert "id-0003" not in source.holdings
    assert source.is_true()


def test_a_removal_is_found() -> None:
    source = started()
    del source.remote.packages["id-0004"]

    assert source.harvest() == set()
    assert source.is_true()


def test_a_remote_that_lists_dates_without_ids_is_read_in_full_to_find_removals() -> None:
    source = started()
    source.remote.fields_heeded = 1
    del source.remote.packages["id-0004"]

    source.harvest()

    assert source.errors == []
    assert source.is_true()


def test_a_dataset_that_became_a_draft_goes() -> None:
    source = started()
    source.remote.packages["id-0004"] |= {"state": "draft", "metadata_modified": stamp(source.now)}
    source.remote.packages["id-0005"] |= {"state": "deleted"}

    source.harvest()
    assert "id-0004" not in source.holdings
    source.harvest(force_all=True)

    assert source.is_true()


@pytest.mark.parametrize("date", [None, "", "yesterday", 5, {"a": 1}])
def test_a_record_without_a_date_is_looked_at_each_time(date: Any) -> None:
    source = started()
    source.remote.packages["id-0004"]["metadata_modified"] = date
    source.remote.packages["id-0100"] = package(100)
    source.harvest()
    assert source.is_true()

    source.remote.packages["id-0004"]["title"] = "changed"
    source.harvest()

    assert source.is_true()


def test_a_date_of_another_zone_is_not_missed() -> None:
    source = started()
    source.remote.packages["id-0004"] |= {"title": "new", "metadata_modified": stamp(source.now - timedelta(hours=11))}

    assert source.harvest() == {"id-0004"}


def test_a_date_that_went_back_is_found_where_the_ids_are_looked_at() -> None:
    source = started()
    source.remote.packages["id-0004"] |= {"title": "restored", "metadata_modified": "2020-01-01T00:00:00"}
    source.remote.packages["id-0100"] = package(100)

    assert source.harvest() == {"id-0004", "id-0100"}
    assert source.is_true()


def test_a_swap_that_no_count_tells_is_found_by_the_full_listing() -> None:
    source = started()
    del source.remote.packages["id-0004"]
    source.remote.packages["id-0100"] = package(100)
    for _ in range(6):
        source.harvest()
    assert not source.is_true()

    source.harvest()

    assert source.is_true()


@pytest.mark.parametrize(("days", "read"), [(0, 0), (1, 20), (30, 0)])
def test_the_interval_of_full_listings_is_an_option(days: float, read: int) -> None:
    source = started(config={"full_listing_days": days})

    assert len(source.harvest(after=10 * DAY)) == read


def test_a_source_of_before_there_were_memories_is_listed_in_full_once() -> None:
    source = started()
    source.memory = {}

    assert len(source.harvest()) == 20
    assert source.harvest() == set()


EDITS = ["change", "quiet", "add", "add_old", "remove", "draft", "undate", "filter_in", "filter_out"]


@given(
    nights=st.lists(st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 60)), max_size=8), max_size=5),
    filtered=st.booleans(),
)
@settings(max_examples=120)
def test_whatever_happens_a_week_later_all_is_as_at_the_remote(nights: list[list[tuple[str, int]]], filtered: bool) -> None:
    config = {"groups_filter_include": ["climate"]} if filtered else {}
    remote = Remote([package(n, groups=CLIMATE if n % 3 else []) for n in range(40)])
    source = Source(remote, config)
    source.harvest()
    loud = True
    for night in nights:
        for what, n in night:
            edit(remote, what, n, source.now)
        source.harvest()
        loud &= all(what in ("change", "add", "add_old") for what, _ in night)
        assert source.is_true() or not loud

    source.harvest(after=8 * DAY)

    assert source.is_true() or [error.code for error in source.errors] == ["no_datasets"]


def edit(remote: Remote, what: str, number: int, now: datetime) -> None:
    """One thing that a remote's publishers may do."""
    guid, there = f"id-{number:04d}", remote.packages.get(f"id-{number:04d}")
    if what == "add" or (what == "add_old" and there is None):
        modified = stamp(now) if what == "add" else "2023-01-01T00:00:00"
        remote.packages[guid] = package(number, groups=CLIMATE, metadata_modified=modified, title=stamp(now))
    elif there is None or what == "add_old":
        return
    elif what == "remove":
        del remote.packages[guid]
    elif what in ("change", "draft"):
        there |= {"title": f"{now} {what}", "metadata_modified": stamp(now), "state": "draft" if what == "draft" else "active"}
    elif what == "quiet":
        there["title"] = f"{now} quietly"
    elif what == "undate":
        there["metadata_modified"] = None
    else:
        there["groups"] = CLIMATE if what == "filter_in" else []
