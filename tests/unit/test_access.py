"""Who may do what: every right against every kind of caller."""

from dataclasses import dataclass

import pytest

from domain.access import ANONYMOUS, COMMAND_LINE, Caller, Right, may
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
        (Right.SYSADMIN, PUBLIC, {"sysadmin"}),
        (Right.SYSADMIN, None, {"sysadmin"}),
    ],
)
def test_a_right_is_given_to_these_callers_and_no_others(right: Right, source: SourceFields | None, allowed: set[str]) -> None:
    assert {name for name, caller in CALLERS.items() if may(caller, Asks(right), source)} == allowed
