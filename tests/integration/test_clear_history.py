"""Clearing history removes ended jobs and their objects; datasets stay, what they stand on too, and nothing is made twice."""

from uuid import UUID

import pytest

from adapters.actions.forms import in_form
from adapters.actions.session import Session
from adapters.actions.table import find
from adapters.bootstrap import Parts
from adapters.postgres.read_model.rebuild import rebuild_read_model
from domain.errors import NotFound, Refused
from domain.jobs import Job
from domain.sources import SourceFields
from tests.integration.test_retention import harvest, project, streams, table

DATASETS = ("harvest.dataset", "ops.dataset")
TABLES = (
    "harvest.harvest_job",
    "harvest.job_statistics",
    "harvest.source_statistics",
    "harvest.object",
    "harvest.dataset",
    "harvest.harvest_gather_error",
    "harvest.harvest_object_error",
)


@pytest.fixture
def source(parts: Parts) -> UUID:
    return parts.application.register_source(SourceFields("city", "http://data.example", "noop"), "admin")


@pytest.fixture
def session(parts: Parts) -> Session:
    return Session(parts)


def ids(*jobs: Job) -> list[str]:
    return [str(job.id) for job in jobs]


def listed(session: Session, source: UUID) -> list[str]:
    return [row["id"] for row in session.call("harvest_job_list", source_id=str(source))["jobs"]][::-1]


def test_ended_jobs_go_with_their_objects_and_datasets_stay(parts: Parts, session: Session, source: UUID) -> None:
    first = harvest(parts, source, {"a": "one", "b": "two", "c": "three"}, errored="c")
    second = harvest(parts, source, {"a": "one, changed", "b": "two, changed"})
    third = harvest(parts, source, {"c": "three"}, errored="c")
    before = {name: table(parts, name) for name in DATASETS}

    done = session.call("harvest_source_job_history_clear", id="city")

    assert (done["name"], done["jobs"], done["objects"]) == ("city", 2, 4)
    assert [job["id"] for job in done["kept"]] == ids(second)
    assert "2 datasets stand on its objects" in done["kept"][0]["reason"]
    assert listed(session, source) == ids(second)
    assert [streams(parts, job) for job in (first, second, third)] == [set(), {"a", "b"}, set()]
    assert {name: table(parts, name) for name in DATASETS} == before
    shown = session.call("harvest_source_show", id="city")
    assert (shown["jobs"], shown["datasets"], shown["last_job_id"]) == (1, 2, None)
    assert session.call("harvest_job_list", status="Finished")["count"] == 1


def test_what_is_left_is_what_a_rebuild_makes(parts: Parts, session: Session, source: UUID) -> None:
    harvest(parts, source, {"a": "one", "c": "three"}, errored="c")
    job = parts.application.start_gather(parts.application.create_job(source), "worker")
    parts.application.record_gather_error(job, "http_500", "down", None)
    parts.application.finish_job(job.id, "failed", {"errored": 1})
    project(parts)

    session.call("harvest_source_job_history_clear", id="city")
    left = {name: table(parts, name) for name in TABLES}

    assert left["harvest.harvest_gather_error"] == []
    assert rebuild_read_model(parts.database).differences == []
    assert {name: table(parts, name) for name in TABLES} == left


def test_the_next_harvest_finds_what_it_has(parts: Parts, session: Session, source: UUID) -> None:
    harvest(parts, source, {"a": "one", "b": "two"})
    session.call("harvest_source_job_history_clear", id="city")

    again = harvest(parts, source, {"a": "one", "b": "two, changed"})

    row = session.call("harvest_job_show", id=str(again.id))
    assert (row["added"], row["updated"], row["stats"]["not modified"]) == (0, 1, 4)


def test_a_second_call_and_a_source_without_jobs_change_nothing(parts: Parts, session: Session, source: UUID) -> None:
    empty = session.call("harvest_source_job_history_clear", id="city")
    harvest(parts, source, {"a": "one"}, errored="a")

    first = session.call("harvest_source_job_history_clear", id="city")
    second = session.call("harvest_source_job_history_clear", id="city")

    assert [(done["jobs"], done["objects"]) for done in (empty, first, second)] == [(0, 0), (1, 1), (0, 0)]


def test_a_job_that_runs_or_was_just_aborted_stays(parts: Parts, session: Session, source: UUID) -> None:
    aborted = harvest(parts, source, {"a": "one"}, errored="a", abort=True)
    running = parts.application.create_job(source)
    project(parts)

    done = session.call("harvest_source_job_history_clear", id="city")

    assert listed(session, source) == [str(aborted.id), str(running)]
    assert "less than an hour ago" in done["kept"][0]["reason"]


def test_current_jobs_are_kept_whole_when_asked(parts: Parts, session: Session, source: UUID) -> None:
    current = harvest(parts, source, {"a": "one", "c": "three"}, errored="c")
    harvest(parts, source, {"c": "three"}, errored="c")

    done = session.call("harvest_source_job_history_clear", id="city", keep_current=True)

    assert (done["jobs"], listed(session, source)) == (1, ids(current))
    assert streams(parts, current) == {"a", "c"}


def test_all_sources_are_cleared_and_those_without_history_are_not_named(parts: Parts, session: Session, source: UUID) -> None:
    other = parts.application.register_source(SourceFields("other", "http://other.example", "noop"), "admin")
    parts.application.register_source(SourceFields("new", "http://new.example", "noop"), "admin")
    for one in (source, other):
        harvest(parts, one, {"a": "one"}, errored="a")

    done = session.call("harvest_sources_job_history_clear")

    assert [answer["name"] for answer in done if answer["name"] in ("city", "other", "new")] == ["city", "other"]
    assert (listed(session, source), listed(session, other)) == ([], [])
    over_http = in_form(session, find("harvest_sources_job_history_clear"), None, done)
    assert {answer["id"] for answer in over_http} >= {str(source), str(other)}


def test_a_job_that_is_no_longer_listed_is_not_found(parts: Parts, session: Session, source: UUID) -> None:
    job = harvest(parts, source, {"a": "one"}, errored="a")
    session.call("harvest_source_job_history_clear", id="city")

    for reference in (str(job.id), "city"):
        for action in ("harvest_job_show", "harvest_job_report", "harvest_job_retry", "harvest_job_abort"):
            with pytest.raises(NotFound, match="history of its source was cleared"):
                session.call(action, id=reference)


def test_a_job_that_goes_on_is_never_forgotten(parts: Parts, source: UUID) -> None:
    job_id = parts.application.create_job(source)

    with pytest.raises(Refused, match="once it has ended"):
        parts.application.forget_jobs(source, {job_id: "finished"}, "admin")


def test_the_history_of_another_source_stays(parts: Parts, session: Session, source: UUID) -> None:
    other = parts.application.register_source(SourceFields("other", "http://other.example", "noop"), "admin")
    harvest(parts, source, {"a": "one"}, errored="a")
    theirs = harvest(parts, other, {"a": "one"}, errored="a")

    session.call("harvest_source_job_history_clear", id="city")

    assert (listed(session, source), listed(session, other)) == ([], ids(theirs))
    assert streams(parts, theirs) == {"a"}
