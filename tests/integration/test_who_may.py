"""Who may call what: every action of the table by callers of every role, over HTTP, with tokens of our own.

Refusals tell nothing: not by their texts, and lists and counts are what they would be if what is hidden weren't there.
"""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.actions import table
from adapters.actions.parameters import parse
from adapters.actions.session import Session
from adapters.actions.table import ACTIONS, api_actions, authorise, find
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.web import api
from domain.access import Right
from domain.errors import NotAuthorized, ValidationError
from tests.conftest import new_database
from tests.support.rights_site import (
    ALLOWED,
    ROLES,
    SECRET,
    UNKNOWN,
    Site,
    check_callers,
    source_of,
    values,
    would_be_done,
)
from tests.support.web_server import Answer, WebServer, web_server

ORGANISATION, OTHER = "amt", "fremd"


@contextmanager
def public_site(postgres: EmbeddedPostgres, folder: Path) -> Iterator[Site]:
    """Persons of every role, and a public source."""
    with new_database(postgres, folder) as settings, closing(Parts(settings)) as parts:
        cli = Session(parts)
        tokens = callers(cli)
        public = source_of(cli, "offen", ORGANISATION)
        with web_server(settings, Parts(settings).callers) as server:
            yield Site(server, cli, tokens, {"public": public, "unknown": UNKNOWN})


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with public_site(postgres, tmp_path_factory.mktemp("rights")) as site:
        site.about["private"] = source_of(site.cli, f"{SECRET}-1", ORGANISATION, private=True)
        yield site


def callers(cli: Session) -> dict[str, str]:
    """Persons of every role; their tokens."""
    for name in (ORGANISATION, OTHER):
        cli.call("harvest_organization_create", name=name)
    tokens = {"anonymous": ""}
    for role in ROLES[:-1]:
        cli.call("harvest_person_create", name=role, sysadmin=role == "sysadmin")
        tokens[role] = cli.call("harvest_token_create", person=role, name="tests")["token"]
    for role in ("admin", "editor", "member"):
        cli.call("harvest_organization_member_create", id=ORGANISATION, username=role, role=role)
    cli.call("harvest_organization_member_create", id=OTHER, username="stranger", role="admin")
    return tokens


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals don't wait."""
    monkeypatch.setattr(table, "REFUSAL_STEP", 0.0005)


@pytest.fixture
def nothing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """An action that is allowed says so, in place of doing anything."""
    harmless = {name: replace(action, run=would_be_done) for name, action in api_actions().items()}
    monkeypatch.setattr(api, "api_actions", lambda: harmless)


# every action by every role


@pytest.mark.usefixtures("quick", "nothing_done")
@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_an_action_is_for_those_who_have_its_right_and_tells_others_nothing(site: Site, name: str) -> None:
    check_callers(site, find(name))


@pytest.mark.parametrize("right", Right)
def test_each_right_of_the_table_has_its_callers_here(right: Right) -> None:
    assert ALLOWED[right].keys() == {"private", "public", "unknown"}


IN_CKANEXT_HARVEST = {
    Right.ANYONE: ["harvest_source_list", "harvesters_info_show"],
    Right.READ: ["harvest_source_show", "harvest_source_show_status", "harvest_object_show"],
    Right.CREATE: ["harvest_source_create"],
    Right.EDIT: [
        *("harvest_source_update", "harvest_source_patch", "harvest_source_delete", "harvest_source_clear"),
        *("harvest_source_job_history_clear", "harvest_source_index_clear", "harvest_source_reindex", "harvest_log_list"),
        *(
            "harvest_job_create",
            "harvest_send_job_to_gather_queue",
            "harvest_job_show",
            "harvest_job_list",
            "harvest_job_report",
        ),
    ],
    Right.SYSADMIN: [
        *("harvest_sources_job_history_clear", "harvest_sources_reindex", "harvest_job_create_all", "harvest_job_abort"),
        *("harvest_abort_failed_jobs", "harvest_jobs_run", "harvest_object_create", "harvest_objects_import"),
        "harvest_get_notifications_recipients",
    ],
}
"""Who may call the actions of ckanext-harvest 1.6. Where it checks nothing (harvest_source_reindex, harvest_abort_failed_jobs,
private objects and sources in lists) we ask for what its page asks for."""


@pytest.mark.parametrize(("right", "name"), [(right, name) for right, names in IN_CKANEXT_HARVEST.items() for name in names])
def test_an_action_of_ckanext_harvest_asks_for_the_right_that_it_asks_for_there(right: Right, name: str) -> None:
    if name in ACTIONS:
        assert find(name).right is right


@pytest.mark.usefixtures("quick")
def test_defect_27_no_rule_is_an_action_and_no_action_is_a_rule(site: Site) -> None:
    """There the registries of both were one, so a function of one kind could be called as the other."""
    rule = site.server.post("harvest_sources_clear", {}, site.tokens["sysadmin"])
    lines = {
        role: site.server.post("harvest_log_list", {"id": site.about["public"].source}, site.tokens[role]).status
        for role in ROLES
    }

    assert rule.status in (400, 404)
    assert b"harvest_sources_clear" in rule.body
    assert lines == {role: 200 if role in ALLOWED[Right.EDIT]["public"] else 403 for role in ROLES}


# scopes


@pytest.mark.usefixtures("quick", "nothing_done")
def test_a_token_to_read_changes_nothing_whatever_its_person_may(site: Site) -> None:
    token = site.cli.call("harvest_token_create", person="sysadmin", name="reads", scope="read")["token"]
    by_status: dict[int, set[bool]] = {}
    for action in api_actions().values():
        answer = site.server.post(action.name, values(action, site.about["private"]), token)
        by_status.setdefault(answer.status, set()).add(action.reads)

    assert by_status == {409: {True}, 403: {False}}


# what outsiders see


def outsiders_calls() -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls of all reads that anybody may make: as they are, and with each switch on."""
    for name in sorted(ACTIONS):
        action = find(name)
        if not action.reads or action.local or action.right not in (Right.ANYONE, Right.PERSON) or name.endswith("_show"):
            continue
        yield name, values(action, UNKNOWN)
        for parameter, field in action.parameters.model_fields.items():
            if field.annotation is bool:
                yield name, {**values(action, UNKNOWN), field.alias or parameter: True}
    for more in SEARCHES:
        yield "package_search", more
    yield "package_list", {"type": "harvest"}
    yield "harvest_source_list", {"url": f"http://127.0.0.1/{SECRET}-1"}
    yield "harvest_source_list", {"owner_org": ORGANISATION}
    yield "harvest_source_list", {"sort": "title", "limit": 1}
    yield "harvest_source_list", {"limit": 1}


SEARCHES: list[dict[str, Any]] = [
    {"rows": 1},
    {"q": "record"},
    {"q": SECRET},
    {"rows": 0, "facet.field": ["tags", "organization", "harvest_source_id", "res_format"]},
    {"fq": "dataset_type:harvest", "facet.field": ["type", "frequency", "organization", "health"]},
    {"fq": "dataset_type:harvest", "q": SECRET},
    {"fq": f"name:{SECRET}-1"},
]


def seen_by_outsiders(server: WebServer, tokens: dict[str, str]) -> dict[str, Any]:
    """What a stranger and an anonymous visitor are answered."""
    return {
        f"{role}: {name} {json.dumps(given)}": plain(server.post(name, given, tokens[role]))
        for role in ("stranger", "anonymous")
        for name, given in outsiders_calls()
    }


def plain(answer: Answer) -> tuple[int, Any]:
    return answer.status, answer.json.get("result", answer.json.get("error"))


def test_lists_counts_and_facets_are_for_outsiders_as_if_the_private_source_werent_there(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    with public_site(postgres, tmp_path) as site:
        before = seen_by_outsiders(site.server, site.tokens)
        source_of(site.cli, f"{SECRET}-1", ORGANISATION, private=True)

        now = seen_by_outsiders(site.server, site.tokens)

    assert {call: answer for call, answer in now.items() if answer != before[call]} == {}
    assert not [call for call, answer in now.items() if SECRET in json.dumps(answer) and SECRET not in call]
    assert [call for call, (status, answer) in now.items() if status == 200 and answer], "nothing was seen at all"


@pytest.mark.parametrize("role", ["member", "editor", "admin", "sysadmin"])
def test_its_organisation_sees_a_private_source_in_lists_and_counts(site: Site, role: str) -> None:
    token = site.tokens[role]
    listed = json.dumps(site.server.result("harvest_source_list", token=token))
    shown = site.server.result("harvest_source_show", {"id": f"{SECRET}-1"}, token)

    assert f"{SECRET}-1" in listed
    assert shown["id"] == site.about["private"].source


@pytest.mark.parametrize("role", ["stranger", "anonymous"])
@pytest.mark.parametrize(
    ("name", "parameter"), [("package_show", "id"), ("package_search", "source_id"), ("harvest_source_list", "after")]
)
def test_what_is_hidden_is_answered_like_what_isnt_there(site: Site, role: str, name: str, parameter: str) -> None:
    private = site.about["private"]
    hidden = (private.package if name == "package_show" else private.source, f"{SECRET}-1")
    answers = {
        _without(site.server.post(name, {parameter: identity}, site.tokens[role]), identity)
        for identity in (*hidden, UNKNOWN.source, "no-such-thing")
    }

    assert len(answers) == 1, answers


def _without(answer: Answer, identity: str) -> tuple[int, str]:
    """Status and text of an answer, without what was asked for."""
    status, said = plain(answer)
    return status, json.dumps(said).replace(identity, "…")


def test_a_refusal_takes_as_long_for_what_is_hidden_as_for_what_isnt_there(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[float] = []
    clock = iter(
        [10.0, 10.004, 20.0, 20.031]
    )  # the beginning of a refusal, and when it is known: of a hidden source it takes longer
    time = SimpleNamespace(monotonic=lambda: next(clock), sleep=steps.append)
    monkeypatch.setattr(table, "time", time)
    session = Session(site.cli.parts, site.cli.parts.callers.caller({}))
    action = find("harvest_source_show")

    for identity in (UNKNOWN.source, f"{SECRET}-1"):
        with pytest.raises(NotAuthorized):
            authorise(session, action, parse(action.parameters, {"id": identity}))

    assert [round(0.004 + steps[0], 6), round(0.031 + steps[1], 6)] == [table.REFUSAL_STEP, 2 * table.REFUSAL_STEP]


# what isn't theirs


def test_lines_of_a_job_arent_shown_by_way_of_another_source(site: Site) -> None:
    editor = site.cli.call("harvest_token_create", person="stranger", name="log")["token"]
    site.cli.call("harvest_source_create", name="fremd-1", url="http://127.0.0.1/f", source_type="noop", owner_org=OTHER)

    own = site.server.post("harvest_log_list", {"source_id": "fremd-1"}, editor)
    by_way = [
        site.server.post("harvest_log_list", {"source_id": "fremd-1", "id": identity}, editor)
        for identity in (site.about["private"].job, UNKNOWN.job)
    ]

    assert own.status == 200
    assert [answer.status for answer in by_way] == [403, 403]
    assert by_way[0].json["error"] == by_way[1].json["error"]


@pytest.mark.parametrize("how", ["by its id", "by its address"])
def test_a_source_of_another_organisation_isnt_entered_again_in_ones_own(site: Site, how: str) -> None:
    name = f"{SECRET}-{'id' if how == 'by its id' else 'address'}"
    removed = site.cli.call(
        "harvest_source_create", name=name, url=f"http://127.0.0.1/{name}", source_type="noop", owner_org=ORGANISATION
    )
    site.cli.call("harvest_source_delete", id=name)
    again = {"name": f"{name}-again", "url": f"http://127.0.0.1/{name}", "source_type": "noop", "owner_org": OTHER}
    if how == "by its id":
        again["id"] = removed["id"]
    caller = site.cli.parts.callers.caller({"authorization": site.tokens["stranger"]})

    with pytest.raises(ValidationError) as refused:
        Session(site.cli.parts, caller).call("harvest_source_create", **again)

    assert refused.value.errors.keys() == {"id" if how == "by its id" else "url"}
    assert name not in refused.value.errors.get("id", "")
    assert site.cli.call("harvest_source_show", id=removed["id"])["owner_org"] == ORGANISATION


def test_the_id_of_another_organisations_source_isnt_told(site: Site) -> None:
    caller = site.cli.parts.callers.caller({"authorization": site.tokens["stranger"]})
    given = {"name": "mine", "url": "http://127.0.0.1/mine", "source_type": "noop", "owner_org": OTHER}

    with pytest.raises(ValidationError) as refused:
        Session(site.cli.parts, caller).call("harvest_source_create", id=site.about["private"].source, **given)

    assert refused.value.errors == {"id": f"The id {site.about['private'].source} is taken: leave it out"}
