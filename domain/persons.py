"""Persons and organisations of our own, where no CKAN has them: what their fields may hold."""

from dataclasses import dataclass

from domain.access import COMMAND_LINE, ROLES
from domain.errors import ValidationError
from domain.nearest import unknown
from domain.notices import checked_address

MAX_TITLE = 200  # characters
RESERVED = (COMMAND_LINE.name,)
"""Names by which events tell who did something, and who is no person."""


@dataclass(frozen=True)
class PersonFields:
    """What is entered for a person; `title` is the full name."""

    name: str
    title: str = ""
    email: str = ""
    sysadmin: bool = False
    active: bool = True


@dataclass(frozen=True)
class OrganizationFields:
    """What is entered for an organisation."""

    name: str
    title: str = ""


def valid_name(name: str) -> bool:
    """Whether CKAN would take a name: for a person, an organisation, a source."""
    return 2 <= len(name) <= 100 and all(c in "abcdefghijklmnopqrstuvwxyz0123456789-_" for c in name)


def checked_person(fields: PersonFields) -> PersonFields:
    """The fields as they are stored. Raises ValidationError by field."""
    errors = _errors(fields.name, fields.title)
    if fields.name in RESERVED:
        errors["name"] = f"The name {fields.name} stands for the command line: choose another"
    email = fields.email.strip()
    try:
        email = checked_address(email) if email else ""
    except ValueError as error:
        errors["email"] = str(error)
    if errors:
        raise ValidationError(errors)
    return PersonFields(fields.name, fields.title.strip(), email, fields.sysadmin, fields.active)


def checked_organization(fields: OrganizationFields) -> OrganizationFields:
    """The fields as they are stored. Raises ValidationError by field."""
    if errors := _errors(fields.name, fields.title):
        raise ValidationError(errors)
    return OrganizationFields(fields.name, fields.title.strip())


def _errors(name: str, title: str) -> dict[str, str]:
    errors = {}
    if not valid_name(name):
        errors["name"] = "Must be 2 to 100 characters: lowercase letters, digits, - and _"
    if len(title.strip()) > MAX_TITLE:
        errors["title"] = f"Is longer than {MAX_TITLE} characters"
    return errors


def checked_role(role: str) -> str:
    """A role in an organisation. Raises ValueError that names the nearest one."""
    if role not in ROLES:
        raise ValueError(unknown("role", role, ROLES))
    return role
