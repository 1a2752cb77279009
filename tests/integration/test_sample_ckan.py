"""The sample site answers as a CKAN does, and a harvest of it shows good datasets and honest errors."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.sample_ckan import serve
from adapters.sample_ckan.query import BadQuery, predicate
from adapters.sample_ckan.server import UUID_FORM, datasets, with_other_ids
from domain.errors import RecordError, RemoteError
from harvesters.base import GatherError, HarvestJob, HarvestObject, HarvestSource, Record
from harvesters.ckan import CKANHarvester
from harvesters.http import HttpLimits, PoliteSession
from tests.support.fakes import import_object
from tests.unit.test_ckan_harvester_import import FakeTarget


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server, url = serve()
    yield url
    server.shutdown()
    server.server_close()


def ask(url: str, action: str, **params: Any) -> Any:
    """The result of an action."""
    session = PoliteSession(HttpLimits(allow="loopback", retries=0))
    try:
        return session.get_json(f"{url}/api/3/action/{action}", params)["result"]
    finally:
        session.close()


def harvester(target: FakeTarget) -> CKANHarvester:
    made = CKANHarvester()
    made.target, made.http = target, PoliteSession(HttpLimits(allow="loopback"))
    return made


def test_a_harvest_gives_more_than_200_datasets_and_refuses_none(url: str) -> None:
    target = FakeTarget()
    source = HarvestSource("11111111-1111-4111-8111-111111111111", "s", "S", url, "ckan")
    job = HarvestJob("33333333-3333-4333-8333-333333333333", source, datetime(2024, 6, 1, tzinfo=UTC))
    one, refused = harvester(target), []

    items = list(one.gather_stage(job))
    for item in items:
        if isinstance(item, Record):
            try:
                import_object(one, HarvestObject(item.guid, job, json.dumps(item.content)))
            except RecordError as error:
                refused.append(str(error))

    assert not [item for item in items if isinstance(item, GatherError)]
    assert job.full_listing
    assert len(target.packages) == 233
    assert refused == []


def test_pages_go_through_all_datasets(url: str) -> None:
    pages = [ask(url, "package_search", rows=50, start=start, sort="id asc") for start in range(0, 250, 50)]

    found = [package["id"] for page in pages for package in page["results"]]
    assert {page["count"] for page in pages} == {234}
    assert found == sorted(set(found))
    assert len(found) == 234


@pytest.mark.parametrize(
    ("fq", "holds"),
    [
        ('organization:"stadtwerke-hohenau"', lambda p: p["organization"]["name"] == "stadtwerke-hohenau"),
        ("+groups:(health OR culture) -groups:transport", lambda p: group_names(p) & {"health", "culture"}),
        ("metadata_modified:[2022-01-01T00:00:00Z TO *]", lambda p: p["metadata_modified"] >= "2022"),
        ("type:harvest", lambda p: p["type"] == "harvest"),
    ],
)
def test_searches_are_filtered(url: str, fq: str, holds: Any) -> None:
    found = ask(url, "package_search", fq=fq, rows=1000)

    assert 0 < found["count"] < 234
    assert all(holds(package) for package in found["results"])


def group_names(package: dict[str, Any]) -> set[str]:
    return {group["name"] for group in package["groups"]}


def test_words_are_searched_in_title_and_notes(url: str) -> None:
    found = ask(url, "package_search", q="街路樹 OR trees", rows=1000)

    assert found["count"] > 0


def test_a_dataset_is_shown_by_id_and_by_name(url: str) -> None:
    first = ask(url, "package_search", rows=1, sort="name desc")["results"][0]

    assert ask(url, "package_show", id=first["id"]) == ask(url, "package_show", id=first["name"]) == first


def test_groups_and_organisations_are_listed_and_shown(url: str) -> None:
    assert len(ask(url, "group_list")) == 6
    assert len(ask(url, "organization_list", all_fields="true")) == 8
    assert ask(url, "group_show", id="health")["title"] == "Health"
    assert ask(url, "organization_show", id="aoyama-ken")["title"] == "青山県"
    assert ask(url, "status_show")["ckan_version"]
    assert ask(url, "site_read") is True
    assert len(ask(url, "package_list", limit=5)) == 5


@pytest.mark.parametrize(
    ("action", "params", "code"),
    [
        ("package_show", {"id": "nobody"}, "http_404"),
        ("package_show", {}, "http_409"),
        ("package_search", {"fq": "organization:("}, "http_409"),
        ("package_search", {"rows": "many"}, "http_409"),
        ("package_destroy", {}, "http_400"),
        ("../nothing", {}, "http_404"),
    ],
)
def test_what_cant_be_answered_is_refused_as_ckan_does(url: str, action: str, params: dict[str, str], code: str) -> None:
    with pytest.raises(RemoteError) as caught:
        ask(url, action, **params)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", True),
        ("*:*", True),
        ("name:a", True),
        ("name:b", False),
        ('name:"a" AND tags:(x OR y)', True),
        ("name:b OR tags:y", True),
        ("-name:a", False),
        ("NOT name:b", True),
        ('+(organization:"o" OR organization:"p") +metadata_modified:[2020-01-01T00:00:00Z TO *]', True),
        ("metadata_modified:[* TO 2020-01-01]", False),
        ('id:"quo\\"ted"', True),
    ],
)
def test_queries(query: str, expected: bool) -> None:
    package = {"id": 'quo"ted', "name": "a", "tags": [{"name": "y"}], "organization": {"name": "o"}}

    assert predicate(query)({**package, "metadata_modified": "2024-01-01T00:00:00"}) is expected


@pytest.mark.parametrize("query", ["name:", "(name:a", "name:a)", "OR", '"open', "a OR", "name:(a"])
def test_queries_that_cant_be_read(query: str) -> None:
    with pytest.raises(BadQuery):
        predicate(query)


def test_a_twin_has_the_same_datasets_under_ids_of_its_own() -> None:
    first, second = datasets(), list(map(with_other_ids, datasets()))

    assert [package.get("title") for package in second] == [package.get("title") for package in first]
    ids, other_ids = ({package["id"] for package in packages} for packages in (first, second))
    assert len(ids & other_ids) < len(ids) / 5, "only ids that are no UUIDs stay: they don't become ids of packages"
    assert not any(UUID_FORM.fullmatch(str(same)) for same in ids & other_ids)
    resources, other_resources = ({id for package in packages for id in resource_ids(package)} for packages in (first, second))
    assert len(resources) == len(other_resources)
    assert not any(UUID_FORM.fullmatch(id) for id in resources & other_resources)


def resource_ids(package: dict[str, Any]) -> list[str]:
    resources = package.get("resources")
    return [str(resource["id"]) for resource in resources if "id" in resource] if isinstance(resources, list) else []


def test_a_port_in_use_is_said_in_one_line(url: str) -> None:
    port = url.rpartition(":")[2]

    done = subprocess.run([sys.executable, "-m", "adapters.sample_ckan", "--port", port], capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stderr == f"Error: port {port} can't be used (Address already in use): choose another with --port\n"
