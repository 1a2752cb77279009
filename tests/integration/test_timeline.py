"""The timeline of a source: everything that happened to it, with who and why, also what only its jobs know."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.embedded import EmbeddedPostgres
from tests.support.history_site import enter_history
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import text


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("timeline")) as site:
        enter_history(site)
        yield site


def timeline(site: PagesSite, name: str, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = site.cli.call("harvest_timeline_list", id=name, **values)
    return answer


def test_a_job_is_told_with_who_asked_for_it_and_why(site: PagesSite) -> None:
    jobs = site.cli.call("harvest_job_list", source_id="city")["jobs"]

    started = [event["job"] for event in timeline(site, "city")["events"] if event["topic"] == "source.job_started"]
    page = site.visitor("editor").get("/harvest/timeline/city")

    assert [job["kind"] for job in started] == ["undo", "harvest", "harvest", "harvest", "harvest"]
    assert (started[0]["by"], started[0]["undo_of"]) == ("cli", jobs[1]["id"])
    assert started[0]["reason"].startswith("<script>")
    assert "undoes this job" in text(page)
    assert "<script>alert" not in page.text


def test_of_a_changed_configuration_only_the_options_that_changed_are_told(site: PagesSite) -> None:
    site.source("options", config={"records": 1, "content": 5})
    site.cli.call("harvest_source_patch", id="options", config={"records": 2, "mapping": [{"rule": "drop", "field": "author"}]})

    (changed,) = (event for event in timeline(site, "options")["events"] if event["topic"] == "source.changed")
    page = site.visitor("editor").get("/harvest/timeline/options")

    assert {(" ".join(row["option"]), row["what"], row["before"], row["after"]) for row in changed["config"]} == {
        ("records", "changed", "1", "2"),
        ("content", "removed", "5", None),
        ("mapping", "added", None, '[{"field": "author", "rule": "drop"}]'),
    }
    assert "config › records" in " ".join(text(page).split())


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_who_decided_about_held_deletions_stands_in_its_place(site: PagesSite, decision: str) -> None:
    name = f"held-{decision}"
    site.source(name, records=40)
    site.cli.call("harvest_source_patch", id=name, config={"records": 5})
    site.cli.call("harvest_source_test", id=name, full=True)
    site.cli.call(f"harvest_job_{decision}_deletions", id=name)
    site.cli.call("harvest_source_patch", id=name, title="Later")

    answer = timeline(site, name)
    topics = [event["topic"] for event in answer["events"]]
    first = timeline(site, name, limit=1)["events"]
    second = timeline(site, name, limit=50, before=first[-1]["version"])["events"]

    word = {"approve": "job.deletions_approved", "reject": "job.deletions_rejected"}[decision]
    assert topics.count(word) == 1
    assert topics.index("source.changed") < topics.index(word) < topics.index("source.job_ended")
    assert next(event for event in answer["events"] if event["topic"] == word)["state"]["by"] == "cli"
    assert [event["topic"] for event in (*first, *second)] == topics
