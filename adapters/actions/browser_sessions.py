"""Actions on sessions of browsers: where somebody is signed in, and an end to it."""

from typing import Any
from uuid import UUID

from adapters.actions.own_persons import own_persons
from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from domain.access import Right
from domain.errors import NotAuthorized, NotFound


class SessionList(Parameters):
    """`person`: whose sessions; the caller's if not given."""

    person: str = ""


class SessionEnd(Parameters):
    """`id`: one session, from harvest_session_list; not given: all of the person's except `keep`.

    `person`: whose sessions; the caller's if not given.
    """

    id: UUID | None = None
    person: str = ""
    keep: UUID | None = None


@action(Right.PERSON, SessionList, reads=True, listed="sessions")
def harvest_session_list(session: Session, parameters: SessionList) -> dict[str, Any]:
    """Browsers that a person is signed in with, last used first: which browser, since when, used when (exact to a minute)."""
    rows = session.parts.browsers.sessions.of(_whose(session, parameters.person))
    return {"sessions": rows}


@action(Right.PERSON, SessionEnd)
def harvest_session_end(session: Session, parameters: SessionEnd) -> dict[str, Any]:
    """Sign a browser out, or all of a person's. Raises NotFound for a session that has ended, or is somebody else's."""
    person = _whose(session, parameters.person)
    ended = session.parts.browsers.sessions.end_of(person, parameters.id, parameters.keep)
    if parameters.id and not ended:
        raise NotFound(f"{person} has no session {parameters.id}: it has ended, or is somebody else's")
    return {"person": person, "ended": ended}


def _whose(session: Session, person: str) -> str:
    """Raises NotAuthorized for another person, NotFound."""
    name = person or session.caller.name
    if name != session.caller.name and not session.caller.sysadmin:
        raise NotAuthorized("Only sysadmins may see and end sessions of others")
    if person and not session.parts.settings.ckan_url:
        return str(own_persons(session).person(person)["name"])
    return name
