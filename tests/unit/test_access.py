"""Who may do what: every right against every kind of caller."""

from dataclasses import dataclass

import pytest

from domain.access import ANONYMOUS, COMMAND_LINE, EVERY_SOURCE, Caller, Right, Sight, may, sight
from domain.sources import SourceFields

PUBLIC = SourceFields("public", "http://x", "ckan", owner_org="org")
PRIVATE = SourceFields("private", "http://x", "ckan", owner_org="org", private=True)
NOBODYS = SourceFields("nobodys", "http://x", "ckan")
CALLERS = {
    "anonymous": ANONYMOUS,
    "stranger": Caller("s", roles={"other": "admin"}),
    "member": Caller("m", roles={"org": "member"}),
    "editor": Caller("e", roles={"org": "editor"}),
    "admin": Caller("a", roles={"org": "admin"}),
    "sysadmin": COMMAND_LINE,
    "of an unknown role": Caller("u", roles={"org": "emperor"}),
}


@dataclass(frozen=True)
class Asks:
    right: Right
    name: str = "harvest_something"
    reads: bool = True


@pytest.mark.parametrize(
    ("right", "source", "allowed"),
    [
        (Right.ANYONE, None, set(CALLERS)),
        (Right.READ, PUBLIC, set(CALLERS)),
        (Right.READ, NOBODYS, set(CALLERS)),
        (Right.READ, PRIVATE, {"member", "editor", "admin", "sysadmin"}),
        (Right.READ, None, {"sysadmin"}),
        (Right.EDIT, PUBLIC, {"editor", "admin", "sysadmin"}),
        (Right.EDIT, PRIVATE, {"editor", "admin", "sysadmin"}),
        (Right.EDIT, NOBODYS, {"sysadmin"}),
        (Right.EDIT, None, {"sysadmin"}),
        (Right.CREATE, PUBLIC, {"editor", "admin", "sysadmin"}),
        (Right.CREATE, NOBODYS, {"sysadmin"}),
        (Right.PERSON, None, set(CALLERS) - {"anonymous"}),
        (Right.ADMIN, PUBLIC, {"admin", "sysadmin"}),
        (Right.ADMIN, NOBODYS, {"sysadmin"}),
        (Right.ADMIN, None, {"sysadmin"}),
        (Right.SYSADMIN, PUBLIC, {"sysadmin"}),
        (Right.SYSADMIN, None, {"sysadmin"}),
    ],
)
def test_a_right_is_given_to_these_callers_and_no_others(right: Right, source: SourceFields | None, allowed: set[str]) -> None:
    assert {name for name, caller in CALLERS.items() if may(caller, Asks(right), source)} == allowed


@pytest.mark.parametrize(
    ("scope", "right", "name", "reads", "allowed"),
    [
        ({"admin"}, Right.SYSADMIN, "harvest_database_init", False, True),
        ({"read"}, Right.SYSADMIN, "harvest_status_show", True, True),
        ({"read"}, Right.EDIT, "harvest_job_list", True, True),
        ({"read"}, Right.EDIT, "harvest_job_create", False, False),
        ({"read"}, Right.ANYONE, "package_search", True, True),
        ({"write"}, Right.EDIT, "harvest_job_create", False, True),
        ({"write"}, Right.EDIT, "harvest_job_list", True, True),
        ({"write"}, Right.SYSADMIN, "harvest_job_abort", False, False),
        ({"write"}, Right.ADMIN, "harvest_organization_member_create", False, False),
        ({"write"}, Right.PERSON, "harvest_token_create", False, False),
        ({"harvest_job_*"}, Right.SYSADMIN, "harvest_job_abort", False, True),
        ({"harvest_job_*"}, Right.EDIT, "harvest_job_list", True, True),
        ({"harvest_job_*"}, Right.EDIT, "harvest_source_patch", False, False),
        ({"harvest_job_*"}, Right.READ, "harvest_source_show", True, False),
        ({"harvest_*"}, Right.PERSON, "harvest_token_create", False, False),
        ({"harvest_*"}, Right.SYSADMIN, "harvest_person_create", False, False),
        ({"read", "harvest_jobs_run"}, Right.SYSADMIN, "harvest_jobs_run", False, True),
    ],
)
def test_a_token_allows_what_its_scope_says(scope: set[str], right: Right, name: str, reads: bool, allowed: bool) -> None:
    sysadmin = Caller("s", sysadmin=True, scope=frozenset(scope))

    assert may(sysadmin, Asks(right, name, reads), PUBLIC) is allowed


def test_a_scope_adds_nothing_to_what_its_person_may() -> None:
    member = Caller("m", roles={"org": "member"}, scope=frozenset({"admin", "harvest_*"}))

    assert not may(member, Asks(Right.EDIT, "harvest_job_create", reads=False), PUBLIC)


def test_lists_show_public_sources_and_those_of_the_callers_organisations() -> None:
    assert sight(COMMAND_LINE) == EVERY_SOURCE
    assert sight(ANONYMOUS) == Sight(False, ())
    assert sight(Caller("x", roles={"b": "member", "a": "admin", "": "admin", "c": "emperor"})) == Sight(False, ("a", "b"))
    assert [name for name, caller in CALLERS.items() if sight(caller).sees(PRIVATE)] == [
        "member",
        "editor",
        "admin",
        "sysadmin",
    ]
