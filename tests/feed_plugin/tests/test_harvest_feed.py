"""The harvester against answers that the tests say: no database, no broker, no network."""

import pytest
from harvest_feed import FeedHarvester

from harvesters.testing import Answer, Harness

URL = "https://data.example/list.json"
TREES = {"id": "trees", "title": "Trees", "file": "https://data.example/trees.csv"}
LAKES = {"id": "lakes", "title": "Lakes", "file": "https://data.example/lakes.csv"}


def test_each_entry_becomes_a_dataset() -> None:
    result = Harness(FeedHarvester, URL, {"license": "cc-by"}).harvest({URL: [TREES, LAKES]})

    assert result.statuses == {"trees": "added", "lakes": "added"}
    assert result.dataset("trees")["title"] == "Trees"
    assert result.dataset("trees")["license_id"] == "cc-by"
    assert result.dataset("lakes")["resources"][0]["url"] == "https://data.example/lakes.csv"


def test_a_second_harvest_changes_what_changed() -> None:
    harness = Harness(FeedHarvester, URL)
    harness.harvest({URL: [TREES, LAKES]})

    result = harness.harvest({URL: [{**TREES, "title": "All trees"}]})

    assert result.statuses == {"trees": "updated", "lakes": "deleted"}


def test_a_bad_entry_fails_alone_and_nothing_is_deleted() -> None:
    harness = Harness(FeedHarvester, URL)
    harness.harvest({URL: [TREES, LAKES]})

    result = harness.harvest({URL: [{"title": "No id"}, {**TREES, "title": ""}]})

    assert result.gather_errors == ("entry 0 has no id",)
    assert result.errors == [("trees", "Import", "entry trees has no title", None)]
    assert "lakes" not in result.statuses


def test_a_remote_that_is_down_is_an_error_of_the_job() -> None:
    result = Harness(FeedHarvester, URL).harvest([Answer(URL, status=503)])

    assert not result.complete
    assert "HTTP 503" in result.gather_errors[0]


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ValueError, match="did you mean license"):
        Harness(FeedHarvester, URL, {"licence": "cc-by"})
