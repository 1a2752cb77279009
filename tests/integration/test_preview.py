"""What a harvest would import is shown before anything is stored, also of a source that isn't entered yet."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from adapters.actions import previewing
from adapters.actions.session import Session
from adapters.bootstrap import Parts
from domain.access import Caller
from domain.errors import NotAuthorized, Refused, ValidationError
from tests.support.served import json_site

EVENTS = "SELECT (SELECT count(*) FROM events.stored_event) + (SELECT count(*) FROM catalogue.package)"
DATASETS = [
    {
        "id": f"00000000-0000-4000-8000-00000000000{number}",
        "name": f"trees-{number}",
        "title": {"de": f"Bäume {number}", "en": f"Trees {number}"},
        "state": "active",
        "version": 7,
        "author_email": "no address",
        "extras": [{"key": "theme", "value": "Umwelt"}],
        "tags": [{"name": "oak"}],
        "resources": [{"url": "http://a/b", "hash": "x"}],
    }
    for number in range(6)
]
RULES = [
    {"rule": "rename", "field": "extras.theme", "to": "theme"},
    {"rule": "values", "field": "theme", "values": {"Umwelt": "envi"}},
    {"rule": "drop", "of": "resource", "field": "hash"},
    {"rule": "constant", "field": "license_id", "value": "cc-by", "when": "missing"},
]


@pytest.fixture
def remote() -> Iterator[str]:
    def search(path: str, query: Mapping[str, str]) -> Any:
        start, rows = int(query.get("start", 0)), int(query.get("rows", 10))
        return {"success": True, "result": {"count": len(DATASETS), "results": DATASETS[start : start + rows]}}

    with json_site(search) as site:
        yield site.url


@pytest.fixture
def session(emptied: Parts) -> Iterator[Session]:
    with closing(Parts(replace(emptied.settings, http_allow="loopback"), "test")) as parts:
        yield Session(parts)


def preview(session: Session, **given: Any) -> dict[str, Any]:
    before = session.parts.database.query(EVENTS)
    answer: dict[str, Any] = session.call("harvest_source_preview", **given)
    assert session.parts.database.query(EVENTS) == before
    return answer


def fields(record: dict[str, Any]) -> dict[str, tuple[Any, Any, Any]]:
    """What changes, by field: as harvested, after the rules, as stored."""
    return {
        field["field"]: (field["before"], field["mapped"], field["after"]) for field in record["fields"] if field["changed"]
    }


def test_a_source_that_is_not_entered_yet_is_shown_field_by_field(session: Session, remote: str) -> None:
    config = {"mapping": RULES, "languages": ["en"], "api_key": "hidden"}

    answer = preview(session, url=remote, source_type="ckan", config=config, limit=2)

    assert (answer["records_expected"], answer["gather_errors"]) == (6, [])
    assert [record["guid"] for record in answer["records"]] == [dataset["id"] for dataset in DATASETS[:2]]
    first = answer["records"][0]
    assert (first["title"], first["imported"], first["errors"]) == ("Trees 0", True, [])
    assert fields(first) == {
        "title": (DATASETS[0]["title"], DATASETS[0]["title"], "Trees 0"),
        "version": (7, 7, "7"),
        "author_email": ("no address", "no address", None),
        "extras.theme": ("Umwelt", None, None),
        "theme": (None, "envi", "envi"),
        "license_id": (None, "cc-by", "cc-by"),
        "resources.0.hash": ("x", None, None),
    }
    assert any(message.startswith("author_email: no e-mail address") for message in first["warnings"])
    assert "hidden" not in json.dumps(answer)


def test_a_source_is_shown_as_it_is_and_with_other_rules(session: Session, remote: str) -> None:
    config = json.dumps({"mapping": RULES[:1]})
    session.call("harvest_source_create", name="trees", url=remote, source_type="ckan", config=config)

    as_it_is = preview(session, id="trees", limit=1)["records"][0]
    changed = preview(session, id="trees", limit=1, config={"mapping": RULES[:2]})["records"][0]

    assert (fields(as_it_is)["theme"], fields(changed)["theme"]) == ((None, "Umwelt", "Umwelt"), (None, "envi", "envi"))


def test_records_that_would_not_be_imported_say_why(session: Session, remote: str) -> None:
    config = {"mapping": [{"rule": "template", "field": "notes", "text": "{title}" * 1200}] * 60, "on_invalid_field": "fail"}

    answer = preview(session, url=remote, source_type="ckan", config=config, limit=1)

    record = answer["records"][0]
    assert (record["imported"], len(record["errors"])) == (False, 1)
    assert record["errors"][0].startswith(("mapping, rule ", "author_email: "))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"config": {"mapping": [{"rule": "drop"}]}}, r"mapping, rule 1 \(drop\): field must be given"),
        ({"source_type": "ckn"}, r"Unknown harvester type: ckn \(did you mean ckan\?\)"),
        ({"url": "ftp://trees"}, "url"),
        ({"limit": 21}, "limit"),
    ],
)
def test_what_is_wrong_with_the_source_is_said_by_field(session: Session, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        preview(session, **{"url": "http://127.0.0.1/", "source_type": "ckan", **given})


def test_an_inner_address_is_refused_and_nothing_is_said_of_it(session: Session) -> None:
    settings = replace(session.parts.settings, http_allow="none")
    with json_site(lambda path, query: {"secret": "of the inner network"}) as inner, closing(Parts(settings, "test")) as parts:
        closed = Session(parts)

        answer = preview(closed, url=inner.url, source_type="ckan")
        dead = preview(closed, url="http://127.0.0.1:9/", source_type="ckan")

    assert (answer["records"], inner.seen) == ([], [])
    assert "HARVEST_HTTP_ALLOW" in answer["gather_errors"][0]
    assert answer["gather_errors"][0].replace(inner.url.rstrip("/"), "X") == dead["gather_errors"][0].replace(
        "http://127.0.0.1:9", "X"
    )


@pytest.mark.parametrize(("organisation", "allowed"), [("parks", True), ("roads", False), ("", False)])
def test_whoever_may_create_a_source_of_the_organisation_may_look(
    session: Session, remote: str, organisation: str, allowed: bool
) -> None:
    theirs = Session(session.parts, Caller("eva", roles={"parks": "editor", "roads": "member"}))
    given = {"url": remote, "source_type": "ckan", "owner_org": organisation, "limit": 1}

    if allowed:
        assert len(preview(theirs, **given)["records"]) == 1
    else:
        with pytest.raises(NotAuthorized):
            preview(theirs, **given)


def test_a_stored_source_is_its_organisations_and_goes_to_no_other(session: Session, remote: str) -> None:
    session.call("harvest_source_create", name="roads", url=remote, source_type="ckan", owner_org="roads")
    session.call("harvest_source_create", name="parks", url=f"{remote}/parks", source_type="ckan", owner_org="parks")
    theirs = Session(session.parts, Caller("eva", roles={"parks": "editor"}))

    with pytest.raises(NotAuthorized):
        preview(theirs, id="roads", owner_org="parks")
    with pytest.raises(ValidationError, match="cannot add a harvest source to this organization"):
        preview(theirs, id="parks", owner_org="roads")


def test_a_stored_secret_goes_to_no_other_server(session: Session, remote: str) -> None:
    with json_site(lambda path, query: None) as other:
        source = {"name": "trees", "url": remote, "source_type": "ckan", "config": {"api_key": "hidden"}}
        session.call("harvest_source_create", **source)

        for config in ({}, {"config": {"api_key": "***"}}):
            with pytest.raises(ValidationError, match="another server's"):
                preview(session, id="trees", url=other.url, **config)
        assert other.seen == []
        assert preview(session, id="trees", limit=1, config={"api_key": "***"})["gather_errors"] == []


def test_a_remote_that_fails_is_said_as_a_harvest_says_it(session: Session) -> None:
    with json_site(lambda path, query: None) as broken:
        answer = preview(session, url=broken.url, source_type="ckan")

    assert (answer["records"], len(answer["gather_errors"])) == ([], 1)


def test_not_more_than_two_run_at_a_time(session: Session, remote: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = threading.BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(previewing, "AT_A_TIME", taken)

    with pytest.raises(Refused, match="try again"):
        preview(session, url=remote, source_type="ckan")
