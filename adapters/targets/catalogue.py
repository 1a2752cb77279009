"""The local catalogue: a table of packages in CKAN's form, the target when no CKAN is configured.

It keeps what a CKAN would keep (`harvesters.dataset`), and fields that no CKAN knows as they are. Ownership is compared in the
very statement that writes, so no race can overwrite another source's package.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg

from adapters.postgres.database import Database, unavailable
from adapters.targets.catalogue_groups import CatalogueGroups
from domain.access import EVERY_SOURCE, Sight
from domain.errors import TargetError
from harvesters.dataset import fit
from harvesters.dataset.arranging import Holder, arrange, give_first
from harvesters.dataset.numbers import RANDOM_HEX, RESERVED, numbered, stands_in, with_hexes, with_number
from harvesters.target import USUAL_RULES, Fitting, Origin, Owner, SiteRules, Stored, not_ours, with_kept

SAVE = """
    INSERT INTO catalogue.package AS p (id, name, title, source_id, source_title, guid, object_id, content_hash, package,
        metadata_created, metadata_modified)
    VALUES (%(id)s, %(name)s, %(title)s, %(source)s, %(source_title)s, %(guid)s, %(object)s, %(hash)s, %(package)s,
        coalesce(%(created)s, now()), coalesce(%(modified)s, now()))
    ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, source_id = EXCLUDED.source_id, guid = EXCLUDED.guid,
        source_title = EXCLUDED.source_title, object_id = EXCLUDED.object_id, content_hash = EXCLUDED.content_hash,
        package = EXCLUDED.package, state = 'active', metadata_modified = EXCLUDED.metadata_modified,
        metadata_created = coalesce(%(created)s, p.metadata_created),
        name = CASE WHEN p.state = 'active' THEN p.name ELSE EXCLUDED.name END
    WHERE p.source_id = %(source)s OR %(adopt)s OR p.state = 'deleted'
    RETURNING id, name
"""
OWNED = "SELECT id, name, source_id, object_id, content_hash, state FROM catalogue.package WHERE id = %(id)s"
PACKAGE = "SELECT package FROM catalogue.package WHERE id = %(id)s AND state <> 'deleted'"
TAKEN = "SELECT name FROM catalogue.package WHERE name = ANY (%(names)s) AND id <> %(id)s"
DELETE = """
    UPDATE catalogue.package SET state = %(state)s, object_id = %(object)s, metadata_modified = now(),
        name = CASE WHEN right(name, 34) = '--' || md5(id) THEN name ELSE left(name, 58) || '--' || md5(id) END
    WHERE id = %(id)s AND source_id = %(source)s AND state <> 'deleted' RETURNING id
"""
"""Deleted, or hidden; either way its name is free for others."""
PURGE = "DELETE FROM catalogue.package WHERE id = %(id)s AND source_id = %(source)s RETURNING id"
WAITING = """
    SELECT id, name FROM catalogue.package
    WHERE source_id = %(source)s AND package ->> 'name' = %(name)s AND name <> package ->> 'name' AND state = 'active'
        AND NOT EXISTS (SELECT FROM catalogue.package h WHERE h.name = %(name)s)
    ORDER BY length(name), name
"""
HOLDERS = """
    SELECT id, name, CASE WHEN source_id = %(source)s AND package ->> 'name' = %(name)s AND state = 'active'
        THEN coalesce(object_id, '') ELSE '' END
    FROM catalogue.package WHERE name = ANY (%(names)s)
"""
RENAME = """
    UPDATE catalogue.package SET name = %(name)s,
        metadata_modified = CASE WHEN package ? 'metadata_modified' THEN metadata_modified ELSE now() END
    WHERE id = %(id)s AND name = %(old)s AND state = 'active' RETURNING id
"""
SEEN = """
    (source_id IS NULL OR source_id <> ALL (ARRAY(
        SELECT s.id FROM harvest.harvest_source s WHERE s.private AND NOT coalesce(s.owner_org, '') = ANY (%(sees)s))))
    AND (package ->> 'private' IS DISTINCT FROM 'true' OR coalesce(package ->> 'owner_org', '') = ANY (%(sees)s))
"""
"""A condition: packages that are not private, and are of no private source, unless they are of these organisations."""
TITLE = """
    coalesce(source_title, (SELECT s.title FROM harvest.harvest_source s WHERE s.id = package.source_id))
"""
COLUMNS = f"id, name, state, package, source_id, object_id, metadata_created, metadata_modified, {TITLE}"
SHOW = f"SELECT {COLUMNS} FROM catalogue.package WHERE (id = %(key)s OR name = %(key)s) AND (%(sees_all)s OR {SEEN})"
NAMED = f"""
    SELECT name, title FROM catalogue.package WHERE id = %(key)s AND state = 'active' AND (%(sees_all)s OR {SEEN})
"""
LIST = f"""
    SELECT name FROM catalogue.package WHERE state = 'active' AND name > %(after)s AND (%(sees_all)s OR {SEEN}) ORDER BY name
    LIMIT %(limit)s OFFSET %(offset)s
"""
WORDS = "to_tsvector('simple', left(package::text, 250000))"  # a vector holds 1 MB at most
SEARCH = f"""
    SELECT {COLUMNS} FROM catalogue.package
    WHERE state = 'active' AND (%(q)s = '' OR {WORDS} @@ plainto_tsquery('simple', %(q)s))
        AND (%(source)s = '' OR source_id = %(source)s) AND (%(sees_all)s OR {SEEN})
    ORDER BY name LIMIT %(rows)s OFFSET %(start)s
"""
COUNT = f"""
    SELECT count(*) FROM catalogue.package
    WHERE state = 'active' AND (%(q)s = '' OR {WORDS} @@ plainto_tsquery('simple', %(q)s))
        AND (%(source)s = '' OR source_id = %(source)s) AND (%(sees_all)s OR {SEEN})
"""
NUMBERS = (range(1, 10), range(10, 100), range(100, 1000))
"""Appended to a name that is taken, looked up in that many statements."""
ATTEMPTS = 20  # at a unique name, against other workers
SORTED = 500  # characters of a title by which searches are ordered; an index takes 2,704 bytes. The package has all of it


class LocalCatalogue:
    """The table catalogue.package, as a target and to be read in the form of CKAN's API."""

    makes_default_groups = True
    """Nobody else makes groups here."""

    def __init__(self, database: Database, rules: SiteRules = USUAL_RULES) -> None:
        self._database = database
        self.rules = rules
        self._groups = CatalogueGroups(database, "group")
        self._organizations = CatalogueGroups(database, "organization")

    def resolve_group(self, group: Mapping[str, Any], *, create: bool) -> Mapping[str, str] | None:
        """See `harvesters.ckan.membership.ResolvesGroups`."""
        return self._groups.resolve(group, create=create)

    def resolve_organization(self, organization: Mapping[str, Any], *, create: bool) -> Mapping[str, str] | None:
        """See `harvesters.ckan.membership.ResolvesOrganizations`."""
        return self._organizations.resolve(organization, create=create)

    def save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        """Create or update a package; see `harvesters.target.Target`."""
        fitted = fit(package, owner.fields)
        stored = self._save(fitted.package, owner)
        wanted = fitted.package["name"]
        renamed = self._settle(wanted, owner) if not stored.already and numbered(stored.name, wanted) else {}
        if not owner.held and (stored.already or stands_in(stored.name, wanted)):
            renamed |= self._arrange(wanted, owner, stored.name)
        stored = replace(stored, name=renamed.get(stored.package_id, stored.name))
        return replace(stored, losses=fitted.losses)

    def preview(self, package: Mapping[str, Any], owner: Owner) -> Fitting:
        """See `harvesters.target.Previews`."""
        fitted = fit(package, owner.fields)
        return Fitting(fitted.package, fitted.losses)

    def _save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        owned = self._database.query(OWNED, id=package["id"])
        if owned:
            stored = _already(owned[0], owner)
            if stored is not None:
                return stored
            package = self._kept(package, owner)
        for _ in range(ATTEMPTS):
            name = self._unique(str(package["name"]), str(package["id"]), owner)
            try:
                rows = self._write(package, name, owner)
            except psycopg.errors.UniqueViolation:
                continue  # another worker took the name meanwhile
            if not rows:
                raise not_ours(str(package["id"]), owner)
            return Stored(*rows[0])
        raise TargetError(f"No free name was found for {package['name']!r}", code="name_taken", field="name", retryable=True)

    def _kept(self, package: Mapping[str, Any], owner: Owner) -> Mapping[str, Any]:
        """The package with the fields of the one that is stored that an update doesn't touch."""
        if not (self.rules.kept_fields or owner.kept_fields):
            return package
        rows = self._database.query(PACKAGE, id=package["id"])
        return with_kept(package, rows[0][0], self.rules, owner) if rows else package

    def _write(self, package: Mapping[str, Any], name: str, owner: Owner) -> list[tuple[Any, ...]]:
        parameters = {
            "id": package["id"],
            "name": name,
            "title": str(package.get("title") or name)[:SORTED],
            "source": owner.source_id,
            "source_title": owner.source_title,
            "guid": owner.guid,
            "object": owner.object_id,
            "hash": owner.content_hash,
            "adopt": owner.adopt,
            "package": _json(package),
            "created": _aware(package.get("metadata_created")),
            "modified": _aware(package.get("metadata_modified")),
        }
        try:
            return self._database.query(SAVE, **parameters)
        except psycopg.DataError as error:
            raise TargetError(f"package {package['id']} can't be stored: {error}", code="validation") from error

    def _unique(self, name: str, package_id: str, owner: Owner) -> str:
        """The name, or the first one of its kind with something behind it that is free, 100 characters at most."""
        if not self._taken([name], package_id):
            return name
        if self._append(owner) == RANDOM_HEX:
            names = list(with_hexes(name, owner.source_id, owner.guid))
            names_taken = self._taken(names, package_id)
            if free := next((candidate for candidate in names if candidate not in names_taken), None):
                return free
            raise TargetError(f"{name} and {len(names)} names with hex digits are taken", code="name_taken", field="name")
        for numbers in NUMBERS:
            names = [with_number(name, number) for number in numbers]
            names_taken = self._taken(names, package_id)
            if free := next((candidate for candidate in names if candidate not in names_taken), None):
                return free
        raise TargetError(f"All names {name}1 to {name}999 are taken", code="name_taken", field="name")

    def _append(self, owner: Owner) -> str:
        return owner.name_append or self.rules.name_append

    def _taken(self, names: Sequence[str], package_id: str) -> set[str]:
        """Those of the names that another package has, or that no package may have."""
        return set(RESERVED.intersection(names)) | {name for (name,) in self._database.query(TAKEN, names=names, id=package_id)}

    def delete(self, package_id: str, owner: Owner) -> bool:
        """Delete, purge or hide a package of this source; see `harvesters.target.Target`."""
        rows = self._database.query(OWNED, id=package_id)
        if rows:
            _origin(rows[0]).check_owned(package_id, owner)
        if not rows or owner.on_removed == "keep":
            return False
        statement = PURGE if owner.on_removed == "purge" and not owner.hide else DELETE
        state = "draft" if owner.hide else "deleted"
        whose = {"id": package_id, "source": owner.source_id, "object": owner.object_id}
        if not self._database.query(statement, **whose, state=state):
            return False
        if self._settle(rows[0][1], owner):
            self._arrange(rows[0][1], owner)
        return True

    def _settle(self, name: str, owner: Owner) -> dict[str, str]:
        """Give a name that is free to the source's package that wants it, then that one's to the next; new names by package.

        Whoever frees a name does this afterwards, and so does whoever stores a package under a number: whichever comes last
        gives the package its name.
        """
        renamed: dict[str, str] = {}
        while name not in RESERVED and (waiting := self._waiting(name, owner)):
            package_id, number = waiting
            try:
                if not self._database.query(RENAME, id=package_id, old=number, name=name):
                    continue  # it was renamed or deleted meanwhile: look again
            except psycopg.errors.UniqueViolation:
                break
            renamed[package_id], name = name, number
        return renamed

    def _arrange(self, name: str, owner: Owner, stored_as: str = "") -> dict[str, str]:
        """Put the job's new packages that want the name in the order of their guids; new names by package."""
        by_hex = self._append(owner) == RANDOM_HEX

        def look(names: Sequence[str]) -> dict[str, Holder]:
            rows = self._database.query(HOLDERS, names=names, name=name, source=owner.source_id)
            holders = {str(row[1]): Holder(*row) for row in rows}
            return {held: holders[held] for held in names if held in holders}

        return (give_first if by_hex else arrange)(name, owner, look, self._rename, stored_as)

    def _rename(self, holder: Holder, name: str) -> bool:
        try:
            return bool(self._database.query(RENAME, id=holder.package_id, old=holder.name, name=name))
        except psycopg.errors.UniqueViolation:
            return False

    def _waiting(self, name: str, owner: Owner) -> tuple[str, str] | None:
        """The source's package with the lowest number behind this name that wants it; None while somebody has the name."""
        rows = self._database.query(WAITING, name=name, source=owner.source_id)
        return next(((str(package), str(held)) for package, held in rows if numbered(held, name)), None)

    def show(self, id_or_name: str, sight: Sight = EVERY_SOURCE) -> dict[str, Any] | None:
        """package_show: a package that isn't deleted, and is seen."""
        rows = self._database.query(SHOW, key=id_or_name, **seen(sight))
        return as_ckan(rows[0], self.rules) if rows and rows[0][2] == "active" else None

    def named(self, package_id: str, sight: Sight = EVERY_SOURCE) -> tuple[str, str] | None:
        """Name and title of a package that isn't deleted, and is seen: without the package, which may be large."""
        rows = self._database.query(NAMED, key=package_id, **seen(sight))
        return (rows[0][0], rows[0][1] or rows[0][0]) if rows else None

    def list(self, limit: int = 1000, offset: int = 0, after: str = "", sight: Sight = EVERY_SOURCE) -> Sequence[str]:
        """package_list: names in order, those that come after `after`, of packages that are seen."""
        page = {"limit": limit, "offset": offset, "after": after}
        return [name for (name,) in self._database.query(LIST, **page, **seen(sight))]

    def search(
        self, q: str = "", *, source_id: str = "", rows: int = 10, start: int = 0, sight: Sight = EVERY_SOURCE
    ) -> dict[str, Any]:
        """package_search: packages that hold all words of `q` and are seen, with their number."""
        q = "" if q == "*:*" else q
        count = self._database.query(COUNT, q=q, source=source_id, **seen(sight))[0][0]
        matches = self._database.query(SEARCH, q=q, source=source_id, rows=rows, start=start, **seen(sight))
        return {"count": count, "results": [as_ckan(row, self.rules) for row in matches]}

    def check(self) -> None:
        """Raises ServiceUnavailable when the catalogue can't be used."""
        with unavailable(self._database.url):
            self._database.query("SELECT FROM catalogue.package LIMIT 1")


def seen(sight: Sight) -> dict[str, Any]:
    """The parameters of SEEN, and of what is before it."""
    return {"sees_all": sight.everything, "sees": [*sight.organisations]}


def _already(row: tuple[Any, ...], owner: Owner) -> Stored | None:
    """The package as it is when it has this object's content, None when it is to be written."""
    package_id, name = row[:2]
    return Stored(package_id, name, already=True) if _origin(row).holds(package_id, owner) else None


def _origin(row: tuple[Any, ...]) -> Origin:
    source_id, object_id, content_hash, state = row[2:]
    return Origin(source_id or "", object_id or "", content_hash or "", state == "active", state == "deleted")


def _json(package: Mapping[str, Any]) -> str:
    try:
        return orjson.dumps(package).decode()
    except TypeError as error:
        raise TargetError(f"package {package.get('id')} can't be stored as JSON: {error}", code="validation") from error


def as_ckan(row: tuple[Any, ...], rules: SiteRules) -> dict[str, Any]:
    """A row in the form of CKAN's package_show, with the extras that harvested datasets have there."""
    package_id, name, state, package, source_id, object_id, created, modified, source_title = row
    harvest = {"harvest_object_id": object_id, "harvest_source_id": source_id, "harvest_source_title": source_title}
    extras = [extra for extra in package.get("extras") or () if extra.get("key") not in harvest]
    extras += [{"key": key, "value": value} for key, value in harvest.items() if value and rules.marked]
    times = {"metadata_created": _time(created), "metadata_modified": _time(modified)}
    filled = {"title": package.get("title") or name, "type": package.get("type") or "dataset"}  # as CKAN fills them
    return {**times, **package, **filled, "id": package_id, "name": name, "state": state, "extras": extras}


def _aware(value: Any) -> datetime | None:
    """A package's own date, which is UTC without a zone; None where it has none."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return None


def _time(value: datetime) -> str:
    return value.replace(tzinfo=None).isoformat()
