"""Who gets mail about a source: sysadmins, admins of its organisation, and people who asked for it; nobody who wants none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from adapters.postgres.subscriptions import Subscriptions
from domain.notices import EVERYBODY, addresses, recipients


class People(Protocol):
    """Persons of a CKAN, or our own, by their addresses; those without one are left out."""

    def sysadmins(self) -> Sequence[str]:
        """Sysadmins. Raises ServiceUnavailable."""

    def admins_of(self, organisation: str) -> Sequence[str]:
        """Admins of an organisation (id or name). Raises ServiceUnavailable."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address, and why it gets mail about a source."""

    address: str
    why: str


class Recipients:
    """Finds who gets mail."""

    def __init__(self, subscriptions: Subscriptions, mail_to: str, people: People) -> None:
        """`mail_to`: addresses of people who get all mail."""
        self._subscriptions = subscriptions
        self._mail_to = addresses(mail_to)
        self._people = people

    def of(self, source_id: UUID, owner_org: str, *, people: bool = True) -> list[Recipient]:
        """Who gets mail about a source, each once. Without `people`: as if there were no persons.

        Raises ServiceUnavailable when CKAN doesn't say who its people are.
        """
        wishes = self._subscriptions.of(source_id)
        why = dict.fromkeys(wishes.subscribed, "subscribed")
        if people:
            admins = self._people.admins_of(owner_org) if owner_org else ()
            why |= dict.fromkeys(map(str.lower, admins), "admin of its organisation")
            why |= dict.fromkeys(map(str.lower, self._people.sysadmins()), "sysadmin")
        why |= dict.fromkeys(self._mail_to, "HARVEST_MAIL_TO")
        return [Recipient(address, why[address]) for address in recipients(why, (), wishes.opted_out)]

    def wants_none(self, address: str, source_id: UUID) -> bool:
        """Whether somebody has opted out of a source's notices, or everybody has."""
        return bool({address, EVERYBODY} & set(self._subscriptions.of(source_id).opted_out))
