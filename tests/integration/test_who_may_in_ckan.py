"""Who may call what when a real CKAN says who callers are: every action by users of every role there, with CKAN's tokens."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest

from adapters.access.ckan import KEPT, CkanPersons
from adapters.actions import table
from adapters.actions.session import Session
from adapters.actions.table import ACTIONS, api_actions, find
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.targets.ckan.api import ActionAPI
from adapters.web import api
from domain.errors import Refused, UnknownToken
from tests.conftest import new_database
from tests.support.ckan_site import CkanSite, ckan_site
from tests.support.rights_site import ROLES, SECRET, UNKNOWN, Site, check_callers, source_of, would_be_done
from tests.support.stack import PATIENCE
from tests.support.web_server import web_server

pytestmark = pytest.mark.ckan


@dataclass(frozen=True)
class User:
    """A user of CKAN, with a token."""

    name: str
    token: str
    token_id: str


@pytest.fixture(scope="module")
def ckan() -> Iterator[CkanSite]:
    with ckan_site() as site:
        yield site


@pytest.fixture(scope="module")
def users(ckan: CkanSite) -> Iterator[dict[str, User]]:
    """One of each role, as rights_site has them."""
    other = str(ckan.api.call("organization_create", {"name": f"test-{uuid4().hex[:12]}"})["id"])
    users = {role: new_user(ckan) for role in ROLES[:-1]}
    ckan.api.call("user_patch", {"id": users["sysadmin"].name, "sysadmin": True})
    for role in ("admin", "editor", "member"):
        join(ckan, users[role], role)
    join(ckan, users["stranger"], "admin", other)
    yield users
    for user in users.values():
        ckan.api.call("user_delete", {"id": user.name})
    ckan.purge("organization", other)


def new_user(ckan: CkanSite) -> User:
    name = f"test-{uuid4().hex[:12]}"
    ckan.api.call("user_create", {"name": name, "email": f"{name}@example.org", "password": uuid4().hex})
    token = ckan.api.call("api_token_create", {"user": name, "name": "tests"})["token"]
    [row] = ckan.api.call("api_token_list", {"user_id": name})
    return User(name, token, row["id"])


def join(ckan: CkanSite, user: User, role: str, organization: str = "") -> None:
    values = {"id": organization or ckan.organization, "username": user.name, "role": role}
    ckan.api.call("organization_member_create", values)


@pytest.fixture(scope="module")
def site(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory, ckan: CkanSite, users: dict[str, User]
) -> Iterator[Site]:
    with new_database(postgres, tmp_path_factory.mktemp("rights-ckan")) as here:
        settings = replace(here, ckan_url=ckan.api.url, ckan_token=ckan.token)
        cli = Session(Parts(settings))
        about = {
            "public": source_of(cli, "offen", ckan.organization),
            "private": source_of(cli, f"{SECRET}-1", ckan.organization, private=True),
            "unknown": UNKNOWN,
        }
        tokens = {"anonymous": "", **{role: user.token for role, user in users.items()}}
        with web_server(settings, Parts(settings).callers) as server:
            yield Site(server, cli, tokens, about)


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_an_action_is_for_those_who_have_its_right_in_ckan(site: Site, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    harmless = {other: replace(action, run=would_be_done) for other, action in api_actions().items()}
    monkeypatch.setattr(api, "api_actions", lambda: harmless)
    monkeypatch.setattr(table, "REFUSAL_STEP", 0.0005)

    check_callers(site, find(name))


def test_a_caller_is_told_as_ckan_has_them(site: Site, ckan: CkanSite, users: dict[str, User]) -> None:
    editor = site.server.result("harvest_caller_show", token=users["editor"].token)
    sysadmin = site.server.result("harvest_caller_show", token=users["sysadmin"].token)

    assert (editor["name"], editor["sysadmin"], editor["roles"][ckan.organization]) == (users["editor"].name, False, "editor")
    assert (sysadmin["name"], sysadmin["sysadmin"]) == (users["sysadmin"].name, True)


def test_persons_and_organisations_are_ckans_where_there_is_one_and_services_have_tokens_of_ours(site: Site) -> None:
    for action, values in (("harvest_person_create", {"name": "anna"}), ("harvest_organization_list", {})):
        with pytest.raises(Refused, match="HARVEST_CKAN_URL is set"):
            site.cli.call(action, **values)
    token = site.cli.call("harvest_token_create", service=True, name="ckan")["token"]
    said = '{"name": "anna", "organizations": {"x": "editor"}}'

    answer = site.server.request("/api/3/action/harvest_caller_show", token=token, X_Harvest_Caller=said)

    assert answer.json["result"]["roles"] == {"x": "editor"}


@pytest.mark.parametrize("how", ["token revoked", "user deleted", "role taken", "role changed"])
def test_what_is_taken_in_ckan_is_gone_here_within_a_minute(ckan: CkanSite, how: str) -> None:
    user, now = new_user(ckan), [1000.0]
    join(ckan, user, "editor")
    persons = CkanPersons(lambda token: asking(ckan, token), lambda: now[0])
    assert persons.caller(user.token).roles[ckan.organization] == "editor"

    changes: dict[str, tuple[str, dict[str, Any]]] = {
        "token revoked": ("api_token_revoke", {"jti": user.token_id}),
        "user deleted": ("user_delete", {"id": user.name}),
        "role taken": ("organization_member_delete", {"id": ckan.organization, "username": user.name}),
        "role changed": ("organization_member_create", {"id": ckan.organization, "username": user.name, "role": "member"}),
    }
    ckan.api.call(*changes[how])
    now[0] += KEPT

    if how in ("token revoked", "user deleted"):
        with pytest.raises(UnknownToken):
            persons.caller(user.token)
    else:
        assert persons.caller(user.token).roles.get(ckan.organization) == (None if how == "role taken" else "member")
        ckan.api.call("user_delete", {"id": user.name})
    assert KEPT < 60


def asking(ckan: CkanSite, token: str) -> ActionAPI:
    return ActionAPI(ckan.api.url, token, concurrency=1, timeout=PATIENCE, user_agent="harvestlog tests")
