"""Actions on our own persons, for sites without a CKAN; and who the caller is."""

from dataclasses import replace
from typing import Any

from adapters.actions.own_persons import own_persons
from adapters.actions.parameters import ById, Limit, NoParameters, Offset, Parameters, Reference
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.read_model.queries import Row
from domain.access import Right
from domain.persons import PersonFields, checked_person


class PersonPatch(Parameters):
    """Fields that aren't given stay as they are. `title`: the full name. `active`: false refuses the person's tokens."""

    id: Reference
    title: str = ""
    email: str = ""
    sysadmin: bool = False
    active: bool = True


class PersonCreate(Parameters):
    """A new person. `name` can't be changed later; `title` is the full name."""

    name: Reference
    title: str = ""
    email: str = ""
    sysadmin: bool = False


class Page(Parameters):
    """A page of a list by name; `after`: the last name of the page before."""

    limit: Limit = 100
    offset: Offset = 0
    after: str = ""


@action(Right.SYSADMIN, PersonCreate)
def harvest_person_create(session: Session, parameters: PersonCreate) -> Row:
    """Create a person, who has no roles and tokens yet."""
    persons = own_persons(session)
    fields = checked_person(PersonFields(**parameters.model_dump()))
    return persons.person(persons.add_person(fields, session.caller.name))


@action(Right.SYSADMIN, Page, reads=True, listed="persons")
def harvest_person_list(session: Session, parameters: Page) -> dict[str, Any]:
    """Persons by name, with their roles, and how many there are; pass `next` as `after` for the next page."""
    persons = own_persons(session)
    rows = persons.persons(parameters.limit + 1, parameters.offset, parameters.after)
    page = rows[: parameters.limit]
    following = page[-1]["name"] if len(rows) > parameters.limit else None
    return {"count": persons.count_persons(), "persons": page, "next": following}


@action(Right.SYSADMIN, ById, reads=True)
def harvest_person_show(session: Session, parameters: ById) -> Row:
    """A person with their roles in organisations."""
    return own_persons(session).person(parameters.id)


@action(Right.SYSADMIN, PersonPatch)
def harvest_person_patch(session: Session, parameters: PersonPatch) -> Row:
    """Change a person. A person who isn't active can't call anything."""
    persons = own_persons(session)
    row = persons.person(parameters.id)
    before = PersonFields(row["name"], row["title"], row["email"], row["sysadmin"], row["active"])
    changes = parameters.model_dump(include=parameters.model_fields_set - {"id"})
    persons.change_person(row["id"], checked_person(replace(before, **changes)))
    return persons.person(row["id"])


@action(Right.SYSADMIN, ById)
def harvest_person_delete(session: Session, parameters: ById) -> Row:
    """Remove a person with their roles and tokens; the log keeps their name with what they did."""
    persons = own_persons(session)
    row = persons.person(parameters.id)
    persons.remove_person(row["id"])
    return row


@action(Right.ANYONE, NoParameters, reads=True)
def harvest_caller_show(session: Session, _: NoParameters) -> Row:
    """Who the caller is: name (empty when not signed in), roles by organisation, and what the token allows."""
    caller = session.caller
    return {
        "name": caller.name,
        "sysadmin": caller.sysadmin,
        "roles": dict(caller.roles),
        "scope": sorted(caller.scope),
    }
