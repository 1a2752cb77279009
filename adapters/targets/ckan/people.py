"""The persons of a CKAN to whom mail about harvests goes: its sysadmins, and the admins of its organisations."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from domain.errors import ServiceUnavailable, TargetError
from domain.notices import checked_address

log = logging.getLogger(__name__)

KEPT = 300.0  # seconds that an answer is used


@dataclass(frozen=True, slots=True)
class _User:
    address: str
    sysadmin: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    until: float  # monotonic seconds


class CkanPeople:
    """Asks CKAN, and keeps its answers for KEPT seconds. For one thread."""

    def __init__(self, api: ActionAPI, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._answers: dict[str, _Kept] = {}  # members by organisation; users under no name
        self._warned = False

    def sysadmins(self) -> Sequence[str]:
        """Addresses of the active sysadmins. Raises ServiceUnavailable."""
        return [user.address for user in self._users().values() if user.sysadmin]

    def admins_of(self, organisation: str) -> Sequence[str]:
        """Addresses of the active admins of an organisation; none of one that isn't there. Raises ServiceUnavailable."""
        query = {"id": organisation, "object_type": "user", "capacity": "admin"}
        members = self._kept(organisation, lambda: [str(row[0]) for row in self._ask("member_list", query)])
        users = self._users()
        return [users[member].address for member in members if member in users]

    def _users(self) -> dict[str, _User]:
        users: dict[str, _User] = self._kept("", self._read_users)
        return users

    def _read_users(self) -> dict[str, _User]:
        """Active users that have an address, by id."""
        rows = [row for row in self._ask("user_list", {"all_fields": True}) if row.get("state") == "active"]
        if not any("email" in row for row in rows) and not self._warned:
            self._warned = True
            log.warning(
                "CKAN's users get no mail: it shows their addresses to sysadmins only, HARVEST_CKAN_TOKEN is not a sysadmin's"
            )
        addresses = {str(row["id"]): (row, address) for row in rows if (address := _address(row))}
        return {user: _User(address, bool(row.get("sysadmin"))) for user, (row, address) in addresses.items()}

    def _kept(self, name: str, read: Callable[[], Any]) -> Any:
        answer = self._answers.get(name)
        if answer is None or self._clock() >= answer.until:
            answer = self._answers[name] = _Kept(read(), self._clock() + KEPT)
        return answer.value

    def _ask(self, action: str, data: dict[str, Any]) -> list[Any]:
        """A list; empty when CKAN has no such thing, or doesn't let us see it. Raises ServiceUnavailable."""
        try:
            rows = self._api.call(action, data)
        except TargetError as error:
            if isinstance(error, Refusal) and error.status in (403, 404):
                return []
            raise ServiceUnavailable(f"CKAN doesn't list its users: {error}") from error
        return rows if isinstance(rows, list) else []


def _address(row: dict[str, Any]) -> str | None:
    try:
        return checked_address(str(row.get("email") or ""))
    except ValueError:
        return None
