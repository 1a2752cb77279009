"""The local catalogue: a table of packages in CKAN's form, the target when no CKAN is configured.

It keeps what it is given and checks what CKAN would refuse whatever its schema: a name, texts that are texts, lists that are
lists. Ownership is compared in the very statement that writes, so no race can overwrite another source's package.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import psycopg

from adapters.postgres.database import Database, unavailable
from domain.errors import TargetError
from harvesters.target import Origin, Owner, Stored, not_ours

TEXT_FIELDS = (
    "title",
    "notes",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "url",
    "version",
    "license_id",
    "type",
)
NAME = re.compile(r"[a-z0-9_-]{2,100}")

SAVE = """
    INSERT INTO catalogue.package AS p (id, name, title, source_id, guid, object_id, content_hash, package)
    VALUES (%(id)s, %(name)s, %(title)s, %(source)s, %(guid)s, %(object)s, %(hash)s, %(package)s)
    ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, source_id = EXCLUDED.source_id, guid = EXCLUDED.guid,
        object_id = EXCLUDED.object_id, content_hash = EXCLUDED.content_hash, package = EXCLUDED.package,
        state = 'active', metadata_modified = now(),
        name = CASE WHEN p.state = 'active' THEN p.name ELSE EXCLUDED.name END
    WHERE p.source_id = %(source)s OR %(adopt)s
    RETURNING id, name
"""
OWNED = "SELECT id, name, source_id, object_id, content_hash, state FROM catalogue.package WHERE id = %(id)s"
TAKEN = "SELECT name FROM catalogue.package WHERE name = ANY (%(names)s) AND id <> %(id)s"
DELETE = """
    UPDATE catalogue.package SET state = 'deleted', object_id = %(object)s, metadata_modified = now(),
        name = CASE WHEN state = 'active' THEN left(name, 58) || '--' || left(md5(id), 40) ELSE name END
    WHERE id = %(id)s AND source_id = %(source)s AND state = 'active' RETURNING id
"""
COLUMNS = "id, name, state, package, source_id, object_id, metadata_created, metadata_modified"
SHOW = f"SELECT {COLUMNS} FROM catalogue.package WHERE id = %(key)s OR name = %(key)s"
LIST = """
    SELECT name FROM catalogue.package WHERE state = 'active' AND name > %(after)s ORDER BY name
    LIMIT %(limit)s OFFSET %(offset)s
"""
WORDS = "to_tsvector('simple', left(package::text, 250000))"  # a vector holds 1 MB at most
SEARCH = f"""
    SELECT {COLUMNS} FROM catalogue.package
    WHERE state = 'active' AND (%(q)s = '' OR {WORDS} @@ plainto_tsquery('simple', %(q)s))
        AND (%(source)s = '' OR source_id = %(source)s)
    ORDER BY name LIMIT %(rows)s OFFSET %(start)s
"""
COUNT = f"""
    SELECT count(*) FROM catalogue.package
    WHERE state = 'active' AND (%(q)s = '' OR {WORDS} @@ plainto_tsquery('simple', %(q)s))
        AND (%(source)s = '' OR source_id = %(source)s)
"""
NUMBERS = (range(1, 10), range(10, 100), range(100, 1000))
"""Appended to a name that is taken, looked up in so many statements."""
ATTEMPTS = 20  # at a unique name, against other workers


class LocalCatalogue:
    """The table catalogue.package, as a target and to be read in the form of CKAN's API."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        """Create or update a package; see `harvesters.target.Target`."""
        check(package)
        known = self._database.query(OWNED, id=package["id"])
        if known:
            stored = _already(known[0], owner)
            if stored is not None:
                return stored
        for attempt in range(ATTEMPTS):
            name = self._unique(str(package["name"]), str(package["id"]), attempt)
            try:
                rows = self._write(package, name, owner)
            except psycopg.errors.UniqueViolation:
                continue  # another worker took the name meanwhile
            if not rows:
                raise not_ours(str(package["id"]), owner)
            return Stored(*rows[0])
        raise TargetError(f"No free name was found for {package['name']!r}", code="name_taken", field="name", retryable=True)

    def _write(self, package: Mapping[str, Any], name: str, owner: Owner) -> list[tuple[Any, ...]]:
        parameters = {
            "id": package["id"],
            "name": name,
            "title": package.get("title") or name,
            "source": owner.source_id,
            "guid": owner.guid,
            "object": owner.object_id,
            "hash": owner.content_hash,
            "adopt": owner.adopt,
            "package": _json(package),
        }
        try:
            return self._database.query(SAVE, **parameters)
        except psycopg.DataError as error:
            raise TargetError(f"package {package['id']} can't be stored: {error}", code="validation") from error

    def _unique(self, name: str, package_id: str, attempt: int) -> str:
        """The name, or the name with a number: name1, name2 … (number-sequence of ckanext-harvest), 100 characters at most."""
        if attempt == 0 and not self._taken([name], package_id):
            return name
        for numbers in NUMBERS:
            names = [f"{name[: 100 - len(str(number))]}{number}" for number in numbers]
            taken = self._taken(names, package_id)
            if free := next((candidate for candidate in names if candidate not in taken), None):
                return free
        raise TargetError(f"All names {name}1 to {name}999 are taken", code="name_taken", field="name")

    def _taken(self, names: Sequence[str], package_id: str) -> set[str]:
        """Those of the names that another package has."""
        return {name for (name,) in self._database.query(TAKEN, names=names, id=package_id)}

    def delete(self, package_id: str, owner: Owner) -> bool:
        """Delete a package of this source; see `harvesters.target.Target`. A purged one is kept as deleted too."""
        known = self._database.query(OWNED, id=package_id)
        if known:
            _origin(known[0]).check_owned(package_id, owner)
        return bool(self._database.query(DELETE, id=package_id, source=owner.source_id, object=owner.object_id))

    def show(self, id_or_name: str) -> dict[str, Any] | None:
        """package_show: a package that isn't deleted."""
        rows = self._database.query(SHOW, key=id_or_name)
        return as_ckan(rows[0]) if rows and rows[0][2] == "active" else None

    def list(self, limit: int = 1000, offset: int = 0, after: str = "") -> Sequence[str]:
        """package_list: names in order, those that come after `after`."""
        return [name for (name,) in self._database.query(LIST, limit=limit, offset=offset, after=after)]

    def search(self, q: str = "", *, source_id: str = "", rows: int = 10, start: int = 0) -> dict[str, Any]:
        """package_search: packages that hold all words of `q`, with their number."""
        q = "" if q == "*:*" else q
        count = self._database.query(COUNT, q=q, source=source_id)[0][0]
        found = self._database.query(SEARCH, q=q, source=source_id, rows=rows, start=start)
        return {"count": count, "results": [as_ckan(row) for row in found]}

    def check(self) -> None:
        """Raises ServiceUnavailable when the catalogue can't be used."""
        with unavailable(self._database.url):
            self._database.query("SELECT FROM catalogue.package LIMIT 1")


def check(package: Mapping[str, Any]) -> None:
    """Raise TargetError `validation` that names the first field that can't be stored in CKAN's form."""
    name = package.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _invalid("name", f"must be 2 to 100 of a-z, 0-9, - and _, is {_short(name)}")
    for field in TEXT_FIELDS:
        if not isinstance(package.get(field), str | None):
            raise _invalid(field, f"must be text, is {_short(package[field])}")
    for field in ("resources", "tags", "extras", "groups"):
        value = package.get(field)
        if value is not None and not isinstance(value, list):
            raise _invalid(field, f"must be a list, is {_short(value)}")
        for position, entry in enumerate(value or ()):
            if not isinstance(entry, dict):
                raise _invalid(field, f"entry {position} must be an object, is {_short(entry)}")
    _check_extras(package.get("extras") or ())


def _check_extras(extras: Sequence[Mapping[str, Any]]) -> None:
    seen = set()
    for position, extra in enumerate(extras):
        key = extra.get("key")
        if not isinstance(key, str) or not key:
            raise _invalid("extras", f"entry {position} has no key")
        if key in seen:
            raise _invalid("extras", f"the key {key!r} is there twice")
        seen.add(key)


def _invalid(field: str, message: str) -> TargetError:
    return TargetError(f"{field}: {message}", code="validation", field=field)


def _already(known: tuple[Any, ...], owner: Owner) -> Stored | None:
    """The package as it is when it has this object's content, None when it is to be written."""
    package_id, name = known[:2]
    return Stored(package_id, name, already=True) if _origin(known).holds(package_id, owner) else None


def _origin(known: tuple[Any, ...]) -> Origin:
    source_id, object_id, content_hash, state = known[2:]
    return Origin(source_id or "", object_id or "", content_hash or "", state == "active")


def _json(package: Mapping[str, Any]) -> str:
    try:
        return orjson.dumps(package).decode()
    except TypeError as error:
        raise TargetError(f"package {package.get('id')} can't be stored as JSON: {error}", code="validation") from error


def _short(value: object) -> str:
    return f"{type(value).__name__} {str(value)[:80]!r}"


def as_ckan(row: tuple[Any, ...]) -> dict[str, Any]:
    """A row in the form of CKAN's package_show, with the extras that harvested datasets have there."""
    package_id, name, state, package, source_id, object_id, created, modified = row
    harvest = {"harvest_object_id": object_id, "harvest_source_id": source_id}
    extras = [extra for extra in package.get("extras") or () if extra.get("key") not in harvest]
    extras += [{"key": key, "value": value} for key, value in harvest.items() if value]
    times = {"metadata_created": _time(created), "metadata_modified": _time(modified)}
    return {**times, **package, "id": package_id, "name": name, "state": state, "extras": extras}


def _time(value: datetime) -> str:
    return value.replace(tzinfo=None).isoformat()
