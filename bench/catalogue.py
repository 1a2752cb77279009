"""Figures of searches in the local catalogue at the size of a large portal, with all facets.

BENCH_SCALE, a share of 1, makes the catalogue smaller. Words have frequencies of very different sizes, as in a language.
"""

import os
import statistics
import time
from collections.abc import Mapping
from typing import Any, LiteralString

from adapters.postgres.database import Database
from adapters.targets.catalogue_search import FACETS, CatalogueSearch, add_up
from bench.figure import Figure
from bench.site import site
from domain.access import ANONYMOUS, sight
from domain.search import Filter
from harvesters.target import SiteRules

DATASETS, AT_A_TIME = 400_000, 50_000
MEDIAN = 50.0  # ms
SECONDS = 3.0  # of one measurement
INDEXES: LiteralString = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = 'catalogue.package'::regclass AND NOT indisunique
"""
FILL: LiteralString = """
    INSERT INTO catalogue.package (id, name, title, source_id, guid, package, metadata_modified)
    SELECT md5('p' || n)::uuid::text, 'dataset-' || n, 'Dataset ' || n, 'source-' || n %% 800, 'g' || n, jsonb_build_object(
            'name', 'dataset-' || n, 'title', 'Dataset ' || n, 'notes', words.notes, 'owner_org', 'org-' || n %% 400,
            'license_id', (ARRAY['cc-by', 'cc0', 'dl-de-by', 'odbl', 'other'])[1 + n %% 5],
            'groups', jsonb_build_array(jsonb_build_object('name', 'group-' || n %% 13)), 'tags', tags.tags,
            'resources', jsonb_build_array(
                jsonb_build_object('url', 'https://portal.example/' || n || '.csv', 'format',
                    (ARRAY['CSV', 'JSON', 'PDF', 'XLSX', 'WMS'])[1 + n %% 5], 'name', 'Resource of ' || n),
                jsonb_build_object('url', 'https://portal.example/' || n || '.pdf', 'format', 'PDF', 'name', 'Documentation'))),
        timestamp '2020-01-01' + make_interval(mins => n)
    FROM generate_series(%(first)s::integer, %(last)s::integer) AS n
    CROSS JOIN LATERAL (
        SELECT string_agg('word' || ('x' || left(md5(n || ' ' || k), 6))::bit(24)::int
            %% (CASE WHEN k < 5 THEN 20 WHEN k < 25 THEN 1000 ELSE 20000 END), ' ') AS notes FROM generate_series(1, 60) AS k
    ) words
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('name', 'tag-' || ('x' || left(md5(n || 't' || k), 6))::bit(24)::int
            %% (CASE k WHEN 1 THEN 30 WHEN 2 THEN 300 ELSE 10000 END))) AS tags FROM generate_series(1, 4) AS k
    ) tags
"""
SEARCHES: Mapping[str, Mapping[str, Any]] = {
    "everything": {},
    "everything, as an anonymous visitor": {"sight": sight(ANONYMOUS)},
    "everything, the newest, from the 1,000th on": {"sort": [("metadata_modified", True)], "start": 1000},
    "an organisation, by title": {"filters": [Filter("organization", ("org-17",))], "sort": [("title", False)]},
    "a source, as an anonymous visitor": {"filters": [Filter("harvest_source_id", ("source-7",))], "sight": sight(ANONYMOUS)},
    "a tag": {"filters": [Filter("tags", ("tag-200",))]},
    "a word": {"q": "word15000"},
    "two words": {"q": "word500 word700", "sort": [("metadata_modified", True)]},
    "a word and an organisation": {"q": "word7", "filters": [Filter("organization", ("org-17",))]},
    "a frequent word": {"q": "word500"},
    "a word in a fifth of all": {"q": "word7"},
}


def catalogue() -> list[Figure]:
    """The median of each search, and that of them all."""
    number = round(DATASETS * float(os.environ.get("BENCH_SCALE", "1")))
    with site() as running:
        fill(running.parts.database, number)
        search = CatalogueSearch(Database(running.settings.database_url), SiteRules())
        seen = {name: _times(search, query) for name, query in SEARCHES.items()}
    medians = {name: statistics.median(times) for name, (_, times) in seen.items()}
    each = "; ".join(f"{name} ({seen[name][0]:,}): {median:.0f}" for name, median in medians.items())
    note = (
        f"median of {len(seen)} kinds of searches in {number:,} datasets, all with six facets; matches and ms of each: {each}"
    )
    return [Figure("catalogue_search", statistics.median(medians.values()), "ms", MEDIAN, note=note, lower_is_better=True)]


def _times(search: CatalogueSearch, query: Mapping[str, Any]) -> tuple[int, list[float]]:
    """How many match, and ms of several runs."""
    times: list[float] = []
    search.search(facets=FACETS, **query)  # a plan, and pages in memory
    end = time.monotonic() + SECONDS
    while time.monotonic() < end or len(times) < 3:
        begun = time.perf_counter()
        count = search.search(facets=FACETS, **query)["count"]
        times.append((time.perf_counter() - begun) * 1000)
    return count, times


def fill(database: Database, number: int) -> None:
    """Put that many datasets into an empty catalogue; its indexes are made when they are there, which is faster."""
    with database.connect(whole_tables=True) as connection:
        indexes = connection.execute(INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}".encode())
        for first in range(1, number + 1, AT_A_TIME):
            connection.execute(FILL.encode(), {"first": first, "last": min(number, first + AT_A_TIME - 1)})
        for _, definition in indexes:
            connection.execute(definition.encode())
        connection.execute("VACUUM ANALYZE catalogue.package, catalogue.facet_change")
    while add_up(database):
        pass
    database.query("ANALYZE catalogue.facet_count")


FIGURES: dict[str, Any] = {"catalogue": catalogue}
