"""Search among sources: words, filters, order, facets, and who may see them, in one statement however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from adapters.postgres.read_model.queries import ReadModel
from domain.access import Sight
from domain.search import Filter

HEALTH: LiteralString = """
    CASE WHEN NOT s.active THEN 'inactive' WHEN coalesce(t.jobs, 0) = 0 THEN 'new'
        WHEN t.last_ended_job_id IS NULL THEN 'running'
        WHEN l.outcome = 'failed' OR (coalesce(c.errored, 0) > 0
            AND c.added + c.updated + c.unchanged + c.pages_unchanged + c.skipped + c.deleted = 0) THEN 'failing'
        WHEN t.last_success IS NULL THEN 'never_succeeded' ELSE 'ok' END
"""
"""In a word: inactive, new (no job yet), running (its first job), failing, never_succeeded, ok."""
FIELDS: dict[str, LiteralString] = {
    "id": "s.id",
    "name": "s.name",
    "source_type": "s.type",
    "frequency": "s.frequency",
    "organization": "coalesce(s.owner_org, '')",
    "owner_org": "coalesce(s.owner_org, '')",
    "url": "s.url",
    "title": "coalesce(s.title, '')",
    "state": "CASE WHEN s.active THEN 'active' ELSE 'deleted' END",
    "private": "coalesce(s.private, false)::text",
    "health": HEALTH,
}
"""What filters may name."""
FACETS = ("source_type", "frequency", "organization", "health")
SORTS: dict[str, LiteralString] = {
    "name": "name",
    "title": "lower(coalesce(nullif(title, ''), name))",
    "title_string": "lower(coalesce(nullif(title, ''), name))",
    "metadata_created": "created",
    "metadata_modified": "modified",
    "created": "created",
    "source_type": "type",
    "frequency": "frequency",
    "datasets": "datasets",
    "score": "1",
    "id": "id",
    "health": "trouble",
}
TROUBLE: LiteralString = f"""
    CASE {HEALTH} WHEN 'failing' THEN 0 WHEN 'never_succeeded' THEN 1 WHEN 'running' THEN 2 WHEN 'new' THEN 3 WHEN 'ok' THEN
        CASE WHEN coalesce(c.errored, 0) + coalesce(c.gather_errors, 0) > 0 THEN 1.5 ELSE 4 END ELSE 5 END
"""
"""Those that need a person first."""
SEARCH: LiteralString = """
    WITH matches AS MATERIALIZED (
        SELECT s.id, s.name, s.title, s.created, coalesce(s.modified, s.created) AS modified, s.type, s.frequency,
            coalesce(t.datasets, 0) AS datasets {columns}
        FROM harvest.harvest_source s
        LEFT JOIN harvest.source_statistics t ON t.source_id = s.id
        {joins}
        WHERE {where}
    )
    SELECT (SELECT count(*) FROM matches) AS count,
        (SELECT coalesce(array_agg(id), '{}') FROM (SELECT id FROM matches ORDER BY {order} LIMIT %(rows)s OFFSET %(start)s) p)
            AS ids
        {facets}
"""
HEALTH_JOINS: LiteralString = """
    LEFT JOIN harvest.harvest_job l ON l.id = t.last_ended_job_id
    LEFT JOIN harvest.job_statistics c ON c.job_id = t.last_ended_job_id
"""


@dataclass(frozen=True)
class Question:
    """What to search for; `sort`: fields of SORTS with whether they are descending; `facets`: among FACETS."""

    words: Sequence[str] = ()
    filters: Sequence[Filter] = ()
    sort: Sequence[tuple[str, bool]] = ()
    facets: Sequence[str] = ()
    rows: int = 10
    start: int = 0


@dataclass(frozen=True)
class Matches:
    """How many there are, the ids of a page of them, and how many have which value."""

    count: int
    ids: list[str]
    facets: dict[str, dict[str, int]] = field(default_factory=dict)


def search_sources(model: ReadModel, question: Question, sight: Sight) -> Matches:
    """Sources that hold all words in title, notes, url or name, and fulfil all filters; active ones unless `state` is named."""
    where, parameters = _conditions(question, sight)
    named = [name for name in question.facets if name in FACETS]
    by_health = any(name == "health" for name, _ in question.sort)
    uses_health = by_health or "health" in named or any(term.field == "health" for term in question.filters)
    columns: LiteralString = "".join(_column(name) for name in named)
    facets: LiteralString = "".join(_facet(name) for name in named)
    statement = (
        SEARCH.replace("{columns}", columns + (f", {TROUBLE} AS trouble" if by_health else ""))
        .replace("{joins}", HEALTH_JOINS if uses_health else "")
        .replace("{where}", " AND ".join(where))
        .replace("{order}", _order(question.sort))
        .replace("{facets}", facets)
    )
    row = model.rows(statement, rows=question.rows, start=question.start, **parameters)[0]
    counts = {name: dict(sorted((row[f"facet_{name}"] or {}).items())) for name in named}
    return Matches(row["count"], [str(source_id) for source_id in row["ids"]], counts)


def _column(name: str) -> LiteralString:
    expression: LiteralString = FIELDS[name]
    alias: LiteralString = FACET_COLUMNS[name]
    return f", {expression} AS {alias}"


FACET_COLUMNS: dict[str, LiteralString] = {name: f"f_{name}" for name in FIELDS}
FACET_NAMES: dict[str, LiteralString] = {name: f"facet_{name}" for name in FIELDS}


def _facet(name: str) -> LiteralString:
    column, alias = FACET_COLUMNS[name], FACET_NAMES[name]
    return (
        f", (SELECT jsonb_object_agg(value, number) FROM (SELECT {column} AS value, count(*) AS number FROM matches "
        f"WHERE {column} <> '' GROUP BY 1) f) AS {alias}"
    )


def _order(sort: Sequence[tuple[str, bool]]) -> LiteralString:
    keys: list[LiteralString] = [SORTS[name] + (" DESC" if descending else "") for name, descending in sort]
    return ", ".join([*keys, "name", "id"])


def _conditions(question: Question, sight: Sight) -> tuple[list[LiteralString], dict[str, Any]]:
    where: list[LiteralString] = ["coalesce(s.removed, '') = ''"]
    parameters: dict[str, Any] = {"words": list(question.words)}
    if not sight.everything:
        where.append("(s.private IS NOT TRUE OR s.owner_org = ANY (%(sees)s))")
        parameters["sees"] = list(sight.organisations)
    if question.words:
        where.append(
            "(SELECT bool_and(strpos(lower(concat_ws(' ', s.title, s.description, s.url, s.name)), word) > 0) "
            "FROM unnest(%(words)s::text[]) word)"
        )
    if not any(term.field in ("state", "id") for term in question.filters):
        where.append("s.active")
    for number, term in enumerate(question.filters):
        key: LiteralString = PLACES[number]
        condition: LiteralString = f"{FIELDS[term.field]} = ANY (%({key})s)"
        where.append(f"NOT ({condition})" if term.none else f"({condition})")
        parameters[key] = list(term.values)
    return where, parameters


PLACES: tuple[LiteralString, ...] = tuple(f"filter_{number}" for number in range(100))
