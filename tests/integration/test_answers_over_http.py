"""Over HTTP an action tells all that it tells the command line and the pages, and openapi.json says where it stands."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints
from urllib.parse import urlencode

import jsonschema_rs
import pytest

from adapters.actions.forms import FORMS, around, in_form
from adapters.actions.given import given
from adapters.actions.session import Session
from adapters.actions.table import Action, allowed, api_actions
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.postgres.read_model.queries import Row
from adapters.web.openapi import AROUND, description
from domain.errors import HarvestError
from tests.conftest import new_database
from tests.support.rights_site import About, source_of, values
from tests.support.web_server import SYSADMIN, WebServer, web_server

OTHER_SHAPES = {
    "harvest_abort_failed_jobs": "a sentence",
    "harvest_objects_import": "the number of jobs",
    "harvest_source_clear": "the ids of source and job",
    "harvest_source_delete": "null",
    "harvest_source_reindex": "true",
    "harvest_sources_reindex": "true",
}
"""What ckanext-harvest answers in place of an object or a list: nothing can stand in there or next to it."""
RENAMED = {
    "notes": "description",
    "user_id": "creator_user_id",
    "jobs": "job_count",
    "datasets": "total_datasets",
    "errored": "stats",
    "stage": "type",
    "object_errors": "errors",
    "traceback": "message",
    **dict.fromkeys(
        ("last_job_created", "last_job_finished", "last_job_id", "last_job_outcome", "last_job_status", "not_modified"),
        "status",
    ),
}
"""Names that have another one in ckanext-harvest's form, or stand in a part of it."""


NOT_COUNTED = {"harvest_job_list": {"count"}}
"""What the server doesn't look up, since it costs a statement for each call."""


REFUSED = {
    *("harvest_breaker_reset", "harvest_bulk_run", "harvest_bulk_show", "harvest_job_abort", "harvest_job_approve_deletions"),
    *("harvest_job_cause_show", "harvest_job_reject_deletions", "harvest_job_retry", "harvest_jobs_run", "harvest_mail_test"),
    *("harvest_object_content_show", "harvest_object_create", "harvest_organization_delete"),
    *("harvest_organization_member_create", "harvest_organization_member_delete", "harvest_person_delete"),
    *("harvest_person_password_set", "harvest_person_patch", "harvest_person_show", "harvest_send_job_to_gather_queue"),
    *("harvest_source_reactivate", "harvest_source_resume", "harvest_source_update", "harvest_subscribe"),
    *("harvest_token_create", "harvest_token_revoke", "harvest_topic_list", "help_show"),
}
"""Actions that need what isn't there: a broker, a mail server, a held or running job, a set, a person."""
ONE_PAGE: dict[str, dict[str, Any]] = {
    "harvest_event_list": {"limit": 1},
    "harvest_timeline_list": {"limit": 1},
    "harvest_topic_list": {"ask": False},
}
"""A page that another one follows; a list without a broker."""


class Site:
    """A server, what calls actions next to it, and a source with one failed record."""

    def __init__(self, server: WebServer, session: Session) -> None:
        self.server = server
        self.session = session
        self.about = source_of(session, "one", "amt")
        self._number = 0

    def another_source(self) -> About:
        """For an action that changes one: it is harvested, and a job of it has a failed record."""
        self._number += 1
        return source_of(self.session, f"source-{self._number}", "amt")

    def run(self, action: Action, about: About, **more: Any) -> tuple[Any, dict[str, Any]]:
        """What the action returns, and what is told over HTTP of it."""
        parameters = allowed(self.session, action, given(action.name, {**values(action, about), **more}))
        result = action.run(self.session, parameters)
        shown = in_form(self.session, action, parameters, result)
        return result, {"result": shown, **around(action, result, shown)}


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with new_database(postgres, tmp_path_factory.mktemp("answers")) as settings, web_server(settings) as server:
        session = Session(Parts(settings))
        session.call("harvest_organization_create", name="amt")
        yield Site(server, session)
        session.parts.close()


def test_nothing_that_an_action_returns_is_missing_over_http(site: Site) -> None:
    lost, forms, refused = {}, set(), set()

    for name, action in api_actions().items():
        about = site.about if action.reads else site.another_source()
        try:
            result, told = site.run(action, about)
        except HarvestError:
            refused.add(name)
            continue
        forms |= {FORMS[name]} if name in FORMS else set()
        assert told.keys() - {"result"} <= AROUND.keys(), f"{name}: say in adapters/web/openapi.py what stands next to the list"
        if name not in OTHER_SHAPES:
            shown = set(_names(told))
            missing = set(_names(result)) - shown - {action.listed}
            lost[name] = {each for each in missing if RENAMED.get(each, each) not in shown}

    assert {name: names for name, names in lost.items() if names} == {}
    assert set(FORMS.values()) - forms == set()
    assert refused == REFUSED


def test_what_is_shown_as_a_bare_list_says_where_it_stands_in_what_the_action_returns() -> None:
    """Otherwise the list would stand next to itself."""
    lists = {
        name
        for name, action in api_actions().items()
        if (form := FORMS.get(name)) and get_type_hints(form)["return"] == list[Row] and not action.listed
    }

    assert lists == {"harvesters_info_show", "harvest_get_notifications_recipients"}  # they return a list themselves


def test_an_action_that_starts_jobs_itself_shows_each_once() -> None:
    action = api_actions()["harvest_jobs_run"]

    assert around(action, {"jobs": [{"id": "1"}]}, [{"id": "1"}]) == {}


def _names(value: Any) -> Iterator[str]:
    """The keys of objects at any depth, of those that have a value."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if inner is not None:
                yield str(name)
                yield from _names(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _names(inner)


LISTS = [action for action in api_actions().values() if action.reads and action.listed]


@pytest.mark.parametrize("action", LISTS, ids=lambda action: action.name)
def test_what_stands_around_a_list_stands_next_to_it(site: Site, action: Action) -> None:
    given_values = {**values(action, site.about), **ONE_PAGE.get(action.name, {})}
    schema = description()["paths"][f"/api/3/action/{action.name}"]["get"]["responses"]["200"]["content"]["application/json"]
    _, told = site.run(action, site.about, **ONE_PAGE.get(action.name, {}))

    answer = site.server.get(action.name, urlencode(given_values), SYSADMIN)

    assert answer.status == 200, answer.body
    assert answer.json.keys() - {"help", "success"} == told.keys() - NOT_COUNTED.get(action.name, set())
    assert jsonschema_rs.validator_for(schema["schema"]).is_valid(json.loads(answer.body))
