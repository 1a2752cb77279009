"""What persons may do now, by their names: for what they asked for earlier, when no token or cookie of theirs is at hand."""

from collections.abc import Callable
from typing import Any, Protocol

from adapters.access.ckan import TIMEOUT, roles_of
from adapters.postgres.database import Database
from adapters.postgres.persons import Persons
from adapters.settings import Settings
from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from domain.access import Caller
from domain.errors import NotFound, ServiceUnavailable, TargetError


class NamedPersons(Protocol):
    """Knows persons by their names."""

    def is_known(self, name: str) -> bool:
        """Whether what a person of this name may do can be looked up later. Asks no other server."""

    def caller(self, name: str) -> Caller | None:
        """Who it is with the rights of now; None: nobody who may do anything. Raises ServiceUnavailable."""


class OwnNamedPersons:
    """Persons of our own."""

    def __init__(self, persons: Persons) -> None:
        self._persons = persons

    def is_known(self, name: str) -> bool:
        """False for a name that a service uses for somebody of its own."""
        return self._row(name) is not None

    def caller(self, name: str) -> Caller | None:
        """An active person with the roles of now."""
        row = self._row(name)
        return Caller(row["name"], row["sysadmin"], row["roles"]) if row is not None and row["active"] else None

    def _row(self, name: str) -> dict[str, Any] | None:
        try:
            row = self._persons.person(name)
        except NotFound:
            return None
        return row if row["name"] == name else None  # and not one whose id it is


UNKNOWN = 404


class CkanNamedPersons:
    """Persons of the configured CKAN, asked with its sysadmin's token."""

    def __init__(self, call: Callable[[str, dict[str, Any]], Any]) -> None:
        """`call`: an action of that CKAN. Raises TargetError."""
        self._call = call

    def is_known(self, name: str) -> bool:
        """All are CKAN's, those of a service too: it isn't asked here, since a CKAN that calls us waits for our answer."""
        return bool(name)

    def caller(self, name: str) -> Caller | None:
        """An active user of CKAN with the roles of now. Raises ServiceUnavailable."""
        try:
            user = self._call("user_show", {"id": name})
            if not isinstance(user, dict) or user.get("state") != "active" or user.get("name") != name:
                return None
            organisations = self._call("organization_list_for_user", {"id": name, "permission": "read"})
        except TargetError as error:
            if isinstance(error, Refusal) and error.status == UNKNOWN:
                return None  # any other refusal is of our own token: it says nothing about the person
            raise ServiceUnavailable(f"CKAN doesn't say what {name} may do: {error}") from error
        return Caller(name, user.get("sysadmin") is True, roles_of(organisations))


def named_persons(settings: Settings, database: Database) -> NamedPersons:
    """Those of the configured CKAN, or the site's own, read over this connection."""
    if not settings.ckan_url:
        return OwnNamedPersons(Persons(database))
    timeout = min(settings.ckan_timeout, TIMEOUT)
    api = ActionAPI(settings.ckan_url, settings.ckan_token, concurrency=1, timeout=timeout, user_agent=settings.http_user_agent)
    return CkanNamedPersons(api.call)
