"""Search in the local catalogue as CKAN's package_search answers it: words, filters, order, facets.

Words and values are found by indexes. Counts of all packages are kept (`catalogue.facet_count`, and what has changed since);
those of a search are counted over its matches (decision 0058).
"""

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
MANY = ("tags", "groups", "res_format")
"""Fields with several."""
FIELDS = (*ONE, *MANY)
FACETS = ("organization", "groups", "tags", "res_format", "license_id", "harvest_source_id")
FACET_OF = {**{name: name for name in FACETS}, "owner_org": "organization"}
"""The prefix of a field's values in the column `facets`."""
LONGEST = 600  # characters of a facet with its prefix, as in the function catalogue.facets
SORTS: dict[str, LiteralString] = {
    "name": "name",
    "title": "lower(title)",
    "title_string": "lower(title)",
    "metadata_created": "metadata_created",
    "metadata_modified": "metadata_modified",
    "score": "1",
    "id": "id",
}
PAGE: LiteralString = """
    SELECT id FROM catalogue.package WHERE {where} ORDER BY {order} LIMIT %(rows)s OFFSET %(start)s
"""
PACKAGES: LiteralString = f"SELECT {COLUMNS} FROM catalogue.package WHERE id = ANY (%(ids)s)"
TOP: LiteralString = """
    SELECT f.field, substr(t.facet, length(f.field) + 2), t.number, NULL::text[]
    FROM unnest(%(fields)s::text[]) AS f (field) CROSS JOIN LATERAL (
        SELECT facet, sum(number)::bigint AS number FROM ({counted}) c
        GROUP BY facet HAVING sum(number) > 0 ORDER BY sum(number) DESC, facet LIMIT %(facet_limit)s
    ) t
"""
"""The most frequent values of each field."""
RANGE: LiteralString = "facet > f.field || ':' AND facet < f.field || ';'"
OF_MATCHES: LiteralString = """
    WITH matches AS MATERIALIZED (SELECT id, facets, {keys} FROM catalogue.package WHERE {where}),
    counted AS MATERIALIZED (
        SELECT facet, count(*) AS number FROM matches CROSS JOIN LATERAL unnest(facets) AS facet
        WHERE cardinality(%(fields)s::text[]) > 0 GROUP BY facet
    )
    SELECT '', '', (SELECT count(*) FROM matches),
        ARRAY(SELECT id FROM matches ORDER BY {order} LIMIT %(rows)s OFFSET %(start)s)
    UNION ALL
""" + TOP.replace("{counted}", "SELECT facet, number FROM counted WHERE " + RANGE)
"""How many match, a page of their ids, and their values."""
OF_ALL: LiteralString = """
    WITH changed AS MATERIALIZED (
        SELECT facet, sum(number) AS number FROM (
            SELECT number, facets FROM catalogue.facet_change
            {hidden}
        ) c CROSS JOIN LATERAL unnest(c.facets || ''::text) AS facet GROUP BY facet
    )
    SELECT '', '', coalesce((SELECT number FROM catalogue.facet_count WHERE facet = ''), 0)
        + coalesce((SELECT number FROM changed WHERE facet = ''), 0)::bigint, ARRAY({page})
    UNION ALL
""" + TOP.replace(
    "{counted}",
    f"""
        SELECT facet, number FROM catalogue.facet_count WHERE {RANGE}
        UNION ALL SELECT facet, number FROM changed WHERE {RANGE}
        """,
)
HIDDEN: LiteralString = """
    UNION ALL SELECT -1, facets FROM catalogue.package
    WHERE state = 'active' AND package ->> 'private' = 'true' AND NOT coalesce(package ->> 'owner_org', '') = ANY (%(sees)s)
    UNION ALL SELECT -1, p.facets FROM harvest.harvest_source s CROSS JOIN LATERAL (
        SELECT facets, package FROM catalogue.package WHERE source_id = s.id AND state = 'active' OFFSET 0
    ) p
    WHERE s.private AND NOT coalesce(s.owner_org, '') = ANY (%(sees)s)
        AND (p.package ->> 'private' IS DISTINCT FROM 'true' OR coalesce(p.package ->> 'owner_org', '') = ANY (%(sees)s))
"""
"""Packages that somebody doesn't see (not SEEN), once each: few, against all there are."""
ADD_UP: LiteralString = """
    WITH gone AS (
        DELETE FROM catalogue.facet_change WHERE id IN (SELECT id FROM catalogue.facet_change ORDER BY id LIMIT %(most)s)
        RETURNING number, facets
    ), added AS (
        INSERT INTO catalogue.facet_count AS c
        SELECT facet, sum(number) FROM gone CROSS JOIN LATERAL unnest(facets || ''::text) AS facet
        GROUP BY facet HAVING sum(number) <> 0 ORDER BY facet
        ON CONFLICT (facet) DO UPDATE SET number = c.number + EXCLUDED.number
    )
    SELECT count(*) FROM gone
"""
AT_A_TIME = 5000  # changes that are added up at a time
PLACES: tuple[LiteralString, ...] = tuple(f"filter_{number}" for number in range(100))
KEYS: tuple[LiteralString, ...] = tuple(f"sort_{number}" for number in range(100))


class CatalogueSearch:
    """Searches the table catalogue.package; the facets of a search cost a look at all its matches."""

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
        fields = [name for name in facets if name in FACETS]
        sort = list({name: (name, descending) for name, descending in reversed(sort)}.values())[::-1]  # each field once
        order: list[LiteralString] = [SORTS[name] + (" DESC" if descending else "") for name, descending in sort]
        if "q" in parameters or filters:
            statement = _of_matches(where, sort)
        else:
            page = PAGE.replace("{where}", where).replace("{order}", ", ".join([*order, "name"]))
            statement = OF_ALL.replace("{hidden}", "" if sight.everything else HIDDEN).replace("{page}", page)
        limits = {"rows": rows, "start": start, "facet_limit": facet_limit}
        first, *counted = self._database.query(statement, fields=fields, **limits, **parameters)
        values: dict[str, dict[str, int]] = {name: {} for name in fields}
        for field, value, number, _ in counted:
            values[field][value] = number
        return {"count": int(first[2]), "results": self._packages(first[3]), "facets": values}

    def _packages(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """These packages, in this order."""
        rows = {row[0]: row for row in self._database.query(PACKAGES, ids=list(ids))} if ids else {}
        return [as_ckan(rows[package_id], self._rules) for package_id in ids if package_id in rows]


def _of_matches(where: LiteralString, sort: Sequence[tuple[str, bool]]) -> LiteralString:
    """All matches are looked at once, for count, page and values: none is looked for in the order of the page."""
    keys: list[LiteralString] = [f"{SORTS[name]} AS {KEYS[number]}" for number, (name, _) in enumerate(sort)]
    order: list[LiteralString] = [KEYS[number] + (" DESC" if descending else "") for number, (_, descending) in enumerate(sort)]
    statement = OF_MATCHES.replace("{keys}", ", ".join([*keys, "name"])).replace("{where}", where)
    return statement.replace("{order}", ", ".join([*order, "name"]))


def add_up(database: Database) -> int:
    """Add some changes to the kept counts; how many there were. Two that do it at a time don't count anything twice."""
    return int(database.query(ADD_UP, most=AT_A_TIME)[0][0])


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
        condition, values = _condition(term, place)
        where.append(f"NOT ({condition})" if term.none else f"({condition})")
        parameters[place] = values
    return " AND ".join(where), parameters


def _condition(term: Filter, place: LiteralString) -> tuple[LiteralString, list[str]]:
    """By the index of facets where it can be; an empty value is in no facet."""
    prefix = FACET_OF.get(term.field)
    if prefix is None or (term.field in ONE and "" in term.values):
        return f"{ONE[term.field]} = ANY (%({place})s::text[])", list(term.values)
    return f"facets && %({place})s::text[]", [f"{prefix}:{value}"[:LONGEST] for value in term.values]
