"""package_search and package_list over HTTP: sources and datasets as CKAN's own search finds them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from adapters.embedded import EmbeddedPostgres
from harvesters.target import Owner
from tests.support.api_shapes import Api
from tests.support.api_site import api_of
from tests.support.web_server import SYSADMIN


@pytest.fixture(scope="module")
def api(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with api_of(postgres, tmp_path_factory.mktemp("api")) as api:
        yield api


@pytest.fixture
def own_api(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Api]:
    """The same where no other test has entered a source."""
    with api_of(postgres, tmp_path) as api:
        yield api


def test_a_private_source_is_for_its_organisation(own_api: Api) -> None:
    for action in ("harvest_source_show", "harvest_source_show_status", "package_show"):
        assert own_api.read(action, token="member", id="two")
        assert own_api.server.get(action, "id=two").status in (403, 404)
    hidden, unknown = (own_api.server.get("package_show", f"id={name}") for name in ("two", "three"))
    assert hidden.body.replace(b"two", b"three") == unknown.body
    fq = urlencode({"fq": "dataset_type:harvest", "facet.field": '["organization"]'})
    everybody = ("", "member", "editor", SYSADMIN)
    seen = {token: own_api.server.get("package_search", fq, token).json["result"]["count"] for token in everybody}
    assert seen == {"": 1, "member": 2, "editor": 2, SYSADMIN: 2}
    assert own_api.server.get("package_search", fq).json["result"]["facets"] == {"organization": {}}


def test_sources_are_searched_like_datasets(own_api: Api) -> None:
    fields = '["source_type", "frequency", "organization", "health"]'
    found = own_api.read("package_search", q="TREES town", fq="+dataset_type:harvest", **{"facet.field": fields})

    assert [source["name"] for source in found["results"]] == ["one"]
    assert found["count"] == 1
    assert found["facets"] == {
        "source_type": {"raising": 1},
        "frequency": {"WEEKLY": 1},
        "organization": {},
        "health": {"ok": 1},
    }
    assert found["search_facets"]["frequency"]["items"] == [{"name": "WEEKLY", "display_name": "WEEKLY", "count": 1}]

    def names(fq: str, **more: Any) -> list[str]:
        results = own_api.read("package_search", fq=f"dataset_type:harvest {fq}", **more)["results"]
        return [source["name"] for source in results]

    assert names("source_type:(noop OR ckan)") == ["two"]
    assert names("-source_type:noop") == ["one"]
    assert names("health:new") == ["two"]
    assert names("organization:the-org AND frequency:MANUAL") == ["two"]
    assert names('url:"http://127.0.0.1/two"') == ["two"]
    assert names("", sort="name desc") == ["two", "one"]
    assert names("", sort="name asc", rows=1, start=1) == ["two"]
    assert names("", rows=0) == []
    assert own_api.read("package_list", type="harvest") == ["one", "two"]


def test_datasets_are_searched_with_facets_and_filters(api: Api) -> None:
    owner = Owner("the-source", "Source", "guid", "the-object", "")
    formats: list[tuple[str, list[str], str]] = [("parks", ["CSV", "PDF"], "2026-02-01"), ("trees", ["CSV"], "2025-12-31")]
    for name, given, day in formats:
        resources = [{"url": f"http://127.0.0.1/{name}.{kind}", "format": kind} for kind in given]
        package = {"id": str(uuid4()), "name": name, "title": name.title(), "tags": [{"name": name}], "resources": resources}
        package["metadata_modified"] = f"{day}T10:00:00"
        api.parts.catalogue.save(package, owner)

    def found(**query: Any) -> list[str]:
        return [dataset["name"] for dataset in api.read("package_search", **query)["results"]]

    answer = api.read("package_search", **{"facet.field": '["res_format", "tags", "harvest_source_id"]'})
    assert answer["count"] == 2
    assert answer["facets"] == {
        "res_format": {"CSV": 2, "PDF": 1},
        "tags": {"parks": 1, "trees": 1},
        "harvest_source_id": {"the-source": 2},
    }
    assert found(q="trees") == ["trees"]
    assert found(q="nothing like it") == []
    assert found(fq="tags:trees") == ["trees"]
    assert found(fq="-tags:trees res_format:(PDF OR XLS)") == ["parks"]
    assert found(fq="harvest_source_id:another") == []
    assert found(sort="title_string desc") == ["trees", "parks"]
    assert found(sort="metadata_modified desc") == ["parks", "trees"]  # by what they show, not by when they were stored
    assert found(rows=1, start=1) == ["trees"]
    assert api.read("package_list") == ["parks", "trees"]


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"fq": "dataset_type:harvest colour:red"}, "fq", "colour"),
        ({"fq": "dataset_type:harvest ((("}, "fq", "look like field:value"),
        ({"fq": "dataset_type:harvest", "sort": "colour desc"}, "sort", "colour"),
        ({"fq": "dataset_type:harvest", "sort": "name up"}, "sort", "neither asc nor desc"),
        ({"sort": "colour"}, "sort", "colour"),
        ({"rows": -1}, "rows", "greater than or equal to 0"),
        ({"rows": 1001}, "rows", "less than or equal to 1000"),
        ({"start": 10**30}, "start", "integer"),
        ({"start": 10**12}, "start", "less than or equal to"),
    ],
)
def test_a_search_that_isnt_understood_names_what(api: Api, values: dict[str, Any], field: str, said: str) -> None:
    status, error = api.refused("package_search", **values)

    assert status == 409
    assert said in error[field][0]
