"""Search in the local catalogue as CKAN's package_search answers it: words, filters, order, facets."""

from collections.abc import Sequence
from typing import Any, LiteralString

from adapters.postgres.database import Database
from adapters.targets.catalogue import COLUMNS, SEEN, WORDS, as_ckan, seen
from domain.access import EVERY_SOURCE, Sight
from domain.search import Filter
from harvesters.target import SiteRules

ORGANIZATION: LiteralString = "coalesce(package -> 'organization' ->> 'name', package ->> 'owner_org', '')"
ONE: dict[str, LiteralString] = {
    "id": "id",
    "name": "name",
    "organization": ORGANIZATION,
    "owner_org": ORGANIZATION,
    "license_id": "coalesce(package ->> 'license_id', '')",
    "harvest_source_id": "coalesce(source_id, '')",
    "state": "state",
    "type": "coalesce(package ->> 'type', 'dataset')",
    "dataset_type": "coalesce(package ->> 'type', 'dataset')",
}
"""Fields with one value."""
MANY: dict[str, tuple[LiteralString, LiteralString]] = {
    "tags": ("tags", "name"),
    "groups": ("groups", "name"),
    "res_format": ("resources", "format"),
}
"""Fields with several: the list in the package, and the key of its elements."""
FIELDS = (*ONE, *MANY)
FACETS = ("organization", "groups", "tags", "res_format", "license_id", "harvest_source_id")
SORTS: dict[str, LiteralString] = {
    "name": "name",
    "title": "lower(title)",
    "title_string": "lower(title)",
    "metadata_created": "metadata_created",
    "metadata_modified": "metadata_modified",
    "score": "1",
    "id": "id",
}
LIST: LiteralString = (
    "CASE WHEN jsonb_typeof(package -> '{list}') = 'array' THEN jsonb_path_query_array(package -> '{list}', '$[*].{key}') "
    "ELSE '[]' END"
)
SEARCH: LiteralString = """
    SELECT {columns} FROM catalogue.package WHERE {where} ORDER BY {order} LIMIT %(rows)s OFFSET %(start)s
"""
COUNT: LiteralString = "SELECT count(*) FROM catalogue.package WHERE {where}"
FACET: LiteralString = """
    SELECT value, count(*) FROM (SELECT {value} AS value FROM catalogue.package WHERE {where}) f
    WHERE value <> '' GROUP BY value ORDER BY count(*) DESC, value LIMIT %(facet_limit)s
"""
PLACES: tuple[LiteralString, ...] = tuple(f"filter_{number}" for number in range(100))


class CatalogueSearch:
    """Searches the table catalogue.package; a facet costs a look at all matches."""

    def __init__(self, database: Database, rules: SiteRules) -> None:
        self._database = database
        self._rules = rules

    def search(
        self,
        q: str = "",
        filters: Sequence[Filter] = (),
        sort: Sequence[tuple[str, bool]] = (),
        *,
        rows: int = 10,
        start: int = 0,
        facets: Sequence[str] = (),
        facet_limit: int = 50,
        sight: Sight = EVERY_SOURCE,
    ) -> dict[str, Any]:
        """{count, results, facets: {field: {value: number}}} of active packages, in the form of CKAN's."""
        where, parameters = _conditions(q, filters, sight)
        count = self._query(COUNT, where, **parameters)[0][0]
        order: list[LiteralString] = [SORTS[name] + (" DESC" if descending else "") for name, descending in sort]
        statement = SEARCH.replace("{columns}", COLUMNS).replace("{order}", ", ".join([*order, "name"]))
        matches = self._query(statement, where, rows=rows, start=start, **parameters) if rows else []
        counted = {
            name: dict(self._query(FACET.replace("{value}", _values(name)), where, facet_limit=facet_limit, **parameters))
            for name in facets
            if name in FACETS
        }
        return {"count": count, "results": [as_ckan(row, self._rules) for row in matches], "facets": counted}

    def _query(self, statement: LiteralString, where: LiteralString, **parameters: Any) -> list[tuple[Any, ...]]:
        return self._database.query(statement.replace("{where}", where), **parameters)


def _list(name: str) -> LiteralString:
    items, key = MANY[name]
    return LIST.replace("{list}", items).replace("{key}", key)


def _values(name: str) -> LiteralString:
    """The value of a field, or a row for each of its values."""
    return ONE[name] if name in ONE else f"jsonb_array_elements_text({_list(name)})"


def _conditions(q: str, filters: Sequence[Filter], sight: Sight) -> tuple[LiteralString, dict[str, Any]]:
    q = "" if q.strip() in ("*", "*:*") else q
    where: list[LiteralString] = ["state = 'active'"]
    parameters: dict[str, Any] = {}
    if not sight.everything:
        where.append(f"({SEEN})")
        parameters |= seen(sight)
    if q:
        where.append(f"{WORDS} @@ plainto_tsquery('simple', %(q)s)")
        parameters["q"] = q
    for number, term in enumerate(filters):
        place = PLACES[number]
        value: LiteralString = f"%({place})s::text[]"
        condition: LiteralString = (
            f"{ONE[term.field]} = ANY ({value})" if term.field in ONE else f"{_list(term.field)} ?| {value}"
        )
        where.append(f"NOT ({condition})" if term.none else f"({condition})")
        parameters[place] = list(term.values)
    return " AND ".join(where), parameters
