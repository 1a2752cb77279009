"""What a person of a CKAN may do now, by the name."""

from typing import Any

import pytest

from adapters.access.named import CkanNamedPersons
from adapters.actions.table import find
from adapters.targets.ckan.errors import Refusal
from domain import bulk
from domain.access import Caller
from domain.errors import ServiceUnavailable, TargetError

ANNA = {"name": "anna", "state": "active", "sysadmin": False}
ROLES = [{"id": "i1", "name": "amt", "capacity": "editor"}, {"id": "i2", "name": "stadt", "capacity": "member"}]


def persons(user: Any, organisations: Any = ROLES) -> CkanNamedPersons:
    """Of a CKAN that gives these answers, or raises them."""

    def call(action: str, data: dict[str, Any]) -> Any:
        assert data["id"] == "anna"
        answer = user if action == "user_show" else organisations
        if isinstance(answer, Exception):
            raise answer
        return answer

    return CkanNamedPersons(call)


def test_an_active_user_has_the_roles_that_ckan_names_now() -> None:
    roles = {"i1": "editor", "amt": "editor", "i2": "member", "stadt": "member"}

    assert persons(ANNA).caller("anna") == Caller("anna", roles=roles)
    assert persons({**ANNA, "sysadmin": True}, []).caller("anna") == Caller("anna", sysadmin=True)


@pytest.mark.parametrize(
    "user",
    [
        {**ANNA, "state": "deleted"},
        {**ANNA, "name": "bert"},
        Refusal("no such user", 404, {}, code="refused"),
        None,
    ],
)
def test_who_was_deleted_or_is_unknown_may_do_nothing(user: Any) -> None:
    assert persons(user).caller("anna") is None


NOT_FOR_US = Refusal("not for you", 403, {}, code="refused")  # the site's own token was revoked, or isn't a sysadmin's


@pytest.mark.parametrize(
    ("user", "organisations"),
    [(TargetError("away"), ROLES), (ANNA, TargetError("away")), (NOT_FOR_US, ROLES), (ANNA, NOT_FOR_US)],
)
def test_nobody_is_taken_to_have_lost_their_rights_while_ckan_does_not_say(user: Any, organisations: Any) -> None:
    with pytest.raises(ServiceUnavailable, match="CKAN doesn't say what anna may do"):
        persons(user, organisations).caller("anna")


@pytest.mark.parametrize("what", bulk.ACTIONS)
def test_many_sources_ask_for_the_right_that_one_asks_for(what: str) -> None:
    of_many = bulk.ACTIONS[what]
    action = find(of_many.name)

    assert (of_many.name, of_many.right, of_many.reads) == (action.name, action.right, action.reads)
