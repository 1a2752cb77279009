"""Who may do what: a pure decision over a caller, an action and the source that it is about.

Who a caller is (from a token, a login, the command line) is found out elsewhere; nothing here reads anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from domain.scopes import EVERYTHING, Scope, covers

ROLES = ("member", "editor", "admin")
"""Roles in an organisation, as in CKAN; a later one may do all that an earlier one may."""


class Right(StrEnum):
    """What an action asks of its caller."""

    ANYONE = "anyone"  # also callers who didn't say who they are
    PERSON = "person"  # whoever said who they are
    READ = "read"  # public sources: anyone; private ones: members of the source's organisation
    CREATE = "create"  # editors and admins of the organisation that is to own the source
    EDIT = "edit"  # editors and admins of the source's organisation
    ADMIN = "admin"  # admins of the organisation that it is about
    SYSADMIN = "sysadmin"


LEAST_ROLES = {Right.CREATE: "editor", Right.EDIT: "editor", Right.ADMIN: "admin"}


class Ruled(Protocol):
    """An action, as far as access is concerned."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def reads(self) -> bool:
        """It changes nothing."""

    @property
    def right(self) -> Right:
        """What it asks of its caller."""


class Owned(Protocol):
    """A source, as far as access is concerned."""

    @property
    def owner_org(self) -> str:
        """Id or name of its organisation, empty for none."""

    @property
    def private(self) -> bool:
        """Only its organisation may see it."""


@dataclass(frozen=True)
class Caller:
    """Who calls. `roles`: {organisation: member | editor | admin}; an organisation may stand under its id and its name.

    `scope` is what the token allows of what its person may do. No name: an anonymous visitor.
    """

    name: str
    sysadmin: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)
    scope: Scope = EVERYTHING

    def has_role(self, organisation: str, least: str) -> bool:
        """Whether the caller has this role, or a higher one, in an organisation."""
        role = self.roles.get(organisation)
        return role in ROLES and ROLES.index(role) >= ROLES.index(least)


ANONYMOUS = Caller("")
COMMAND_LINE = Caller("cli", sysadmin=True)
"""Who types commands on the machine itself is a sysadmin, as in ckanext-harvest."""


@dataclass(frozen=True)
class Sight:
    """Which sources somebody sees in lists: all, or public ones and those of some organisations (ids and names)."""

    everything: bool
    organisations: tuple[str, ...] = ()

    def sees(self, source: Owned) -> bool:
        """Whether a source is among them."""
        return self.everything or not source.private or source.owner_org in self.organisations


EVERY_SOURCE = Sight(everything=True)


def sight(caller: Caller) -> Sight:
    """What a caller sees; lists and counts leave out the rest."""
    return Sight(caller.sysadmin, tuple(sorted(org for org in caller.roles if org and caller.has_role(org, "member"))))


def may(caller: Caller, action: Ruled, source: Owned | None = None) -> bool:
    """Whether a caller may call an action; `source` is what it is about, None when it is about none or there is no such."""
    if not covers(caller.scope, action.name, reads=action.reads, for_sysadmins=action.right is Right.SYSADMIN):
        return False
    if caller.sysadmin or action.right is Right.ANYONE:
        return True
    if action.right is Right.PERSON:
        return bool(caller.name)
    if action.right is Right.SYSADMIN or source is None:
        return False
    if action.right is Right.READ:
        return sight(caller).sees(source)
    return bool(source.owner_org) and caller.has_role(source.owner_org, LEAST_ROLES[action.right])
