"""What ckanext-harvest's own tests of its CKAN harvester and of end states assert, row by row (docs/parity.md has the list).

Numbers are those of its tests in the order of their files. A remote CKAN in memory serves two datasets, as its mock does.
"""

import json
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from harvesters.base import Action, Harvester, HarvestJob, HarvestObject, HarvestSource, Package, Record
from harvesters.ckan import CKANHarvester
from harvesters.http.recording import Answer
from harvesters.testing import Harness
from harvesters.testing.harness import START
from tests.support.memory_ckan import URL, MemoryCkan, remote_package
from tests.support.old_remotes import Site

ORGANISATION = {"id": "10000000-0000-4000-8000-000000000001", "name": "org1", "title": "One"}
GROUP = {"id": "10000000-0000-4000-8000-000000000002", "name": "group1", "title": "Group one"}


@pytest.fixture
def remote() -> MemoryCkan:
    first = remote_package(1, organization=ORGANISATION, groups=[GROUP], metadata_modified=None)
    second = remote_package(2, metadata_modified="2014-01-01T10:00:00", organization={"id": "o-2", "name": "org2"})
    return MemoryCkan(first, second, groups=(GROUP, ORGANISATION))


def source(config: dict[str, Any] | None = None, url: str = URL) -> Harness:
    return Harness(CKANHarvester, url, config or {}, title="City")


def names(harness: Harness) -> list[str]:
    return sorted(package["name"] for package, _, state in harness.catalogue.packages.values() if state == "active")


def test_row_22_gather_gives_an_object_for_each_dataset_with_its_id_and_content(remote: MemoryCkan) -> None:
    harness, kept = source(), []

    class Looking(CKANHarvester):
        def import_stage(self, harvest_object: HarvestObject) -> Any:
            kept.append((harvest_object.guid, json.loads(harvest_object.content or "")))
            return True

    harness._kind = Looking

    result = harness.harvest(remote.site)

    assert result.gather_errors == ()
    assert dict(kept) == {identity: json.loads(json.dumps(package)) for identity, package in remote.packages.items()}


def test_row_23_fetch_has_nothing_to_do_for_a_record_with_content() -> None:
    job = HarvestJob(str(uuid4()), HarvestSource(str(uuid4()), "city", "City", URL, "ckan"), created=START)
    record = HarvestObject("guid-1", job, content='{"id": "guid-1"}')

    assert CKANHarvester().fetch_stage(record) is True
    assert record.errors == []


def test_row_24_import_makes_a_dataset_of_the_remotes_name(remote: MemoryCkan) -> None:
    harness = source()

    result = harness.harvest(remote.site)

    for identity, package in remote.packages.items():
        assert (result.records[identity].package_id, result.dataset(identity)["name"]) == (identity, package["name"])
        assert result.records[identity].errors == ()


def test_row_25_a_harvest_adds_both_datasets_without_errors(remote: MemoryCkan) -> None:
    harness = source()

    result = harness.harvest(remote.site)

    assert (set(result.statuses.values()), result.errors, result.gather_errors) == ({"added"}, [], ())
    assert names(harness) == ["remote-1", "remote-2"]
    assert result.complete


def test_row_26_the_second_time_a_changed_dataset_is_updated_and_the_other_one_is_not(remote: MemoryCkan) -> None:
    harness = source()
    harness.harvest(remote.site)
    changed = [*remote.packages][1]
    remote.packages[changed] |= {"title": "Other", "metadata_modified": "2026-06-01T00:00:00"}

    result = harness.harvest(remote.site)

    assert result.records[changed].status == "updated"
    assert {record.status for guid, record in result.records.items() if guid != changed} <= {"not modified"}
    assert (result.dataset(changed)["title"], result.errors, result.gather_errors) == ("Other", [], ())


@pytest.mark.parametrize(
    ("row", "option", "name", "left"),
    [
        (27, "organizations_filter_exclude", "org1", ["remote-2"]),
        (28, "organizations_filter_include", "org1", ["remote-1"]),
        (29, "groups_filter_exclude", "group1", ["remote-2"]),
        (30, "groups_filter_include", "group1", ["remote-1"]),
    ],
)
def test_rows_27_to_30_filters_leave_what_they_say(
    remote: MemoryCkan, row: int, option: str, name: str, left: list[str]
) -> None:
    harness = source({option: [name]})

    harness.harvest(remote.site)

    assert names(harness) == left, f"row {row}"


def test_row_34_a_dataset_with_the_same_date_is_not_modified(remote: MemoryCkan) -> None:
    harness = source()
    harness.harvest(remote.site)

    again = harness.harvest(remote.site, force_all=True)

    assert set(again.statuses.values()) == {"not modified"}
    assert (again.errors, again.gather_errors) == ([], ())


def test_row_36_a_site_that_is_down_brings_nothing_and_the_next_harvest_asks_for_all_changes(remote: MemoryCkan) -> None:
    harness = source()
    harness.harvest(remote.site)
    held, up = names(harness), remote.site._respond
    remote.packages[[*remote.packages][1]] |= {"title": "Other", "metadata_modified": "2026-01-02T12:00:00"}

    remote.site._respond = lambda path, query: Answer(URL + path, status=500, text="down")
    down = harness.harvest(remote.site, catch=True)
    remote.site._respond = up
    after = harness.harvest(remote.site)

    assert (down.complete, dict(down.records)) == (False, {})
    assert any("HTTP 500" in message for message in down.gather_errors)
    assert names(harness) == held
    assert after.records[[*remote.packages][1]].status == "updated"


def test_row_37_default_tags_are_added(remote: MemoryCkan) -> None:
    result = source({"default_tags": [{"name": "geo"}]}).harvest(remote.site)

    assert {tag["name"] for guid in result.records for tag in result.dataset(guid)["tags"]} == {"geo"}


@pytest.mark.parametrize(
    ("row", "config", "message"),
    [
        (38, {"default_tags": ["geo"]}, "default_tags must be a list of dictionaries"),
        (40, {"default_groups": [{"name": "group1"}]}, "default_groups must be a list of group names/ids"),
        (42, {"default_extras": "x"}, "default_extras must be a dictionary"),
    ],
)
def test_rows_38_40_and_42_wrong_options_are_refused(row: int, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        source(config)


def test_row_39_default_groups_are_those_of_every_dataset(remote: MemoryCkan) -> None:
    result = source({"default_groups": ["group1"]}).harvest(remote.site)

    assert result.errors == []
    assert [[group["name"] for group in result.dataset(guid)["groups"]] for guid in result.records] == [["group1"]] * 2


def test_row_41_default_extras_are_filled_without_the_slash_at_the_end_of_the_address(remote: MemoryCkan) -> None:
    config = {"default_extras": {"harvest_url": "{harvest_source_url}/dataset/{dataset_id}", "encoding": "utf8"}}

    result = source(config, f"{URL}/").harvest(remote.site)

    for guid in result.records:
        extras = {extra["key"]: extra["value"] for extra in result.dataset(guid)["extras"]}
        assert (extras["harvest_url"], extras["encoding"]) == (f"{URL}/dataset/{guid}", "utf8")


def test_a_subclass_reads_the_configuration_as_in_ckanext_harvest(remote: MemoryCkan) -> None:
    class City(CKANHarvester):
        OPTIONS: ClassVar[frozenset[str]] = frozenset({"prefix"})

        def _set_config(self, config_str: str) -> None:
            super()._set_config(config_str)
            self.config = {"suffix": "!", **(self.config or {})}

        def modify_package_dict(self, package_dict: dict[str, Any], harvest_object: HarvestObject) -> dict[str, Any]:
            config = self.config or {}
            same = json.loads(harvest_object.job.source.config)["prefix"] == config["prefix"]
            package_dict["title"] = f"{config['prefix']}{package_dict['title']}{config['suffix']}" if same else ""
            return package_dict

    result = Harness(City, URL, {"prefix": "City: "}).harvest(remote.site)

    assert sorted(result.dataset(guid)["title"] for guid in result.records) == ["City: Remote 1!", "City: Remote 2!"]


def test_row_43_a_request_that_fails_is_an_error_that_says_why() -> None:
    down = Site(lambda path, query: Answer(URL + path, failure="connection refused"))

    result = source().harvest(down, catch=True)

    assert not result.complete
    assert len(result.gather_errors) == 1
    assert URL.removeprefix("https://") in result.gather_errors[0]
    assert "connection refused" in result.gather_errors[0]


def test_row_44_an_answer_of_an_error_is_one_that_names_status_and_address() -> None:
    class Lost(MemoryCkan):
        def respond(self, path: str, query: Any) -> Any:
            return None

    result = source().harvest(Lost().site, catch=True)

    assert not result.complete
    assert "404" in result.gather_errors[0]
    assert f"{URL}/api" in result.gather_errors[0]


# end states of a record

STORE = object()
"""The dataset is to be stored."""


class Feed(Harvester):
    """One record, with what its stages say of it."""

    content = "1"
    action: Action = "new"
    fetch: Any = True
    load: Any = STORE

    def info(self) -> dict[str, str]:
        return {"name": "feed", "title": "Feed", "description": ""}

    def gather_stage(self, harvest_job: HarvestJob) -> Any:
        yield Record("guid-1", None, action=type(self).action)

    def fetch_stage(self, harvest_object: HarvestObject) -> Any:
        if type(self).fetch is True:
            harvest_object.content = type(self).content
        return type(self).fetch

    def import_stage(self, harvest_object: HarvestObject) -> Any:
        if harvest_object.action == "delete":
            return self.delete_package(harvest_object)
        if type(self).load is STORE:
            return Package({"name": "trees", "title": harvest_object.content})
        return type(self).load


@pytest.fixture
def feed() -> Harness:
    Feed.content, Feed.action, Feed.fetch, Feed.load = "1", "new", True, STORE
    return Harness(Feed, "http://feed.example")


def test_row_93_a_new_record_is_added(feed: Harness) -> None:
    result = feed.harvest()

    assert (result.statuses, result.errors) == ({"guid-1": "added"}, [])


def test_row_94_a_changed_record_is_updated(feed: Harness) -> None:
    feed.harvest()
    Feed.content = "2"

    assert feed.harvest().statuses == {"guid-1": "updated"}


def test_row_95_a_record_that_is_gone_is_deleted(feed: Harness) -> None:
    feed.harvest()
    Feed.action = "delete"

    assert feed.harvest().statuses == {"guid-1": "deleted"}
    assert names(feed) == []


def test_row_95_an_import_that_sets_current_to_false_deletes(feed: Harness) -> None:
    class Withdrawing(Feed):
        def import_stage(self, harvest_object: HarvestObject) -> Any:
            harvest_object.current = False
            return True

    feed.harvest()
    feed._kind = Withdrawing
    Feed.content = "2"

    result = feed.harvest()

    assert (result.statuses, result.errors) == ({"guid-1": "deleted"}, [])
    assert names(feed) == []


def test_row_96_an_import_that_returns_false_is_errored(feed: Harness) -> None:
    Feed.load = False

    assert feed.harvest(catch=True).statuses == {"guid-1": "errored"}


@pytest.mark.parametrize("stage", ["fetch", "import"])
def test_rows_97_and_98_unchanged_at_either_stage_is_not_modified(feed: Harness, stage: str) -> None:
    feed.harvest()
    Feed.content = "2"
    if stage == "fetch":
        Feed.fetch = "unchanged"
    else:
        Feed.load = "unchanged"

    assert feed.harvest().statuses == {"guid-1": "not modified"}


# defects of ckanext-harvest that are gone (numbers of docs/parity.md)


def test_defect_1_a_gather_that_crashes_is_no_success_and_hides_no_change(remote: MemoryCkan) -> None:
    harness = source()
    harness.harvest(remote.site)
    changed = [*remote.packages][1]
    remote.packages[changed] |= {"title": "Other", "metadata_modified": "2026-01-02T12:00:00"}
    respond, remote.site._respond = remote.site._respond, lambda path, query: 1 / 0

    crashed = harness.harvest(remote.site, catch=True)
    remote.site._respond = respond
    after = harness.harvest(remote.site)

    assert (crashed.complete, len(crashed.gather_errors)) == (False, 1)
    assert after.records[changed].status == "updated"


def test_defect_2_an_error_in_json_on_a_later_run_is_no_success(remote: MemoryCkan) -> None:
    harness = source()
    harness.harvest(remote.site)
    respond = remote.site._respond
    remote.site._respond = lambda path, query: {"success": False, "error": {"message": "search is down"}}

    failed = harness.harvest(remote.site, catch=True)
    remote.site._respond = respond

    assert (failed.complete, bool(failed.gather_errors)) == (False, True)
    assert names(harness) == ["remote-1", "remote-2"]


def test_defect_11_a_change_between_gather_and_import_is_imported_the_next_time(remote: MemoryCkan) -> None:
    harness = source()
    changed = [*remote.packages][1]

    class Slow(CKANHarvester):
        def import_stage(self, harvest_object: HarvestObject) -> Any:
            """The remote changes after it was gathered; here the import is later than that change."""
            remote.packages[changed] |= {"title": "Other", "metadata_modified": "2025-12-31T23:59:59"}
            return super().import_stage(harvest_object)

    harness._kind = Slow
    first = harness.harvest(remote.site)
    stored = first.dataset(changed)["title"]
    harness._kind = CKANHarvester

    second = harness.harvest(remote.site)

    assert (stored, first.records[changed].status) == ("Remote 2", "added")
    assert second.records[changed].status == "updated"
    assert second.dataset(changed)["title"] == "Other"


def test_defect_17_an_import_that_returns_true_without_current_deletes_nothing(feed: Harness) -> None:
    Feed.load = True

    assert feed.harvest().statuses == {"guid-1": "added"}


def test_defect_25_no_state_of_one_source_is_another_sources(remote: MemoryCkan) -> None:
    filtered = source({"groups_filter_include": ["group1"], "api_version": 3})
    plain = source()
    filtered.harvest(remote.site)

    plain.harvest(remote.site)

    assert (names(filtered), names(plain)) == (["remote-1"], ["remote-1", "remote-2"])
