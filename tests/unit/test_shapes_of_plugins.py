"""What plugins written for ckanext-harvest do with its classes works here, or the error says what to use instead."""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from domain.errors import PluginError
from harvesters import (
    CKANHarvester,
    HarvesterBase,
    HarvestJob,
    HarvestObject,
    HarvestObjectError,
    HarvestObjectExtra,
    HarvestSource,
    loading,
)
from harvesters.testing import Harness
from harvesters.testing.harness import START
from tests.ported.open_ckan import OpenCKAN
from tests.support.memory_ckan import URL, MemoryCkan, remote_package


def job() -> HarvestJob:
    source = HarvestSource(str(uuid4()), "city", "City", "http://data.example", "base", owner_org="city-office")
    return HarvestJob(str(uuid4()), source, START)


class Looking(HarvesterBase):
    """Looks its objects up by id in each stage."""

    ids: ClassVar[list[str]] = []

    def info(self) -> dict[str, str]:
        return {"name": "looking", "title": "Looking", "description": ""}

    def get_original_url(self, harvest_object_id: str) -> str:  # type: ignore[override]
        harvest_object = HarvestObject.get(harvest_object_id)
        assert harvest_object is not None
        return f"{harvest_object.source.url}/{harvest_object.guid}"

    def gather_stage(self, harvest_job: HarvestJob) -> list[str]:
        ids = type(self).ids = self._create_harvest_objects(["a", "b"], harvest_job) or []
        for harvest_object in filter(None, map(HarvestObject.get, ids)):
            harvest_object.extras.append(HarvestObjectExtra(key="seen", value=harvest_object.guid))
        assert HarvestObject.get("another") is None
        return ids

    def fetch_stage(self, harvest_object: HarvestObject) -> bool:
        harvest_object.content = self.get_original_url(harvest_object.id)
        return True

    def import_stage(self, harvest_object: HarvestObject) -> Any:
        package = {"title": harvest_object.guid, "url": self.get_original_url(harvest_object.id)}
        package["notes"] = f"{harvest_object.get_extra('seen')} {harvest_object.fetch_finished is not None}"
        return self._create_or_update_package(package, harvest_object)


def test_a_plugin_finds_the_object_under_way_by_its_id_in_each_stage() -> None:
    result = Harness(Looking, URL).harvest()

    assert result.statuses == {"a": "added", "b": "added"}
    assert [result.dataset(guid)["url"] for guid in "ab"] == [f"{URL}/a", f"{URL}/b"]
    assert [result.dataset(guid)["notes"] for guid in "ab"] == ["a True", "b True"]
    assert len(Looking.ids) == 2
    assert [HarvestObject.get(identity) for identity in Looking.ids] == [None, None], "no object is under way any more"


class Renaming(Looking):
    """Lists addresses; the guid of a record is in its document."""

    title = "A"

    def fetch_stage(self, harvest_object: HarvestObject) -> bool:
        harvest_object.content, harvest_object.guid = type(self).title, f"guid-of-{harvest_object.guid}"
        return True

    def import_stage(self, harvest_object: HarvestObject) -> Any:
        return self._create_or_update_package({"title": harvest_object.content}, harvest_object)


def test_a_record_whose_document_names_its_guid_is_updated_the_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    harness = Harness(Renaming, URL)
    first = harness.harvest()
    monkeypatch.setattr(Renaming, "title", "B")

    second = harness.harvest()

    assert first.statuses == {"guid-of-a": "added", "guid-of-b": "added"}
    assert second.statuses == {"guid-of-a": "updated", "guid-of-b": "updated"}


def test_what_a_ckan_no_longer_has_is_deleted_without_an_import_stage_that_knows_of_it() -> None:
    remote = MemoryCkan(*(remote_package(number) for number in range(1, 6)))
    harness = Harness(OpenCKAN, URL)
    harness.harvest(remote.site)
    gone = next(iter(remote.packages))
    del remote.packages[gone]

    result = harness.harvest(remote.site, force_all=True)

    assert (result.records[gone].status, result.errors) == ("deleted", [])
    assert harness.catalogue.show(gone) is None


def test_a_subclass_may_ask_for_removals_in_its_import_stage() -> None:
    asked: list[str] = []

    class Asking(CKANHarvester):
        imports_removals = True

        def import_stage(self, harvest_object: HarvestObject) -> Any:
            asked.append(harvest_object.action)
            return super().import_stage(harvest_object)

    remote = MemoryCkan(remote_package(1), remote_package(2))
    harness = Harness(Asking, URL)
    harness.harvest(remote.site)
    del remote.packages[next(iter(remote.packages))]
    harness.harvest(remote.site, force_all=True)

    assert asked.count("delete") == 1


def test_an_extra_may_be_made_for_its_object() -> None:
    harvest_object = HarvestObject(guid="a", job=job())

    HarvestObjectExtra(object=harvest_object, key="waf_location", value="http://data.example/a.xml").save()

    assert harvest_object.get_extra("waf_location") == "http://data.example/a.xml"


def test_errors_that_were_saved_have_names_for_their_parts() -> None:
    harvest_object = HarvestObject(guid="a", job=job())

    HarvesterBase()._save_object_error("wrong", harvest_object, "Validation", line=3)
    HarvestObjectError.create(message="worse", object=harvest_object)

    assert [(error.message, error.stage, error.line) for error in harvest_object.errors] == [
        ("wrong", "Validation", 3),
        ("worse", "Fetch", None),
    ]


def test_rows_take_what_a_plugin_notes_on_them_and_have_the_columns_that_plugins_read() -> None:
    harvest_object = HarvestObject(guid="a", job=job())

    harvest_object.parsed = {"title": "A"}  # type: ignore[attr-defined]

    assert harvest_object.parsed == {"title": "A"}  # type: ignore[attr-defined]
    assert (harvest_object.report_status, harvest_object.import_finished) == (None, None)
    assert harvest_object.source.publisher_id == "city-office"


def test_the_last_job_without_errors_has_its_older_name_too() -> None:
    harvest_job = job()
    harvest_job.last_complete = START

    previous = HarvesterBase._last_error_free_job(harvest_job)

    assert previous is not None
    assert previous.gather_started == START


OBJECT: Any = HarvestObject
JOB: Any = HarvestJob
ASKED: list[tuple[Callable[[Any], Any], str]] = [
    (
        lambda _: OBJECT.query,
        "HarvestObject has no attribute 'query': there is no table to ask: harvest_job.held(guids)",
    ),
    (lambda _: OBJECT.filter(guid="a"), "HarvestObject has no attribute 'filter': there is no table to ask"),
    (lambda _: JOB.Session, "HarvestJob has no attribute 'Session': there is no table"),
    (lambda row: row.package, "'package': self.target.show(harvest_object.package_id) returns the dataset"),
    (lambda row: row.delete(), "'delete': records are never deleted"),
    (lambda row: row.job.get_jobs(), "'get_jobs': harvest_job.last_complete says when"),
    (lambda row: row.source.organization, "'organization': the source's organisation is source.owner_org"),
    (lambda row: row.contents, "'contents' (did you mean content?); it has "),
]


@pytest.mark.parametrize(("ask", "message"), ASKED)
def test_what_isnt_there_is_answered_with_what_to_use(ask: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(AttributeError) as missing:
        ask(HarvestObject(guid="a", job=job()))

    assert message in str(missing.value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("asking_plugin", None)


LINES = [
    ("from ckanext.harvest.harvesters import HarvesterBase", "write `from harvesters import HarvesterBase, HarvestObject`"),
    ("import ckan.plugins as p", "read datasets with self.target.show(id)"),
    ("from ckan.plugins import toolkit", "harvest_object.source.owner_org"),
    ("from ckan import model", "harvest_job.held(guids)"),
    ("from ckan.lib.munge import munge_tag", "munge_tag and munge_title_to_name are in `harvesters`"),
    ("from ckan.common import config", "options of its sources"),
    ("from harvesters import HarvesterBas", "(did you mean HarvesterBase?)"),
]


@pytest.mark.parametrize(("line", "hint"), LINES)
def test_an_import_that_cant_be_is_shown_with_its_line_and_what_to_write(
    folder: Path, monkeypatch: pytest.MonkeyPatch, line: str, hint: str
) -> None:
    (folder / "asking_plugin.py").write_text(f"import json\n{line}\n")
    point = EntryPoint("asking", "asking_plugin:Asking", loading.ENTRY_POINTS)
    monkeypatch.setattr(loading, "_points", lambda: {"asking": (point,)})

    with pytest.raises(PluginError) as refused:
        loading.load_harvester("asking")

    assert f"line 2 of asking_plugin.py: {line}" in str(refused.value)
    assert hint in str(refused.value)
