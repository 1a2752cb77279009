"""What the tests of rights share: a private and a public source of one organisation, callers of every role, and all actions.

Every action that is in the table is called, with values by the names of its parameters; a new one whose required parameters
have no value here fails, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import uuid4

from adapters.actions.parameters import parse
from adapters.actions.session import Session
from adapters.actions.table import Action, authorise
from domain.access import Right
from domain.errors import NotAuthorized, Refused
from harvesters.target import Owner
from tests.support.web_server import WebServer

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
    "what": "target",
    "address": "somebody@example.org",
    "username": "somebody",
    "role": "member",
    "title": "Another title",
    "guid": "guid-1",
    "source_ids": [],
    "password": "four words of a password",
    "count": 1,
    "cause": "a cause",
    "harvest_bulk_create.what": "pause",
}
"""By the name of the parameter, or of action and parameter."""
NAMING = ("source_id", "id", "job_id", "object_id")
"""Parameters that say what a call is about: the first of them that an action has is given."""
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
        kinds = (
            ("organization", self.organization),
            ("_object_", self.object),
            ("_dataset_history_", self.object),
            ("_dataset_version_", self.object),
            ("package", self.package),
            ("_event_", self.job),
        )
        for kind, identity in kinds:
            if kind in action.name:
                return identity
        return self.job if "_job_" in action.name and "_source_" not in action.name else self.source

    def of(self, parameter: str, action: Action) -> str | None:
        """The value of a parameter that names a thing; None: it names none."""
        known = {
            "source_id": self.source,
            "job_id": self.job,
            "object_id": self.object,
            "owner_org": self.organization,
        }
        if parameter in ("id", "dataset_id"):
            return self.named(action)
        return known.get(parameter)


UNKNOWN = About(*(str(uuid4()) for _ in range(5)))


def values(action: Action, about: About) -> dict[str, Any]:
    """Parameters of a call about something: those that are required, and what says what it is about."""
    chosen: dict[str, Any] = {}
    for parameter, described in action.parameters.model_fields.items():
        identity = about.of(parameter, action)
        if identity is not None and _says_what(action, parameter, required=described.is_required()):
            chosen[described.alias or parameter] = identity
        elif described.is_required():
            value = FILL.get(f"{action.name}.{parameter}", FILL.get(parameter))
            assert value is not None, f"say in FILL what {parameter} of {action.name} may be"
            chosen[described.alias or parameter] = value
    if action.right is Right.CREATE:
        chosen |= {name: FILL[name] for name in ("name", "url", "source_type") if name in action.parameters.model_fields}
    return chosen


def _says_what(action: Action, parameter: str, *, required: bool) -> bool:
    """Whether it is to be given: not an id that a new thing may have, and not two names of one thing."""
    fields = action.parameters.model_fields
    if required or (parameter == "owner_org" and action.right is Right.CREATE):
        return True
    if action.subject is None or action.right is Right.CREATE or parameter == "owner_org":
        return False
    return parameter == next((name for name in NAMING if name in fields), None)


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


@dataclass(frozen=True)
class Site:
    """A server with its callers' tokens, and what calls are about."""

    server: WebServer
    cli: Session
    tokens: dict[str, str]
    about: dict[str, About]


DONE = "it would be done"


def would_be_done(_session: Session, _parameters: Any) -> Any:
    """In place of what an action does."""
    raise Refused(DONE)


def check_callers(site: Site, action: Action) -> None:
    """Call an action by every role about each thing: those who have its right may, others learn nothing from the refusal."""
    refusals: dict[str, set[str]] = {role: set() for role in ROLES}
    for role, (kind, about) in product(ROLES, site.about.items()):
        refusal = refused(site, action, role, values(action, about))
        expected = role in ALLOWED[action.right][_kind(site, action, kind)]
        what = f"{action.name} about a {kind} source by {role}: {refusal or 'allowed'}"
        assert (refusal is None) == expected, what
        if refusal is not None:
            refusals[role].add(refusal)
    for role, texts in refusals.items():
        assert len(texts) <= 1, f"{role} can tell what is there: {texts}"
        secrets = [SECRET, *vars(site.about["private"]).values()]
        told = [secret for secret in secrets if any(secret in text for text in texts)]
        assert told == [], f"{role} is told of {told}"


def _kind(site: Site, action: Action, kind: str) -> str:
    """An organisation is like a private source; where a CKAN has them there are none of ours."""
    if "_organization_" not in action.name:
        return kind
    return "unknown" if site.cli.parts.settings.ckan_url or kind == "unknown" else "private"


def refused(site: Site, action: Action, role: str, given: dict[str, Any]) -> str | None:
    """With which text a call was refused; None: it was allowed."""
    if action.local:
        return _refused_here(site, action, role, given)
    answer = site.server.post(action.name, given, site.tokens[role])
    if answer.status == 409 and DONE in str(answer.json["error"].get("message")):
        return None
    is_refused = (answer.status, answer.json["error"]["__type"]) == (403, "Authorization Error")
    assert is_refused, f"{action.name} by {role}: {answer.status} {answer.body!r}"
    return str(answer.json["error"]["message"])


def _refused_here(site: Site, action: Action, role: str, given: dict[str, Any]) -> str | None:
    token = site.tokens[role]
    session = Session(site.cli.parts, site.cli.parts.callers.caller({"authorization": token} if token else {}))
    try:
        authorise(session, action, parse(action.parameters, given))
    except NotAuthorized as error:
        return str(error)
    return None
