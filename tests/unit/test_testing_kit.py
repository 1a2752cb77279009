"""The test kit for authors runs the three stages in memory, and says what came of each record.

Numbers are rows of the test suite of ckanext-harvest.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harvesters import (
    CKANHarvester,
    Fetched,
    GatherError,
    Harvester,
    HarvesterBase,
    HarvestJob,
    HarvestObject,
    Imported,
    ImportResult,
    Package,
    Record,
    StageResult,
    load_package,
)
from harvesters.testing import Answer, Harness

FEED = "https://feed.example/feed.json"
SITE = "https://ckan.example"
SEARCH = f"{SITE}/api/3/action/package_search"


class Feed(Harvester):
    """Lists entries with their address; fetches each."""

    def info(self) -> dict[str, str]:
        return {"name": "feed", "title": "Feed", "description": ""}

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError]:
        for entry in self.http.get_json(harvest_job.source.url):
            if entry == "broken":
                yield GatherError("an entry is broken")
            else:
                yield Record(entry, extras={"address": f"https://feed.example/{entry}"})
        harvest_job.full_listing = True

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        return Fetched(self.http.get(harvest_object.get_extra("address") or "").body)

    def import_stage(self, harvest_object: HarvestObject) -> Imported | Package | StageResult:
        if harvest_object.action == "delete":
            return self.delete_package(harvest_object)
        entry = load_package(harvest_object)
        if "title" not in entry:
            self.save_object_error("no title", harvest_object, "Validation", line=2)
            return False
        return Package({"name": entry["title"].lower(), "title": entry["title"]})


def documents(**titles: str) -> dict[str, Any]:
    return {
        FEED: list(titles),
        **{f"https://feed.example/{guid}": {"title": title} for guid, title in titles.items()},
    }


def test_a_job_says_what_became_of_each_record() -> None:
    harness = Harness(Feed, FEED)

    first = harness.harvest(documents(a="Trees", b="Lakes", c="Roads"))
    second = harness.harvest(documents(a="Trees", b="Ponds"))

    assert first.statuses == {"a": "added", "b": "added", "c": "added"}
    assert second.statuses == {"a": "not modified", "b": "updated", "c": "deleted"}
    assert (second.dataset("b")["name"], second.dataset("b")["title"]) == ("lakes", "Ponds")
    assert (second.complete, second.full_listing, second.gather_errors) == (True, True, ())
    with pytest.raises(KeyError, match="c has no dataset: it is deleted"):
        second.dataset("c")


def test_errors_are_told_with_stage_and_line_and_delete_nothing() -> None:
    harness = Harness(Feed, FEED)
    harness.harvest(documents(a="Trees"))

    result = harness.harvest({FEED: ["broken", "b", "c"], "https://feed.example/b": {}})

    assert result.gather_errors == ("an entry is broken",)
    assert result.errors[0] == ("b", "Validation", "no title", 2)
    assert result.errors[1][:2] == ("c", "Fetch")
    assert "https://feed.example/c is not in the recording" in result.errors[1][2]
    assert result.statuses["b"] == result.statuses["c"] == "errored"


def test_an_answer_may_be_an_error() -> None:
    result = Harness(Feed, FEED).harvest([Answer(FEED, status=503, text="down for repair")])

    assert not result.complete
    assert "HTTP 503: down for repair" in result.gather_errors[0]


def test_what_a_harvester_raises_by_mistake_is_raised_or_recorded() -> None:
    class Mistaken(Feed):
        def import_stage(self, harvest_object: HarvestObject) -> ImportResult:
            raise KeyError("title")

    with pytest.raises(KeyError):
        Harness(Mistaken, FEED).harvest(documents(a="Trees"))

    result = Harness(Mistaken, FEED).harvest(documents(a="Trees"), catch=True)
    assert result.errors[0][:2] == ("a", "Import")
    assert result.errors[0][2].startswith("KeyError: 'title'")


def test_a_configuration_is_checked() -> None:
    with pytest.raises(ValueError, match="did you mean page_size"):
        Harness(CKANHarvester, SITE, {"pagesize": 1})


class Outcomes(HarvesterBase):
    """Ends its records as the source's configuration says."""

    def info(self) -> dict[str, str]:
        return {"name": "outcomes", "title": "Outcomes", "description": ""}

    def gather_stage(self, harvest_job: HarvestJob) -> list[str]:
        harvest_object = HarvestObject(guid="a", job=harvest_job, content=str(harvest_job.number))
        harvest_object.save()
        return [harvest_object.id]

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult:
        return "unchanged" if self.say(harvest_object) == "fetch unchanged" else True

    def import_stage(self, harvest_object: HarvestObject) -> Any:
        word = self.say(harvest_object)
        if word == "delete":
            return self.delete_package(harvest_object)
        if word == "store":
            return self._create_or_update_package({"title": "Trees"}, harvest_object)
        return {"import unchanged": "unchanged", "false": False}[word]

    @staticmethod
    def say(harvest_object: HarvestObject) -> str:
        words: list[str] = json.loads(harvest_object.source.config)["say"]
        return words[harvest_object.job.number - 1]


@pytest.mark.parametrize(
    ("row", "words", "statuses"),
    [
        (93, ["store"], ["added"]),
        (94, ["store", "store"], ["added", "updated"]),
        (95, ["store", "delete"], ["added", "deleted"]),
        (96, ["false"], ["errored"]),
        (97, ["store", "fetch unchanged"], ["added", "not modified"]),
        (98, ["store", "import unchanged"], ["added", "not modified"]),
    ],
)
def test_a_record_ends_as_its_stages_say(row: int, words: list[str], statuses: list[str]) -> None:
    harness = Harness(Outcomes, FEED, {"say": words})

    assert [harness.harvest().statuses["a"] for _ in words] == statuses, f"row {row}"


# the CKAN harvester


def package(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"0000000{number}-0000-4000-8000-000000000000",
        "name": f"dataset{number}",
        "title": f"Dataset {number}",
        "metadata_modified": f"2026-01-0{number}T00:00:00",
        "resources": [],
        **fields,
    }


def test_a_ckan_is_harvested_from_a_recording(tmp_path: Path) -> None:
    """Rows 22 to 25 and 32."""
    recording = tmp_path / "site.jsonl"
    url = f"{SEARCH}?rows=500&start=0&sort=id+asc"
    answer = {"success": True, "result": {"count": 2, "results": [package(1), package(2)]}}
    lines = [{"harvestlog_recording": 1}, {"url": url, "text": json.dumps(answer)}]
    recording.write_text("\n".join(map(json.dumps, lines)))

    result = Harness(CKANHarvester, SITE).harvest(recording)

    assert result.gather_errors == ()
    assert list(result.statuses.values()) == ["added", "added"]
    stored = result.dataset(package(1)["id"])
    assert stored["name"] == "dataset1"
    assert {"harvest_object_id", "harvest_source_id"} <= {extra["key"] for extra in stored["extras"]}


def test_times_of_jobs_are_aware() -> None:
    seen: list[datetime] = []

    class Looking(Feed):
        def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError]:
            seen.extend(filter(None, (harvest_job.created, harvest_job.last_complete)))
            yield from super().gather_stage(harvest_job)

    harness = Harness(Looking, FEED)
    harness.harvest(documents())
    harness.harvest(documents())

    assert [time.tzinfo for time in seen] == [UTC] * 3
    assert seen[2] == seen[0], "the last complete gather began with the first job"
