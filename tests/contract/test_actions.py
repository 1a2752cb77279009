"""Actions, called as every caller calls them: by name, with plain values. Plain data comes back, or one of our errors."""

import importlib
import json
import pkgutil
from typing import Any
from uuid import uuid4

import pytest

import adapters.actions
from adapters.actions.session import Session
from adapters.actions.table import ACTIONS, Action, find
from adapters.bootstrap import Parts
from domain.access import ANONYMOUS, Caller, Right
from domain.errors import HarvestError, JobExists, NotAuthorized, NotFound, SourceInactive, ValidationError

UNKNOWN = "a0a0a0a0-0000-4000-8000-00000000dead"


@pytest.fixture
def session(parts: Parts) -> Session:
    return Session(parts)


@pytest.fixture
def source(session: Session) -> dict[str, Any]:
    created: dict[str, Any] = session.call("harvest_source_create", **fields("one"))
    return created


def fields(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "url": f"http://127.0.0.1/{name}", "source_type": "noop", **more}


# the table


def test_the_table_lists_every_action_and_nothing_else() -> None:
    defined: dict[str, str] = {}
    for module in pkgutil.iter_modules(adapters.actions.__path__):
        members = vars(importlib.import_module(f"adapters.actions.{module.name}")).values()
        defined |= {member.name: module.name for member in members if isinstance(member, Action)}

    assert set(ACTIONS) == set(defined)
    for name in ACTIONS:
        assert find(name).name == name


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_says_what_it_does_and_what_it_needs_to_know_who_may(name: str) -> None:
    action = find(name)

    assert action.summary.endswith((".", "masked", "again."))
    assert (action.subject is not None) == (action.right in (Right.READ, Right.CREATE, Right.EDIT, Right.ADMIN))


def test_an_unknown_action_is_named_with_the_nearest_one(session: Session) -> None:
    with pytest.raises(NotFound, match=r"harvest_job_lists \(did you mean harvest_job_list\?\)"):
        session.call("harvest_job_lists")


@pytest.mark.parametrize("name", ACTIONS)
def test_an_unknown_parameter_is_named_before_anything_is_done(session: Session, name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        session.call(name, no_such_parameter=1)

    assert "no_such_parameter" in refused.value.errors


def test_an_unknown_parameter_is_named_with_the_nearest_one(session: Session) -> None:
    with pytest.raises(ValidationError) as refused:
        session.call("harvest_job_list", statsu="New")

    assert "did you mean status?" in refused.value.errors["statsu"]


@pytest.mark.parametrize("value", ["a\0b", "half \ud83d of one", {"deep": {"er": "\0"}}, ["\udc00"]])
@pytest.mark.parametrize("name", ["harvest_source_create", "harvest_job_list", "package_search"])
def test_text_that_cant_be_stored_is_a_validation_error(session: Session, name: str, value: Any) -> None:
    field = {"harvest_source_create": "title", "harvest_job_list": "source_id", "package_search": "q"}[name]

    with pytest.raises(ValidationError) as refused:
        session.call(name, **{field: value})

    assert field in refused.value.errors


# bad values, by field


@pytest.mark.parametrize(
    ("name", "values", "errors"),
    [
        ("harvest_source_create", {}, {"name": "Missing value", "url": "Missing value", "source_type": "Missing value"}),
        ("harvest_source_create", fields("O"), {"name": "Must be 2 to 100"}),
        ("harvest_source_create", fields("one", source_type="noob"), {"source_type": "did you mean noop?"}),
        ("harvest_source_create", fields("one", frequency="HOURLY"), {"frequency": "not recognised"}),
        ("harvest_source_create", fields("one", private="perhaps"), {"private": "Must be true or false"}),
        ("harvest_source_create", fields("one", id="x"), {"id": "Must be a UUID"}),
        ("harvest_source_create", fields("one", extras=3), {"extras": "Must be a dictionary"}),
        ("harvest_source_create", fields("one", title=3), {"title": "Must be text"}),
        ("harvest_source_show", {}, {"id": "Missing value"}),
        ("harvest_source_show", {"id": " "}, {"id": "Missing value"}),
        ("harvest_job_create", {}, {"source_id": "Missing value"}),
        ("harvest_job_list", {"limit": 0}, {"limit": "greater than or equal to 1"}),
        ("harvest_job_list", {"limit": -1, "offset": "x"}, {"limit": "greater than or equal to 1", "offset": "an integer"}),
        ("harvest_job_list", {"status": "Runing"}, {"status": "did you mean Running?"}),
    ],
)
def test_wrong_values_are_named_by_field(session: Session, name: str, values: dict[str, Any], errors: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        session.call(name, **values)

    assert refused.value.errors.keys() == errors.keys()
    for field, said in errors.items():
        assert said in refused.value.errors[field]
    assert session.call("harvest_source_list")["count"] == 0


BY_REFERENCE: list[tuple[str, str]] = [
    *(("harvest_source_show", "id"), ("harvest_source_patch", "id"), ("harvest_source_update", "id")),
    *(("harvest_job_create", "source_id"), ("harvest_job_list", "source_id"), ("harvest_job_show", "id")),
    *(("harvest_job_report", "id"), ("harvest_job_abort", "id"), ("harvest_job_wait", "id"), ("harvest_source_test", "id")),
    *(("package_show", "id"), ("package_search", "source_id")),
]


@pytest.mark.parametrize("reference", ["nowhere", UNKNOWN])
@pytest.mark.parametrize(("name", "field"), BY_REFERENCE)
def test_what_isnt_there_is_not_found(session: Session, name: str, field: str, reference: str) -> None:
    with pytest.raises(NotFound, match=reference):
        session.call(name, **{field: reference})


# sources


def test_a_source_is_found_by_id_and_by_name(session: Session, source: dict[str, Any]) -> None:
    assert session.call("harvest_source_show", id="one") == session.call("harvest_source_show", id=source["id"]) == source
    assert json.loads(json.dumps(source, default=str))["name"] == "one"


def test_a_patch_changes_what_is_given_and_an_update_replaces_everything(session: Session) -> None:
    session.call("harvest_source_create", **fields("one", title="First", notes="about", frequency="daily"))

    patched = session.call("harvest_source_patch", id="one", title="Second")
    updated = session.call("harvest_source_update", id="one", **fields("two"))

    assert (patched["title"], patched["notes"], patched["frequency"]) == ("Second", "about", "DAILY")
    assert (updated["name"], updated["title"], updated["notes"], updated["frequency"]) == ("two", "two", "", "MANUAL")


def test_a_config_may_be_given_as_an_object(session: Session) -> None:
    created = session.call("harvest_source_create", **fields("one", config={"records": 3}))

    assert json.loads(created["config"]) == {"records": 3}


def test_secrets_of_a_source_are_never_shown_and_survive_being_sent_back(session: Session, parts: Parts) -> None:
    config = {"api_key": "geheim-1", "headers": {"X-Auth": "geheim-2"}, "records": 3}
    url = "http://me:geheim-3@127.0.0.1/one?token=geheim-4"

    created = session.call("harvest_source_create", **fields("one", config=config) | {"url": url})
    everything = [created, session.call("harvest_source_show", id="one"), session.call("harvest_source_list")]
    session.call("harvest_source_patch", id="one", title="New", config=created["config"], url=created["url"])

    assert "geheim" not in json.dumps(everything, default=str)
    stored = parts.application.find_source("one").fields
    opened = parts.application.sealing.opened(stored)
    assert "geheim" not in stored.config + stored.url
    assert (json.loads(opened.config), opened.url, opened.title) == (config, url, "New")


def test_sources_are_listed_page_by_page(session: Session) -> None:
    for name in ("one", "two", "three"):
        session.call("harvest_source_create", **fields(name, active=name != "two"))

    everything = session.call("harvest_source_list")
    page = session.call("harvest_source_list", limit=1, offset=1)
    active = session.call("harvest_source_list", only_active=True)

    assert (everything["count"], [row["name"] for row in everything["sources"]]) == (3, ["three", "two", "one"])
    assert (page["count"], [row["name"] for row in page["sources"]]) == (3, ["two"])
    assert [row["name"] for row in active["sources"]] == ["three", "one"]


def test_installed_harvesters_describe_themselves(session: Session) -> None:
    names = {info["name"] for info in session.call("harvesters_info_show")}

    assert {"ckan", "noop"} <= names


# jobs


def test_a_job_goes_through_its_life_by_id_and_by_source(session: Session, source: dict[str, Any]) -> None:
    job = session.call("harvest_job_create", source_id="one")

    with pytest.raises(JobExists, match=job["id"]):
        session.call("harvest_job_create", source_id=source["id"])
    assert session.call("harvest_job_show", id=job["id"]) == session.call("harvest_job_show", id="one") == job
    assert (job["status"], job["stats"]) == (
        "New",
        {"added": 0, "updated": 0, "not modified": 0, "errored": 0, "deleted": 0},
    )
    assert session.call("harvest_job_list", status="new", source_id="one")["jobs"] == [job]
    aborted = session.call("harvest_job_abort", source_id="one")
    assert (aborted["id"], aborted["status"]) == (job["id"], "Aborted")
    assert session.call("harvest_job_abort", id=job["id"]) == aborted
    assert session.call("harvest_job_list", status="New")["count"] == 0


def test_an_inactive_source_gets_no_job(session: Session) -> None:
    session.call("harvest_source_create", **fields("asleep", active=False))

    with pytest.raises(SourceInactive, match="asleep"):
        session.call("harvest_job_create", source_id="asleep")


def test_a_source_is_tested_in_this_process_and_reported(session: Session) -> None:
    config = {"records": 5, "poison": ["record-1"]}
    session.call("harvest_source_create", **fields("bad", config=config) | {"source_type": "raising"})
    told: list[Any] = []
    session.tell = told.append

    job = session.call("harvest_source_test", id="bad")
    report = session.call("harvest_job_report", id="bad")

    assert (job["outcome"], job["stats"]["added"], job["stats"]["errored"]) == ("finished", 4, 1)
    assert told[-1] == {"done": 5, "objects": 5}
    assert (report["job"]["id"], report["gather_errors"]) == (job["id"], [])
    assert [error["guid"] for error in report["object_errors"]] == ["record-1"]
    assert session.call("harvest_job_wait", id=job["id"]) == job


# who may


EDITOR = Caller("ed", roles={"org": "editor"})
MEMBER = Caller("mem", roles={"org": "member"})
STRANGER = Caller("str", roles={"other": "admin"})


@pytest.mark.parametrize(
    ("caller", "name", "values", "allowed"),
    [
        (EDITOR, "harvest_job_create", {"source_id": "hidden"}, True),
        (MEMBER, "harvest_job_create", {"source_id": "hidden"}, False),
        (STRANGER, "harvest_job_create", {"source_id": "hidden"}, False),
        (ANONYMOUS, "harvest_job_create", {"source_id": "hidden"}, False),
        (EDITOR, "harvest_source_patch", {"id": "hidden", "title": "x"}, True),
        (MEMBER, "harvest_source_patch", {"id": "hidden", "title": "x"}, False),
        (MEMBER, "harvest_source_show", {"id": "hidden"}, True),
        (STRANGER, "harvest_source_show", {"id": "hidden"}, False),
        (ANONYMOUS, "harvest_source_show", {"id": "hidden"}, False),
        (ANONYMOUS, "harvest_source_show", {"id": "public"}, True),
        (ANONYMOUS, "harvesters_info_show", {}, True),
        (EDITOR, "harvest_source_create", fields("new", owner_org="org"), True),
        (EDITOR, "harvest_source_create", fields("new", owner_org="other"), False),
        (EDITOR, "harvest_source_create", fields("new"), False),
        (EDITOR, "harvest_job_list", {}, False),
        (EDITOR, "harvest_job_list", {"source_id": "hidden"}, True),
        (EDITOR, "harvest_status_show", {}, False),
        (EDITOR, "harvest_projection_rebuild", {}, False),
    ],
)
def test_an_action_is_done_or_refused_by_the_callers_role(
    session: Session, parts: Parts, caller: Caller, name: str, values: dict[str, Any], allowed: bool
) -> None:
    session.call("harvest_source_create", **fields("hidden", owner_org="org", private=True))
    session.call("harvest_source_create", **fields("public", owner_org="org"))
    theirs = Session(parts, caller)

    if allowed:
        assert theirs.call(name, **values)
    else:
        with pytest.raises(NotAuthorized):
            theirs.call(name, **values)


def test_an_editor_cant_give_a_source_to_another_organisation(session: Session, parts: Parts) -> None:
    session.call("harvest_source_create", **fields("one", owner_org="org"))

    with pytest.raises(ValidationError) as refused:
        Session(parts, EDITOR).call("harvest_source_patch", id="one", owner_org="other")

    assert refused.value.errors.keys() == {"owner_org"}


@pytest.mark.parametrize(("name", "field"), BY_REFERENCE[:-2])
def test_a_stranger_learns_nothing_about_what_is_there(session: Session, parts: Parts, name: str, field: str) -> None:
    session.call("harvest_source_create", **fields("hidden", owner_org="org", private=True))
    session.call("harvest_job_create", source_id="hidden")

    theirs = Session(parts, STRANGER)
    said = {_refusal(theirs, name, {field: reference}) for reference in ("hidden", str(uuid4()))}

    assert said == {f"User str is not authorized to call {name}"}


def _refusal(session: Session, name: str, values: dict[str, Any]) -> str:
    try:
        return f"answered {session.call(name, **values)}"
    except HarvestError as error:
        return str(error)


# the database


def test_projections_and_status_are_told_as_plain_data(session: Session) -> None:
    projections = session.call("harvest_projection_list")["projections"]
    status = session.call("harvest_status_show")

    assert {row["name"] for row in projections} == {"work", "read_model"}
    assert status["coordinator"] is False
    assert status["problems"]
    assert json.dumps([projections, status], default=str)
