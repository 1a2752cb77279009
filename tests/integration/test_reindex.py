"""`reindex` writes the sources' rows again as the log has them, and says which were wrong."""

from uuid import UUID

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from domain.errors import NotFound
from domain.sources import SourceFields
from tests.integration.test_retention import harvest, table

TABLES = ("harvest.harvest_source", "harvest.source_statistics", "harvest.harvest_job", "harvest.job_statistics")


@pytest.fixture
def sources(parts: Parts) -> list[UUID]:
    ids = [parts.application.register_source(SourceFields(n, f"http://{n}.example", "noop"), "admin") for n in ("one", "two")]
    for source in ids:
        harvest(parts, source, {"a": "one", "b": "two"}, errored="b")
        harvest(parts, source, {"a": "one"})
    return ids


def test_rows_that_are_right_stay_as_they_are(parts: Parts, sources: list[UUID]) -> None:
    before = {name: table(parts, name) for name in TABLES}

    answer = Session(parts).call("harvest_sources_reindex")

    assert answer == {"sources": len(sources), "mended": []}
    assert {name: table(parts, name) for name in TABLES} == before


def test_rows_that_are_wrong_or_missing_are_mended(parts: Parts, sources: list[UUID]) -> None:
    before = {name: table(parts, name) for name in TABLES}
    one, two = map(str, sources)
    parts.database.query("UPDATE harvest.harvest_source SET title = 'wrong' WHERE id = %(id)s", id=one)
    parts.database.query("UPDATE harvest.source_statistics SET jobs = 7, datasets = 3 WHERE source_id = %(id)s", id=one)
    parts.database.query("DELETE FROM harvest.harvest_source WHERE id = %(id)s", id=two)

    first = Session(parts).call("harvest_source_reindex", id="one")
    every = Session(parts).call("harvest_sources_reindex")

    assert (first, every) == ({"sources": 1, "mended": [one]}, {"sources": 2, "mended": [two]})
    assert {name: table(parts, name) for name in TABLES} == before


def test_an_unknown_source_is_not_found(parts: Parts) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        Session(parts).call("harvest_source_reindex", id="nowhere")
