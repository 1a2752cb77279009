"""One cause of a job's errors: listed by page and as a table; a retry tries the records that failed for it and no others."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from adapters.embedded import EmbeddedPostgres
from domain.errors import NotFound, Refused
from domain.objects import HarvestObject
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import text

RECORDS = 40
POISONED = [f"record-{number}" for number in range(1, 6)]
REFUSED = [f"record-{number}" for number in range(10, 13)]


@pytest.fixture
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("one_cause")) as site:
        config = {"records": RECORDS, "poison": POISONED, "false": REFUSED}
        site.source("failing", source_type="raising", config=config)
        yield site


def causes(site: PagesSite) -> dict[str, dict[str, Any]]:
    """The causes of the last job's errors of records, by the first word of their messages."""
    summary = site.cli.call("harvest_job_error_summary", id="failing")
    return {cause["message"].split()[0]: cause for cause in summary["object_error_summary"]}


def gathered(site: PagesSite, job_id: str) -> set[str]:
    """Let a retry gather; the guids of its records."""
    parts = site.cli.parts
    parts.work_projector().catch_up()
    parts.gather_run(lambda: False, parts.work_projector().catch_up).run(UUID(job_id), "worker")
    parts.work_projector().catch_up()
    rows = parts.database.query("SELECT object_id FROM ops.work WHERE job_id = %(job)s", job=UUID(job_id))
    objects: dict[UUID, HarvestObject] = parts.application.load_objects([row[0] for row in rows])
    return {harvested.guid for harvested in objects.values()}


def test_a_retry_of_one_cause_tries_its_records_and_no_others(site: PagesSite) -> None:
    cause = causes(site)["KeyError:"]["cause"]
    shown = site.cli.call("harvest_job_cause_show", id="failing", cause=cause)

    job = site.cli.call("harvest_job_retry", id="failing", cause=cause, count=shown["failed"])

    assert (shown["failed"], shown["of_gather"]) == (len(POISONED), False)
    assert job["kind"] == "retry"
    assert gathered(site, job["id"]) == set(POISONED)


def test_what_is_no_cause_of_the_job_or_another_number_is_refused_and_makes_no_job(site: PagesSite) -> None:
    cause = causes(site)["KeyError:"]["cause"]
    jobs = site.cli.call("harvest_source_show", id="failing")["jobs"]

    with pytest.raises(NotFound, match="has no errors of the cause 4-none"):
        site.cli.call("harvest_job_retry", id="failing", cause="4-none")
    with pytest.raises(NotFound, match="causes are grouped by rule 4 now"):
        site.cli.call("harvest_job_retry", id="failing", cause="2-" + cause[2:])
    with pytest.raises(Refused, match="5 records failed for this cause, not 6"):
        site.cli.call("harvest_job_retry", id="failing", cause=cause, count=6)

    assert site.cli.call("harvest_source_show", id="failing")["jobs"] == jobs


def test_errors_of_one_cause_are_listed_by_page_and_add_up(site: PagesSite) -> None:
    for cause in causes(site).values():
        rows: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            page = site.cli.call("harvest_job_report", id="failing", cause=cause["cause"], limit=2, after=after)
            rows += page["object_errors"]
            after = page["next"]

        assert len(rows) == len({row["id"] for row in rows}) == cause["error_count"]
        assert len({row["guid"] for row in rows}) == cause["record_count"]


def test_on_the_page_one_cause_is_counted_before_it_is_tried_again(site: PagesSite) -> None:
    visitor = site.visitor("editor")
    job = visitor.get("/harvest/failing/job/last")
    cause = causes(site)["KeyError:"]["cause"]
    path = job.text.partition("/retry?cause=")[0].rpartition('"')[2] + "/retry"

    errors = visitor.get(path.removesuffix("retry") + "errors", cause=cause)
    table = visitor.get(path.removesuffix("retry") + "errors.csv", cause=cause)
    asked = visitor.get(path, cause=cause)
    begun = visitor.send(asked, path)

    assert "Try only these again" in text(job)
    assert "Only this cause:" in text(errors)
    assert [guid in text(errors) for guid in (*POISONED, *REFUSED)] == [True] * len(POISONED) + [False] * len(REFUSED)
    assert table.text.count("\r\n") == 1 + len(POISONED)
    assert "Try 5 records again" in text(asked)
    assert "This job tries the failed records again." in text(begun)
    assert site.visitor("admin").get(path, cause="4-none").status_code == 404
    assert site.visitor("somebody").get(path, cause=cause).status_code == 403


def test_errors_of_gather_are_a_cause_of_their_own_and_not_tried_again(site: PagesSite) -> None:
    site.source("unreachable", source_type="ckan", url="http://127.0.0.1:9/", config={}, title="Unreachable")
    [cause] = site.cli.call("harvest_job_error_summary", id="unreachable")["gather_error_summary"]

    report = site.cli.call("harvest_job_report", id="unreachable", cause=cause["cause"])
    shown = site.cli.call("harvest_job_cause_show", id="unreachable", cause=cause["cause"])

    assert len(report["gather_errors"]) == cause["error_count"] >= 1
    assert (shown["of_gather"], shown["failed"]) == (True, 0)
