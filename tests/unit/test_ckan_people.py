"""Who a CKAN's people are, as its API tells it to a sysadmin's token; asked seldom, and never waited for."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.targets.ckan import people as people_module
from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.people import KEPT, CkanPeople
from domain.errors import ServiceUnavailable
from tests.support.action_site import ActionSite, Answer, action_site
from tests.support.logged import logged
from tests.support.stack import PATIENCE

USERS: list[dict[str, Any]] = [
    {"id": "1", "name": "anna", "email": "Anna@Example.org", "sysadmin": True, "state": "active"},
    {"id": "2", "name": "ben", "email": "ben@example.org", "sysadmin": False, "state": "active"},
    {"id": "3", "name": "gone", "email": "gone@example.org", "sysadmin": True, "state": "deleted"},
    {"id": "4", "name": "invited", "email": "invited@example.org", "sysadmin": True, "state": "pending"},
    {"id": "5", "name": "robot", "email": None, "sysadmin": True, "state": "active"},
    {"id": "6", "name": "odd", "email": "not an address", "sysadmin": True, "state": "active"},
]
MEMBERS = [["2", "user", "Administrador"], ["3", "user", "Administrador"], ["99", "user", "Administrador"]]  # translated


def answers(action: str) -> Answer:
    return 200, {"success": True, "result": USERS if action == "user_list" else MEMBERS}, {}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def site() -> Iterator[ActionSite]:
    with action_site() as site:
        site.answer = answers
        yield site


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(site: ActionSite, clock: Clock) -> CkanPeople:
    return CkanPeople(ActionAPI(site.url, "token", concurrency=1, timeout=PATIENCE, user_agent="test"), clock)


def test_active_sysadmins_and_admins_with_an_address_are_told(people: CkanPeople, site: ActionSite) -> None:
    assert people.sysadmins() == ["anna@example.org"]
    assert people.admins_of("parks") == ["ben@example.org"]
    asked: list[Any] = [body for path, _, body in site.seen if path.endswith("member_list")]
    assert asked == [{"id": "parks", "object_type": "user", "capacity": "admin"}]


def test_answers_are_kept_for_minutes(people: CkanPeople, site: ActionSite, clock: Clock) -> None:
    for _ in range(10):
        people.sysadmins()
        people.admins_of("parks")
    first = len(site.seen)

    clock.now = KEPT + 1
    people.sysadmins()

    assert (first, len(site.seen)) == (2, 3)


def test_an_organisation_that_isnt_there_has_no_admins(people: CkanPeople, site: ActionSite) -> None:
    site.answer = lambda action: answers(action) if action == "user_list" else (404, {"error": {"message": "Not found"}}, {})

    assert people.admins_of("nowhere") == []


def test_a_token_that_is_no_sysadmins_is_told_once(
    people: CkanPeople, site: ActionSite, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    bare = [{name: value for name, value in user.items() if name != "email"} for user in USERS]
    site.answer = lambda _: (200, {"success": True, "result": bare}, {})

    found = [people.sysadmins()]
    clock.now = KEPT + 1
    found.append(people.sysadmins())

    assert found == [[], []]
    [line] = logged(caplog, people_module.__name__)
    assert "HARVEST_CKAN_TOKEN is not" in line


@pytest.mark.parametrize("status", [500, 502])
def test_a_ckan_that_fails_is_an_error_that_can_be_tried_again(people: CkanPeople, site: ActionSite, status: int) -> None:
    site.answer = lambda _: (status, "down", {})

    with pytest.raises(ServiceUnavailable, match="doesn't list its users"):
        people.sysadmins()
