"""What the tests of rights share: a private and a public source of one organisation, callers of every role, and all actions.

Every action that is in the table is called, with values by the names of its parameters; a new one whose required parameters
have no value here fails, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from adapters.actions.session import Session
from adapters.actions.table import Action
from domain.access import Right
from harvesters.target import Owner

ROLES = ("sysadmin", "admin", "editor", "member", "stranger", "anonymous")
"""The middle three have their role in the sources' organisation; a stranger is the admin of another one."""
ALL = frozenset(ROLES)
SIGNED_IN = ALL - {"anonymous"}
OF_ORGANISATION = frozenset({"sysadmin", "admin", "editor", "member"})
EDITORS = frozenset({"sysadmin", "admin", "editor"})
ADMINS = frozenset({"sysadmin", "admin"})
SYSADMINS = frozenset({"sysadmin"})

ALLOWED: Mapping[Right, Mapping[str, frozenset[str]]] = {
    Right.ANYONE: {"private": ALL, "public": ALL, "unknown": ALL},
    Right.PERSON: {"private": SIGNED_IN, "public": SIGNED_IN, "unknown": SIGNED_IN},
    Right.READ: {"private": OF_ORGANISATION, "public": ALL, "unknown": SYSADMINS},
    Right.CREATE: {"private": EDITORS, "public": EDITORS, "unknown": SYSADMINS},
    Right.EDIT: {"private": EDITORS, "public": EDITORS, "unknown": SYSADMINS},
    Right.ADMIN: {"private": ADMINS, "public": ADMINS, "unknown": SYSADMINS},
    Right.SYSADMIN: {"private": SYSADMINS, "public": SYSADMINS, "unknown": SYSADMINS},
}
"""Who may, by the action's right and by what it is about. Written down here, not computed as the product does it."""

FILL: Mapping[str, Any] = {
    "name": "new-one",
    "url": "http://127.0.0.1/new-one",
    "source_type": "noop",
    "scope": "all",
    "address": "somebody@example.org",
    "username": "somebody",
    "role": "member",
    "title": "Another title",
    "guid": "guid-1",
}
SECRET = "geheim"
"""Stands in every text of the private source."""


@dataclass(frozen=True)
class About:
    """What a call may be about, by id or name: the things of one source, or things that aren't there."""

    organization: str
    source: str
    job: str
    object: str
    package: str

    def named(self, action: Action) -> str:
        """What the action's `id` names."""
        kinds = (("organization", self.organization), ("_object_", self.object), ("package", self.package))
        for kind, identity in kinds:
            if kind in action.name:
                return identity
        return self.job if "_job_" in action.name and "_source_" not in action.name else self.source

    def of(self, parameter: str, action: Action) -> str | None:
        """The value of a parameter that names a thing; None: it names none."""
        known = {"source_id": self.source, "job_id": self.job, "owner_org": self.organization}
        if parameter in ("id", "dataset_id"):
            return self.named(action)
        return known.get(parameter)


UNKNOWN = About(*(str(uuid4()) for _ in range(5)))


def values(action: Action, about: About) -> dict[str, Any]:
    """Parameters of a call about something: those that are required, and what says what it is about."""
    chosen: dict[str, Any] = {}
    for parameter, field in action.parameters.model_fields.items():
        identity = about.of(parameter, action)
        if identity is not None and _says_what(action, parameter, required=field.is_required()):
            chosen[field.alias or parameter] = identity
        elif field.is_required():
            assert parameter in FILL, f"say in FILL what {parameter} of {action.name} may be"
            chosen[field.alias or parameter] = FILL[parameter]
    if action.right is Right.CREATE:
        chosen |= {name: FILL[name] for name in ("name", "url", "source_type")}
    return chosen


def _says_what(action: Action, parameter: str, *, required: bool) -> bool:
    """Whether it is to be given: not an id that a new thing may have, and not two names of one thing."""
    fields = action.parameters.model_fields
    if required or (parameter == "owner_org" and action.right is Right.CREATE):
        return True
    if action.subject is None or action.right is Right.CREATE or parameter == "owner_org":
        return False
    return parameter == ("source_id" if "source_id" in fields else "id")


def source_of(session: Session, name: str, organization: str, **more: Any) -> About:
    """Enter a source with two records, and harvest it; two datasets of the local catalogue are its own."""
    fields = {"url": f"http://127.0.0.1/{name}", "source_type": "noop", "owner_org": organization, "config": {"records": 2}}
    source = session.call("harvest_source_create", name=name, title=f"Title of {name}", **fields, **more)
    job = session.call("harvest_source_test", id=name)
    rows = session.parts.database.query("SELECT id FROM harvest.object WHERE harvest_job_id = %(job)s", job=job["id"])
    packages = [str(uuid4()) for _ in rows]
    for package_id, (object_id,) in zip(packages, rows, strict=True):
        package = {
            "id": package_id,
            "name": f"{name}-{package_id[:8]}",
            "title": f"A record of {name}",
            "tags": [{"name": name}],
        }
        owner = Owner(source["id"], source["title"], f"guid-{package_id}", str(object_id), "hash")
        session.parts.catalogue.save(package, owner)
    return About(organization, source["id"], job["id"], str(rows[0][0]), packages[0])
