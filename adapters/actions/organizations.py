"""Actions on our own organisations, for sites without a CKAN, and on the roles in them."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator

from adapters.actions.own_persons import own_persons
from adapters.actions.parameters import ById, Limit, Parameters, Reference
from adapters.actions.persons import Page
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.read_model.queries import Row
from domain.access import Owned, Right, sight
from domain.errors import NotFound, Refused
from domain.persons import OrganizationFields, checked_organization, checked_role
from domain.text import counted


class OrganizationCreate(Parameters):
    """A new organisation. Its name can't be changed later."""

    name: Reference
    title: str = ""


class OrganizationPatch(Parameters):
    """The organisation, and its new `title`."""

    id: Reference
    title: str


class OrganizationShow(Parameters):
    """The organisation. `after`: the last name of the page of members before."""

    id: Reference
    limit: Limit = 100
    after: str = ""


class Member(Parameters):
    """An organisation (`id`) and a person (`username`), each by id or name. The parameters are named as in CKAN."""

    id: Reference
    username: Reference


class MemberCreate(Member):
    """An organisation (`id`), a person (`username`), and the `role`: member, editor or admin."""

    role: Annotated[str, AfterValidator(checked_role)]


@dataclass(frozen=True)
class _Organization:
    """An organisation as `may` needs it: only people with a role there may see it."""

    owner_org: str
    private: bool = True


def the_organization(session: Session, parameters: Any) -> Owned | None:
    """The organisation that `id` names; None where a CKAN has the organisations."""
    if session.parts.settings.ckan_url:
        return None
    return _Organization(own_persons(session).organization(parameters.id)["id"])


@action(Right.SYSADMIN, OrganizationCreate)
def harvest_organization_create(session: Session, parameters: OrganizationCreate) -> Row:
    """Create an organisation; sources can then belong to it."""
    persons = own_persons(session)
    fields = checked_organization(OrganizationFields(**parameters.model_dump()))
    return persons.organization(persons.add_organization(fields, session.caller.name))


@action(Right.PERSON, Page, reads=True, listed="organizations")
def harvest_organization_list(session: Session, parameters: Page) -> dict[str, Any]:
    """Organisations by name, and how many there are. Callers other than sysadmins see those in which they have a role."""
    persons, seen = own_persons(session), sight(session.caller)
    among = None if seen.everything else seen.organisations
    rows = persons.organizations(among, parameters.limit + 1, parameters.offset, parameters.after)
    page = rows[: parameters.limit]
    following = page[-1]["name"] if len(rows) > parameters.limit else None
    return {"count": persons.count_organizations(among), "organizations": page, "next": following}


@action(Right.READ, OrganizationShow, reads=True, subject=the_organization)
def harvest_organization_show(session: Session, parameters: OrganizationShow) -> Row:
    """An organisation with a page of its members by name; pass `next` as `after` for the next page."""
    persons = own_persons(session)
    organization = persons.organization(parameters.id)
    rows = persons.members(organization["id"], parameters.limit + 1, parameters.after)
    page = rows[: parameters.limit]
    return {**organization, "users": page, "next": page[-1]["name"] if len(rows) > parameters.limit else None}


@action(Right.ADMIN, OrganizationPatch, subject=the_organization)
def harvest_organization_patch(session: Session, parameters: OrganizationPatch) -> Row:
    """Change the title of an organisation."""
    persons = own_persons(session)
    organization = persons.organization(parameters.id)
    fields = checked_organization(OrganizationFields(organization["name"], parameters.title))
    persons.change_organization(organization["id"], fields)
    return persons.organization(organization["id"])


@action(Right.SYSADMIN, ById)
def harvest_organization_delete(session: Session, parameters: ById) -> Row:
    """Remove an organisation and the roles in it.

    Raises Refused while sources belong to it: a new organisation of that name would get them.
    """
    persons = own_persons(session)
    organization = persons.organization(parameters.id)
    session.show_current()
    if sources := persons.sources_of(organization):
        raise Refused(
            f"{counted(sources, 'source')} {'belongs' if sources == 1 else 'belong'} to {organization['name']}: "
            f"give {'it' if sources == 1 else 'them'} to another organisation first "
            f"(`harvester sources --org {organization['name']}`, `harvester source edit SOURCE --owner-org NAME`)"
        )
    persons.remove_organization(organization["id"])
    return organization


@action(Right.ADMIN, MemberCreate, subject=the_organization)
def harvest_organization_member_create(session: Session, parameters: MemberCreate) -> Row:
    """Give a person a role in an organisation; it replaces an earlier one."""
    persons = own_persons(session)
    organization, person = persons.organization(parameters.id), persons.person(parameters.username)
    persons.set_member(person["id"], organization["id"], parameters.role, session.caller.name)
    return {"organization": organization["name"], "username": person["name"], "role": parameters.role}


@action(Right.ADMIN, Member, subject=the_organization)
def harvest_organization_member_delete(session: Session, parameters: Member) -> Row:
    """Take away a person's role in an organisation. Raises NotFound when the person has none."""
    persons = own_persons(session)
    organization, person = persons.organization(parameters.id), persons.person(parameters.username)
    if not persons.remove_member(person["id"], organization["id"]):
        raise NotFound(f"{person['name']} has no role in {organization['name']}")
    return {"organization": organization["name"], "username": person["name"], "role": None}
