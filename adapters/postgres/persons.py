"""Persons and organisations of our own, and who is what in which: tables ops.person, ops.organization, ops.membership."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, LiteralString, NoReturn

import psycopg

from adapters.postgres.database import Database
from domain.errors import NotFound, Refused, ValidationError
from domain.persons import OrganizationFields, PersonFields

Row = dict[str, Any]

ADD_PERSON: LiteralString = """
    INSERT INTO ops.person (name, title, email, sysadmin, active, created_by)
    VALUES (%(name)s, %(title)s, %(email)s, %(sysadmin)s, %(active)s, %(by)s) RETURNING id::text
"""
SOMEBODY_ELSE: LiteralString = """
    WITH acting AS (SELECT id FROM ops.person WHERE sysadmin AND active ORDER BY id FOR UPDATE),
        others AS (SELECT count(*) FILTER (WHERE id <> %(id)s::uuid) > 0 OR bool_and(id <> %(id)s::uuid) IS NOT FALSE AS stay
            FROM acting)
"""
"""Whether a site with this person has another active sysadmin; of two who take the right from each other the second waits."""
CHANGE_PERSON: LiteralString = f"""
    {SOMEBODY_ELSE}
    UPDATE ops.person SET title = %(title)s, email = %(email)s, sysadmin = %(sysadmin)s, active = %(active)s
    FROM others WHERE id = %(id)s::uuid AND (%(sysadmin)s AND %(active)s OR others.stay) RETURNING id
"""
PERSONS: LiteralString = """
    SELECT p.id::text, p.name, p.title, p.email, p.sysadmin, p.active, p.created_at AS created, p.created_by,
        ARRAY(SELECT ARRAY[o.name, m.role] FROM ops.membership m JOIN ops.organization o ON o.id = m.organization_id
            WHERE m.person_id = p.id ORDER BY o.name) AS roles
    FROM ops.person p WHERE {where} ORDER BY p.name LIMIT %(limit)s OFFSET %(offset)s
"""
COUNT_PERSONS: LiteralString = "SELECT count(*) AS n FROM ops.person"
REMOVE_PERSON: LiteralString = f"""
    {SOMEBODY_ELSE}
    DELETE FROM ops.person USING others WHERE id = %(id)s::uuid AND others.stay RETURNING id
"""

ADD_ORGANIZATION: LiteralString = """
    INSERT INTO ops.organization (name, title, created_by) VALUES (%(name)s, %(title)s, %(by)s) RETURNING id::text
"""
CHANGE_ORGANIZATION: LiteralString = "UPDATE ops.organization SET title = %(title)s WHERE id = %(id)s::uuid RETURNING id"
ORGANIZATIONS: LiteralString = """
    SELECT o.id::text, o.name, o.title, o.created_at AS created, o.created_by,
        (SELECT count(*) FROM ops.membership m WHERE m.organization_id = o.id) AS members
    FROM ops.organization o WHERE {where} ORDER BY o.name LIMIT %(limit)s OFFSET %(offset)s
"""
COUNT_ORGANIZATIONS: LiteralString = """
    SELECT count(*) AS n FROM ops.organization o WHERE %(all)s OR o.name = ANY (%(names)s)
"""
LISTED: LiteralString = "(%(all)s OR o.name = ANY (%(names)s)) AND o.name > %(after)s"
REMOVE_ORGANIZATION: LiteralString = "DELETE FROM ops.organization WHERE id = %(id)s::uuid"
MEMBERS: LiteralString = """
    SELECT p.name, p.title, m.role, m.since, m.by FROM ops.membership m JOIN ops.person p ON p.id = m.person_id
    WHERE m.organization_id = %(id)s::uuid AND p.name > %(after)s ORDER BY p.name LIMIT %(limit)s
"""
SET_MEMBER: LiteralString = """
    INSERT INTO ops.membership (person_id, organization_id, role, by)
    VALUES (%(person)s::uuid, %(organization)s::uuid, %(role)s, %(by)s)
    ON CONFLICT (person_id, organization_id) DO UPDATE SET role = EXCLUDED.role, since = now(), by = EXCLUDED.by
    WHERE ops.membership.role <> EXCLUDED.role
"""
REMOVE_MEMBER: LiteralString = """
    DELETE FROM ops.membership WHERE person_id = %(person)s::uuid AND organization_id = %(organization)s::uuid
    RETURNING person_id
"""
OWNED: LiteralString = """
    SELECT count(*) AS n FROM harvest.harvest_source
    WHERE owner_org = ANY (%(organization)s) AND coalesce(removed, '') = ''
"""
SYSADMINS: LiteralString = "SELECT email FROM ops.person WHERE sysadmin AND active AND email <> '' ORDER BY email"
ADMINS: LiteralString = """
    SELECT p.email FROM ops.organization o JOIN ops.membership m ON m.organization_id = o.id AND m.role = 'admin'
    JOIN ops.person p ON p.id = m.person_id AND p.active AND p.email <> ''
    WHERE o.id::text = %(organization)s OR o.name = %(organization)s ORDER BY p.email
"""


class Persons:
    """Reads and writes them; names and ids of a thing are worth the same."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _add(self, statement: LiteralString, what: str, fields: PersonFields | OrganizationFields, by: str) -> str:
        try:
            return str(self._database.rows(statement, **asdict(fields), by=by)[0]["id"])
        except psycopg.errors.UniqueViolation as error:
            raise ValidationError({"name": f"There already is {what} with the name {fields.name}"}) from error

    def add_person(self, fields: PersonFields, by: str) -> str:
        """Enter a person; the id. Raises ValidationError for a name that is taken."""
        return self._add(ADD_PERSON, "a person", fields, by)

    def change_person(self, person_id: str, fields: PersonFields) -> None:
        """Replace all fields but the name. Raises Refused when no active sysadmin would be left, NotFound."""
        if not self._database.rows(CHANGE_PERSON, **asdict(fields), id=person_id):
            self._refuse(person_id)

    def _refuse(self, person_id: str) -> NoReturn:
        """Why a person could not be changed or removed."""
        name = self.person(person_id)["name"]
        raise Refused(f"{name} is the only active sysadmin: make somebody else a sysadmin first")

    def person(self, id_or_name: str) -> Row:
        """A person with the roles: {organisation: role}. Raises NotFound."""
        rows = self._persons("p.id::text = %(key)s OR p.name = %(key)s", key=id_or_name, limit=1, offset=0)
        if not rows:
            raise NotFound(f"There is no person {id_or_name}: `harvester person list` lists them")
        return rows[0]

    def persons(self, limit: int, offset: int, after: str) -> list[Row]:
        """Persons by name, those that come after `after`."""
        return self._persons("p.name > %(after)s", limit=limit, offset=offset, after=after)

    def _persons(self, where: LiteralString, **parameters: Any) -> list[Row]:
        rows = self._database.rows(PERSONS.replace("{where}", where), **parameters)
        return [{**row, "roles": dict(row["roles"])} for row in rows]

    def count_persons(self) -> int:
        """How many there are."""
        return int(self._database.rows(COUNT_PERSONS)[0]["n"])

    def remove_person(self, person_id: str) -> None:
        """Remove a person with all roles and tokens. Raises Refused when no active sysadmin would be left."""
        if not self._database.rows(REMOVE_PERSON, id=person_id):
            self._refuse(person_id)

    def add_organization(self, fields: OrganizationFields, by: str) -> str:
        """Enter an organisation; the id. Raises ValidationError for a name that is taken."""
        return self._add(ADD_ORGANIZATION, "an organisation", fields, by)

    def change_organization(self, organization_id: str, fields: OrganizationFields) -> None:
        """Replace all fields but the name."""
        self._database.rows(CHANGE_ORGANIZATION, **asdict(fields), id=organization_id)

    def organization(self, id_or_name: str) -> Row:
        """An organisation with the number of its members. Raises NotFound."""
        where: LiteralString = "o.id::text = %(key)s OR o.name = %(key)s"
        rows = self._database.rows(ORGANIZATIONS.replace("{where}", where), key=id_or_name, limit=1, offset=0)
        if not rows:
            raise NotFound(f"There is no organisation {id_or_name}: `harvester org list` lists them")
        return rows[0]

    def organizations(self, among: Sequence[str] | None, limit: int, offset: int, after: str) -> list[Row]:
        """Organisations by name, those that come after `after`: all, or those `among` these names."""
        which: dict[str, Any] = {"all": among is None, "names": list(among or ())}
        statement = ORGANIZATIONS.replace("{where}", LISTED)
        return self._database.rows(statement, **which, limit=limit, offset=offset, after=after)

    def count_organizations(self, among: Sequence[str] | None) -> int:
        """How many there are, of all or among these names."""
        return int(self._database.rows(COUNT_ORGANIZATIONS, all=among is None, names=list(among or ()))[0]["n"])

    def remove_organization(self, organization_id: str) -> None:
        """Remove an organisation and the roles in it."""
        self._database.rows(REMOVE_ORGANIZATION, id=organization_id)

    def sources_of(self, organization: Row) -> int:
        """How many sources an organisation has, by the read model."""
        return int(self._database.rows(OWNED, organization=[organization["id"], organization["name"]])[0]["n"])

    def members(self, organization_id: str, limit: int, after: str = "") -> list[Row]:
        """Persons with a role in an organisation, by name."""
        return self._database.rows(MEMBERS, id=organization_id, limit=limit, after=after)

    def set_member(self, person_id: str, organization_id: str, role: str, by: str) -> None:
        """Give a role, in place of an earlier one."""
        self._database.rows(SET_MEMBER, person=person_id, organization=organization_id, role=role, by=by)

    def remove_member(self, person_id: str, organization_id: str) -> bool:
        """Take a role; whether there was one."""
        return bool(self._database.rows(REMOVE_MEMBER, person=person_id, organization=organization_id))


class OwnPeople:
    """To whom of them mail goes; see `adapters.mail.recipients.People`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sysadmins(self) -> Sequence[str]:
        """Addresses of active sysadmins."""
        return [email for (email,) in self._database.query(SYSADMINS)]

    def admins_of(self, organisation: str) -> Sequence[str]:
        """Addresses of the active admins of an organisation (id or name)."""
        return [email for (email,) in self._database.query(ADMINS, organization=organisation)]
