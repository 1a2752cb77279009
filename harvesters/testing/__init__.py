"""The test kit for authors of harvesters: the three stages run against recorded answers, without database or broker.

from harvesters.testing import Harness

def test_a_dataset_is_made_of_each_entry() -> None:
    harness = Harness(FeedHarvester, "https://example.org/feed.json")

    result = harness.harvest({"https://example.org/feed.json": [{"id": "a1", "title": "Trees"}]})

    assert result.statuses == {"a1": "added"}
    assert result.dataset("a1")["title"] == "Trees"
"""

from harvesters.http.recording import Answer, Replay
from harvesters.testing.catalogue import Catalogue
from harvesters.testing.harness import Harness, RecordResult, Result

__all__ = ["Answer", "Catalogue", "Harness", "RecordResult", "Replay", "Result"]
