"""The local catalogue as a portal: search, a page for each dataset, and its description in three forms for machines."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import RDF

from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.settings import Settings
from harvesters import Owner
from tests.conftest import new_database
from tests.support.visitor import Visitor, text
from tests.support.web_server import web_server

DCAT, DCTERMS = Namespace("http://www.w3.org/ns/dcat#"), Namespace("http://purl.org/dc/terms/")
HOSTILE = "<script>alert(1)</script>"
TREES: dict[str, Any] = {
    "name": "trees",
    "title": "Trees of Lindenau",
    "notes": "Where trees stand.\nCounted each year.",
    "license_id": "cc-by",
    "license_title": "Creative Commons Attribution",
    "license_url": "https://creativecommons.org/licenses/by/4.0/",
    "metadata_modified": "2026-03-01T10:00:00",
    "author": "City of Lindenau",
    "maintainer_email": "trees@example.org",
    "tags": [{"name": "nature"}, {"name": "city"}],
    "resources": [
        {"name": "List", "url": "https://example.org/a b<c>.csv", "format": "CSV", "mimetype": "text/csv", "size": "2048"},
        {"name": "Service", "url": "javascript:alert(1)", "format": "WMS"},
    ],
    "extras": [{"key": "spatial-text", "value": "Lindenau"}],
}
HOSTILE_PACKAGE: dict[str, Any] = {
    "name": "hostile",
    "title": HOSTILE + "\u202e",
    "notes": "x" * 3000 + HOSTILE + "\u0007",
    "tags": [{"name": HOSTILE}],
    "license_title": HOSTILE,
    "license_url": "javascript:alert(1)",
    "url": "data:text/html,x",
    "author": ["not", "a text"],
    "maintainer": HOSTILE,
    "maintainer_email": "a b@example.org",
    "resources": [{"url": 'https://example.org/"><script>', "size": "much", "format": ["CSV"], "last_modified": "yesterday"}],
    "extras": [{"key": HOSTILE, "value": HOSTILE}, {"key": "empty", "value": ""}],
    "metadata_modified": "2026-02-01T10:00:00",
}


@dataclass(frozen=True)
class Portal:
    """A server whose catalogue holds these packages."""

    url: str
    settings: Settings

    def get(self, path: str, **query: Any) -> Any:
        return Visitor(self.url).get(path, **query)


@pytest.fixture(scope="module")
def portal(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with new_database(postgres, tmp_path_factory.mktemp("portal")) as settings:
        parts = Parts(settings)
        cli = Session(parts)
        common = {"url": "http://127.0.0.1/portal", "source_type": "noop", "config": {"records": 1}}
        source = cli.call("harvest_source_create", name="portal", title="The city's portal", **common)
        for package in (TREES, HOSTILE_PACKAGE, {**TREES, "name": "hidden", "title": "Hidden", "private": True}):
            owner = Owner(source["id"], source["title"], package["name"], str(uuid4()), "")
            parts.catalogue.save({**package, "id": str(uuid4())}, owner)
        with web_server(settings, Parts(settings).callers) as server:
            yield Portal(server.url, settings)


def test_datasets_are_listed_searched_and_narrowed_down(portal: Portal) -> None:
    everything, by_word = text(portal.get("/dataset")), text(portal.get("/dataset", q="trees"))
    by_facet, nothing = text(portal.get("/dataset", res_format="CSV")), portal.get("/dataset", tags='no"thing\\')

    assert "2 datasets" in everything
    assert "Hidden" not in everything
    assert "1 dataset " in by_word
    assert "Trees of Lindenau" in by_word
    assert "Format: CSV" in by_facet
    assert nothing.status_code == 200
    assert "Nothing found" in text(nothing)


@pytest.mark.parametrize("query", [{"start": "-1"}, {"start": "9" * 30}, {"sort": "x; --"}, {"q": "\x00"}, {"tags": "\x00"}])
def test_a_strange_address_shows_the_list_or_says_what_is_wrong(portal: Portal, query: dict[str, str]) -> None:
    assert portal.get("/dataset", **query).status_code in (200, 409)


def test_a_dataset_shows_what_is_known_of_it(portal: Portal) -> None:
    page = portal.get("/dataset/trees")

    shown = text(page)
    for expected in (
        "Where trees stand.",
        "Creative Commons Attribution",
        "City of Lindenau",
        "trees@example.org",
        "2 kB",
        "CSV",
    ):
        assert expected in shown
    assert "The city's portal" in shown
    assert 'href="/harvest/portal"' in page.text
    assert page.text.count('rel="alternate"') == 3
    assert page.headers["Cache-Control"] == "public, max-age=60"


def test_a_page_of_somebody_who_signed_in_is_not_kept(portal: Portal) -> None:
    page = Visitor(portal.url, Cookie="harvestlog=hs_other").get("/dataset/trees")

    assert page.headers["Cache-Control"] == "no-store"


def test_texts_and_addresses_of_remotes_are_only_ever_text(portal: Portal) -> None:
    page = portal.get("/dataset/hostile")

    assert page.status_code == 200
    for forbidden in ("<script>alert", 'href="javascript:', 'href="data:', "\u0007"):
        assert forbidden not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "javascript:alert" not in [urlsplit(link).scheme for link in page.text.split('href="')]


@pytest.mark.parametrize("name", ["trees", "hostile"])
@pytest.mark.parametrize(("suffix", "form"), [(".ttl", "turtle"), (".rdf", "xml")])
def test_a_dataset_is_described_in_dcat(portal: Portal, name: str, suffix: str, form: str) -> None:
    answer = portal.get(f"/dataset/{name}{suffix}")

    graph = Graph().parse(data=answer.content, format=form)
    this = URIRef(f"{portal.url}/dataset/{name}")
    assert (this, RDF.type, DCAT.Dataset) in graph
    assert str(graph.value(this, DCTERMS["title"])).startswith("Trees" if name == "trees" else HOSTILE)
    (distribution,) = graph.objects(this, DCAT.distribution)  # an address that isn't of the web is left out
    address = str(graph.value(distribution, DCAT.accessURL))
    assert address == ("https://example.org/a%20b%3Cc%3E.csv" if name == "trees" else "https://example.org/%22%3E%3Cscript%3E")


def test_a_dataset_is_described_in_schema_org(portal: Portal) -> None:
    answer = portal.get("/dataset/trees.jsonld")

    described = json.loads(answer.content)
    assert answer.headers["Content-Type"].startswith("application/ld+json")
    assert described["@type"] == "Dataset"
    assert described["license"] == TREES["license_url"]
    assert described["dateModified"] == "2026-03-01T10:00:00Z"
    assert described["keywords"] == ["nature", "city"]
    (download,) = described["distribution"]
    assert (download["contentUrl"], download["contentSize"]) == ("https://example.org/a%20b%3Cc%3E.csv", "2048 B")


@pytest.mark.parametrize("name", ["nothing", "hidden", "portal", "trees.xml", "x" * 500, "%00", ".ttl", "hidden.ttl"])
def test_what_is_not_there_or_hidden_is_not_found(portal: Portal, name: str) -> None:
    assert portal.get(f"/dataset/{name}").status_code == 404
    assert "Hidden" not in portal.get(f"/dataset/{name}").text


def test_a_site_with_a_ckan_leads_to_its_pages(portal: Portal) -> None:
    settings = replace(portal.settings, ckan_url="https://data.example.org/")
    with web_server(settings, Parts(portal.settings).callers) as server:
        answer = Visitor(server.url).session.get(f"{server.url}/dataset/trees", allow_redirects=False, timeout=30)

    assert (answer.status_code, answer.headers["Location"]) == (302, "https://data.example.org/dataset/trees")
