"""Recorded catalogues of real portals are harvested and compared dataset by dataset: nothing is changed or dropped silently.

What a harvest may change is listed in `as_harvested`, what it can't keep as it is in `reduced`; both say it in their own way,
not with the product's code.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from adapters.postgres.read_model.queries import Row
from tests.acceptance.remote_ckan import RemoteCkan
from tests.support.stack import Stack

pytestmark = pytest.mark.data

FOLDERS = [
    *("andino-actions", "catalog-data-gov", "data-gov-au", "data-gov-uk", "datos-gob-ar", "envidat", "envidat-2026", "hdx"),
    *("lwbin", "opendata-swiss", "stadt-zuerich", "tokyo"),
]
TEXTS = ("title", "notes", "author", "author_email", "maintainer", "maintainer_email", "url", "version", "license_id", "type")
LISTS = ("tags", "groups", "extras", "resources")
OF_THE_REMOTE = {  # what a resource says about the remote's own storage
    *("url_type", "revision_id", "resource_group_id", "package_id"),
    *("datastore_active", "datastore_contains_all_records_of_source_file"),
}
TEXTS_BY_LANGUAGE = ("name", "description")  # of resources
TIMES = ("metadata_modified", "metadata_created", "issued", "modified", "created", "last_modified", "cache_last_updated")
EMAILS = ("author_email", "maintainer_email")
NAME = re.compile(r"[a-z0-9_-]{2,100}")
HARVEST_EXTRAS = {  # where the remote has harvested a dataset itself
    *("harvest_object_id", "harvest_source_id", "harvest_source_title", "harvest_source_name", "harvest_source_url"),
    *("harvest_source_type", "harvest_job_id"),
}

Package = dict[str, Any]


@dataclass
class Harvest:
    """A folder after two full harvests; errors of objects are by guid, datasets by id."""

    source_id: str
    served: dict[str, Package]  # in today's form
    stored: dict[str, Package]
    first: Row
    second: Row
    gather_errors: list[Row]
    object_errors: dict[str, Row]
    warnings: list[Row]
    rows_written: tuple[dict[str, str], dict[str, str]]  # versions of the catalogue's rows, before the second harvest and after


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack(gather_threads=4, http_timeout=20.0, http_total_timeout=60.0, http_max_bytes=50_000_000) as stack:
        yield stack


@pytest.fixture(scope="module")
def harvests(stack: Stack, shared: Path) -> Iterator[dict[str, Harvest]]:
    """All folders, harvested at once and then once more."""
    with ExitStack() as servers:
        data = shared / "data" / "ckan"
        remotes = {name: servers.enter_context(RemoteCkan(shared, "--data", str(data / name))) for name in FOLDERS}
        sources = {name: stack.source(name, remote.url) for name, remote in remotes.items()}
        first = run_all(stack, sources)
        before = {name: versions(stack, source) for name, source in sources.items()}
        second = run_all(stack, sources)
        yield {
            name: Harvest(
                source,
                {guid: in_todays_form(package) for guid, package in remotes[name].packages().items()},
                catalogue(stack, source),
                first[name],
                second[name],
                stack.model.gather_errors(first[name]["id"]),
                {error["guid"]: error for error in stack.model.object_errors(first[name]["id"], limit=5000)},
                [*stack.model.warnings(first[name]["id"], limit=5000), *stack.model.job_warnings(first[name]["id"])],
                (before[name], versions(stack, source)),
            )
            for name, source in sources.items()
        }


def run_all(stack: Stack, sources: Mapping[str, str]) -> dict[str, Row]:
    jobs = {name: stack.start_job(source, full=True) for name, source in sources.items()}
    return {name: stack.ended(job_id, 120) for name, job_id in jobs.items()}


def versions(stack: Stack, source_id: str) -> dict[str, str]:
    """A mark of each of a source's packages that changes when its row is written."""
    statement = "SELECT id, xmin::text FROM catalogue.package WHERE source_id = %(source)s"
    return dict(stack.parts.database.query(statement, source=source_id))


def catalogue(stack: Stack, source_id: str) -> dict[str, Package]:
    found = stack.parts.catalogue.search(source_id=source_id, rows=10_000)
    return {package["id"]: package for package in found["results"]}


def in_todays_form(package: Package) -> Package:
    """Old CKANs gave extras as an object, whose order means nothing (it is that of the keys here), and tags by name."""
    extras, tags = package.get("extras"), package.get("tags")
    changed: Package = {}
    if isinstance(extras, dict):
        changed["extras"] = [{"key": key, "value": value} for key, value in sorted(extras.items())]
    if isinstance(tags, list):
        changed["tags"] = [{"name": tag} if isinstance(tag, str) else tag for tag in tags]
    return {**package, **changed}


def reduced(package: Package) -> str | None:
    """The field of a dataset that isn't kept as it is, None when all are; of what is there by language one text is kept."""
    for field in TEXTS:
        if isinstance(package.get(field), dict):
            return field
    return next(
        (
            field
            for resource in package.get("resources") or ()
            for field in TEXTS_BY_LANGUAGE
            if isinstance(resource.get(field), dict)
        ),
        None,
    )


def package_id(source_id: str, guid: str) -> str:
    """A UUID stays; another id gives way to one that follows from source and guid."""
    try:
        return str(UUID(guid))
    except ValueError:
        return str(uuid5(UUID(source_id), guid))


def as_harvested(package: Package, stored: Package) -> Package:
    """A dataset as it has to be in the catalogue. By rule a harvest

    * sets `id` and `name` (checked on their own), `state` (active), and the extras of the harvest;
    * leaves out groups and organisation of the remote, since they mean nothing here;
    * leaves out fields of tags, groups, extras and resources that are null, and OF_THE_REMOTE of resources;
    * adds the times of the catalogue where the dataset has none, and writes those that it has in UTC without a zone;
    * writes extras as texts, sizes as numbers, and leaves out blanks around e-mail addresses;
    * leaves out times and sizes that are words, and gives the second of two resources with one id another one;
    * makes today's form of an old one, whose type is `dataset` if it has none.
    """
    left_out = {"groups", "organization", "owner_org", *HARVEST_EXTRAS}
    kept = {name: value for name, value in package.items() if name not in left_out}
    kept = {name: value for name, value in kept.items() if name not in LISTS or value is not None}
    if "resources" in kept:
        resources = kept["resources"]
        ours = [{k: v for k, v in resource.items() if k not in OF_THE_REMOTE} for resource in resources]
        sized = [in_utc({**one, **({"size": number(one["size"])} if "size" in one else {})}) for one in ours]
        kept["resources"] = [
            with_id_of(one, entry, sized[:place])
            for place, (one, entry) in enumerate(zip(sized, stored["resources"], strict=True))
        ]
    extras = [extra for extra in kept.get("extras", []) if extra["key"] not in HARVEST_EXTRAS]
    kept["extras"] = [{**extra, "value": as_text(extra["value"])} for extra in extras]
    kept = {**kept, "private": False} if "private" in kept else kept  # it was listed for everybody
    kept = in_utc({k: v.strip() if k in EMAILS and v else v for k, v in kept.items()})
    times = {name: stored[name] for name in ("metadata_created", "metadata_modified") if name not in package}
    return {"type": "dataset", **times, **kept, "id": stored["id"], "name": stored["name"], "state": "active"}


def in_utc(entry: Package) -> Package:
    """The times of a dataset or resource without a zone; words are no times."""
    zoned = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z")
    found = {name: zoned.fullmatch(str(value)) for name, value in entry.items() if name in TIMES}
    utc = {name: time[1] + (f".{time[2]:0<6}" if time[2] else "") for name, time in found.items() if time}
    return {name: value for name, value in {**entry, **utc}.items() if name not in (*TIMES, "size") or value != "None"}


def with_id_of(resource: Package, here: Package, before: list[Package]) -> Package:
    """A second resource with one id has an id of its own."""
    twice = resource.get("id") in [one.get("id") for one in before]
    return {**resource, "id": str(UUID(here["id"]))} if twice and resource.get("id") else resource


def number(size: Any) -> Any:
    return int(size) if isinstance(size, str) and size.isdecimal() else size


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def without_harvest_extras(package: Package) -> Package:
    return {**package, "extras": [extra for extra in package["extras"] if extra["key"] not in HARVEST_EXTRAS]}


def test_every_recorded_folder_is_tested(shared: Path) -> None:
    assert sorted(folder.name for folder in (shared / "data" / "ckan").iterdir() if folder.is_dir()) == FOLDERS


@pytest.mark.parametrize("folder", FOLDERS)
def test_valid_datasets_arrive_unchanged_field_by_field(harvests: dict[str, Harvest], folder: str) -> None:
    harvest = harvests[folder]

    for guid, package in harvest.served.items():
        if reduced(package):
            continue
        stored = harvest.stored[package_id(harvest.source_id, guid)]
        assert without_harvest_extras(stored) == as_harvested(package, stored), guid


@pytest.mark.parametrize("folder", FOLDERS)
def test_datasets_know_their_source_and_object(harvests: dict[str, Harvest], folder: str) -> None:
    harvest = harvests[folder]

    for package in harvest.stored.values():
        extras = {extra["key"]: extra["value"] for extra in package["extras"]}
        assert extras["harvest_source_id"] == harvest.source_id
        assert UUID(extras["harvest_object_id"]).version == 8


@pytest.mark.parametrize("folder", FOLDERS)
def test_names_stay_unless_another_dataset_has_them_or_ckan_refuses_them(harvests: dict[str, Harvest], folder: str) -> None:
    harvest = harvests[folder]
    holders = {package["name"]: package["id"] for one in harvests.values() for package in one.stored.values()}

    for guid, package in harvest.served.items():
        stored, name = harvest.stored.get(package_id(harvest.source_id, guid)), str(package.get("name"))
        if stored is None or stored["name"] == name:
            continue
        assert NAME.fullmatch(stored["name"])
        if package.get("name") and NAME.fullmatch(name):
            assert re.fullmatch(re.escape(name[:97]) + r"\d+", stored["name"])
            assert holders[name] != stored["id"]
        else:
            first_word = stored["name"].partition("-")[0]
            assert first_word in f"{name} {package.get('title')} {guid}".lower()


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_not_kept_is_told_and_loses_no_dataset(harvests: dict[str, Harvest], folder: str) -> None:
    harvest = harvests[folder]

    told = " ".join(warning["message"] for warning in harvest.warnings)
    assert harvest.object_errors == {}
    for guid, package in harvest.served.items():
        if field := reduced(package):
            assert field in told
            text = harvest.stored[package_id(harvest.source_id, guid)].get(field)
            assert text is None or isinstance(text, str)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_counts_add_up_with_the_number_of_records(harvests: dict[str, Harvest], folder: str) -> None:
    harvest = harvests[folder]
    job = harvest.first

    assert job["status"] == "Finished"
    assert job["added"] + job["objects_errored"] + job["not_modified"] == len(harvest.served)
    assert job["added"] == len(harvest.stored)
    expected = [] if harvest.served else ["no_datasets"]
    assert [error["code"] for error in harvest.gather_errors] == expected


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_second_full_harvest_finds_everything_unchanged(harvests: dict[str, Harvest], folder: str) -> None:
    harvest = harvests[folder]
    job = harvest.second

    counts = (job["added"], job["updated"], job["deleted"], job["not_modified"], job["objects_errored"])
    assert counts == (0, 0, 0, harvest.first["added"], harvest.first["objects_errored"])
    assert harvest.rows_written[1] == harvest.rows_written[0]
    assert len(harvest.rows_written[0]) == harvest.first["added"]
