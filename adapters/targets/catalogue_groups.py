"""Groups and organisations of the local catalogue, looked up and made by the rules of a CKAN's."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

import orjson

from adapters.postgres.database import Database
from adapters.targets.kept import Kept
from domain.errors import TargetError
from harvesters.dataset.values import is_uuid

FIND = """
    SELECT id, name FROM catalogue.collection WHERE kind = %(kind)s AND (id = %(id)s OR name = %(name)s)
    ORDER BY id = %(id)s DESC LIMIT 1
"""
FIND_OWN = """
    SELECT id::text, name FROM ops.organization WHERE id::text = %(id)s OR name = %(name)s
    ORDER BY id::text = %(id)s DESC LIMIT 1
"""
"""Those that persons belong to, which may have datasets, too."""
MAKE = """
    INSERT INTO catalogue.collection (kind, id, name, details) VALUES (%(kind)s, %(id)s, %(name)s, %(details)s)
    ON CONFLICT DO NOTHING
"""
DETAILS = ("title", "description", "image_url")

Kind = Literal["group", "organization"]


class CatalogueGroups:
    """Groups, or organisations. What was found is remembered for a while. Safe to share between threads."""

    def __init__(self, database: Database, kind: Kind, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._kind = kind
        self._answers: Kept[tuple[str, str], Mapping[str, str]] = Kept(clock)

    def resolve(self, wanted: Mapping[str, Any], *, create: bool) -> Mapping[str, str] | None:
        """The group with that id, else with that name; see `harvesters.ckan.membership.ResolvesGroups`."""
        identity, name = (value if isinstance(value := wanted.get(key), str) else "" for key in ("id", "name"))
        if not identity and not name:
            return None
        if answer := self._answers.get((identity, name)):
            return answer.value
        group = self._find(identity, name) or (self._make(wanted, identity, name) if create else None)
        if group is not None:
            self._answers.put((identity, name), group)
        return group

    def _find(self, identity: str, name: str) -> Mapping[str, str] | None:
        rows = self._database.query(FIND, kind=self._kind, id=identity, name=name)
        if not rows and self._kind == "organization":
            rows = self._database.query(FIND_OWN, id=identity, name=name)
        return {"id": rows[0][0], "name": rows[0][1]} if rows else None

    def _make(self, wanted: Mapping[str, Any], identity: str, name: str) -> Mapping[str, str] | None:
        """Another worker may make it at the same time: the first one counts."""
        name = name or identity
        made_id = identity if is_uuid(identity) else str(uuid5(NAMESPACE_URL, f"{self._kind}/{name}"))
        details = {key: wanted[key] for key in DETAILS if isinstance(wanted.get(key), str)}
        try:
            document = orjson.dumps(details).decode()
        except TypeError as error:
            raise TargetError(f"{self._kind} {name} can't be stored as JSON: {error}", code="validation") from error
        self._database.query(MAKE, kind=self._kind, id=made_id, name=name, details=document)
        return self._find(made_id, name)
