"""Harvested documents over HTTP: as they were received, and never run by a browser."""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from adapters.bootstrap import Parts
from adapters.embedded import EmbeddedPostgres
from domain.access import Caller
from domain.objects import GatheredRecord
from domain.sources import SourceFields
from tests.conftest import new_database
from tests.support.web_server import Answer, Tokens, WebServer, web_server

HTML = b"<!DOCTYPE html><script>alert(1)</script>"
LARGE = b"0123456789" * 250_000  # 2.5 MB: three parts
DOCUMENTS = {
    "json": b'{"title": "B\xc3\xa4ume"}',
    "html": HTML,
    "svg": b"<svg onload='x()'/>",
    "large": LARGE,
    "bytes": b"\x00\x01",
}


@dataclass
class Site:
    """A server, and the objects of its sources by the name of the document."""

    server: WebServer
    parts: Parts
    public: dict[str, str] = field(default_factory=dict)
    private: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, **headers: str) -> Answer:
        return self.server.request(f"/harvest/object/{self.public[name]}", None, "", **headers)


def gathered(parts: Parts, name: str, *, private: bool) -> dict[str, str]:
    parts.content.put({sha256(body).hexdigest(): body for body in DOCUMENTS.values()})
    fields = SourceFields(name, f"http://127.0.0.1/{name}", "noop", owner_org="org", private=private)
    source = parts.application.register_source(fields, by="test")
    job = parts.application.start_gather(parts.application.create_job(source, by="test"), "test")
    records = [GatheredRecord(guid, content_hash=sha256(body).hexdigest()) for guid, body in DOCUMENTS.items()]
    records.append(
        GatheredRecord("csv", content_hash=records[0].content_hash, extras={"content_type": "text/csv; charset=latin-1"})
    )
    records.append(GatheredRecord("none"))
    parts.application.record_page(job, records, 0)
    parts.read_model_projector().catch_up()
    rows = parts.database.query("SELECT guid, id FROM harvest.object WHERE harvest_source_id = %(id)s", id=str(source))
    return dict(rows)


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    callers = Tokens({"member": Caller("mem", roles={"org": "member"}), "stranger": Caller("str", roles={"other": "admin"})})
    with new_database(postgres, tmp_path_factory.mktemp("content")) as settings, web_server(settings, callers) as server:
        parts = Parts(settings, "test")
        public, private = gathered(parts, "public", private=False), gathered(parts, "private", private=True)
        yield Site(server, parts, public, private)
        parts.close()


def test_a_document_comes_with_its_own_type_its_hash_and_its_time(site: Site) -> None:
    answer = site.get("json")

    assert (answer.status, answer.body) == (200, DOCUMENTS["json"])
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["etag"] == f'"{sha256(DOCUMENTS["json"]).hexdigest()}"'
    assert answer.headers["last-modified"].endswith(" GMT")
    assert answer.headers["content-length"] == str(len(DOCUMENTS["json"]))


def test_what_the_remote_declared_is_the_type(site: Site) -> None:
    assert site.get("csv").headers["content-type"] == "text/csv; charset=latin-1"


@pytest.mark.parametrize("name", ["html", "svg", "bytes", "json"])
def test_no_document_is_run_by_a_browser(site: Site, name: str) -> None:
    answer = site.get(name)

    assert answer.body == DOCUMENTS[name]
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("inline" if name == "json" else "attachment")


def test_a_large_document_comes_whole_and_in_parts(site: Site) -> None:
    answer = site.get("large")

    assert answer.headers["content-length"] == str(len(LARGE))
    assert sha256(answer.body).digest() == sha256(LARGE).digest()


def test_a_client_that_has_the_document_gets_304_without_it(site: Site) -> None:
    first = site.get("json")
    tag, modified = first.headers["etag"], first.headers["last-modified"]

    for headers in (
        {"If_None_Match": tag},
        {"If_None_Match": f'"x", W/{tag}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": modified},
    ):
        again = site.get("json", **headers)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag), headers
    for headers in (
        {"If_None_Match": '"x"', "If_Modified_Since": modified},
        {"If_Modified_Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If_Modified_Since": "nonsense"},
    ):
        assert site.get("json", **headers).status == 200, headers
        assert site.get("json", **headers).body == DOCUMENTS["json"], headers


def test_head_tells_all_but_the_document(site: Site) -> None:
    address = site.server.url.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("HEAD", f"/harvest/object/{site.public['large']}")
    answer = connection.getresponse()

    assert (answer.status, answer.read()) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(LARGE))
    connection.close()


def test_a_dataset_leads_to_the_document_of_its_current_object(site: Site) -> None:
    application = site.parts.application
    harvested = application.load_objects([UUID(site.public["json"])])[UUID(site.public["json"])]
    harvested.import_as("added", "package-1")
    application.record_objects([harvested])
    site.parts.work_projector().catch_up()

    by_dataset = site.server.request("/dataset/harvest_object/package-1")
    by_object = site.server.request(f"/dataset/harvest_object/{site.public['json']}")

    assert (by_dataset.status, by_dataset.body) == (200, DOCUMENTS["json"])
    assert (by_object.status, by_object.body) == (200, DOCUMENTS["json"])


@pytest.mark.parametrize("token", ["", "stranger"])
def test_whoever_may_not_see_a_document_gets_the_answer_for_one_that_isnt_there(site: Site, token: str) -> None:
    answers = [
        site.server.request(f"{path}/{identity}", token=token)
        for path in ("/harvest/object", "/dataset/harvest_object")
        for identity in (site.private["json"], str(uuid4()), "nonsense")
    ]

    assert {answer.status for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1
    assert site.server.request(f"/harvest/object/{site.private['json']}", token="member").body == DOCUMENTS["json"]


def test_an_object_without_a_document_is_not_found(site: Site) -> None:
    assert site.get("none").status == 404


def test_a_token_that_is_none_is_refused_although_the_document_is_public(site: Site) -> None:
    assert site.server.request(f"/harvest/object/{site.public['json']}", token="no-such-token").status == 403
