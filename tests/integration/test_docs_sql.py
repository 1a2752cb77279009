"""docs/sql.md: every statement of the document is run on a small history, and gives the right answer."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import eventsourcing.domain
import psycopg
import pytest

from adapters.bootstrap import Parts
from adapters.embedded import EmbeddedPostgres
from adapters.postgres.content import content_hash
from domain.jobs import Job
from domain.objects import GatheredRecord, object_id
from domain.sources import SourceFields
from harvesters import Owner
from tests.conftest import new_database
from tests.support.stack import ROOT

DOCUMENT = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
QUESTION = re.compile(r"^## (\d+)\. [^\n]+\?\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(r":'(\w+)'")
Rows = list[tuple[Any, ...]]

START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=60)
LONG_AGO, FULL, NEXT, FULL_AGAIN, ABORTED, NOW = (START + timedelta(days=n) for n in (1, 40, 41, 42, 43, 59))
"""The days of the history; what is older than 30 days is before FULL."""
VALUES = {
    "source": "harbour",
    "guid": "b",
    "package": "harbour's b",
    "at": f"{FULL:%Y-%m-%d} 10:05",
    "days": "30",
    "word": "map",
}
MAPS = json.dumps({"title": "Maps", "license_id": "cc-by", "resources": [{"format": "csv"}, {"format": "PDF"}]}).ljust(100)
JOBS = {
    name: UUID(int=number)
    for number, name in enumerate(("full", "next", "again", "museum", "down", "survey", "old", "busy"), 1)
}


def at(day: datetime, time: str) -> datetime:
    """That time of the day, as the read model has it."""
    return datetime.fromisoformat(f"{day:%Y-%m-%d} {time}")


def log_at(day: datetime, time: str) -> datetime:
    """That time of the day, as the log has it."""
    return at(day, time).replace(tzinfo=UTC)


def source_id(name: str) -> UUID:
    """The id of a source."""
    return uuid5(NAMESPACE_URL, name)


class Clock:
    """The time that events have."""

    def __init__(self) -> None:
        self.now = START

    def set(self, day: datetime, time: str) -> None:
        self.now = log_at(day, time)


@dataclass
class History:
    """Writes what happens to sources, at the times that `clock` is set to."""

    parts: Parts
    clock: Clock

    def source(self, name: str, frequency: str = "MANUAL") -> UUID:
        fields = SourceFields(name, f"https://{name}.example", "ckan", frequency=frequency)
        return self.parts.application.register_source(fields, by="anna", source_id=source_id(name))

    def gather(
        self,
        source: UUID,
        job: str,
        day: datetime,
        pages: Sequence[tuple[Sequence[GatheredRecord], Sequence[str]]],
        *,
        by: str = "anna",
        trigger: str = "cli",
        error: str = "",
        full: bool | None = True,
    ) -> Job:
        """A job made at 10:00:00, gathered from :02 to :20; not to its end if `full` is None."""
        application = self.parts.application
        self.clock.set(day, "10:00:00")
        application.create_job(source, by=by, trigger=trigger, job_id=JOBS[job])
        self.clock.set(day, "10:00:02")
        found = application.start_gather(JOBS[job], "worker")
        for records, unchanged in pages:
            application.record_page(found, records, len(unchanged))
        if error:
            application.record_gather_error(found, "http_500", error)
        self.clock.set(day, "10:00:20")
        if full is not None:
            application.finish_gather(found, complete=not error, full=full, deletions=0)
        return found

    def outcome(self, job: Job, guid: str, status: str, message: str = "", retry_at: datetime | None = None) -> None:
        """What became of a record: imported as `status`, else failed in the stage `status`."""
        application = self.parts.application
        identity = job.object_id(guid)
        known = application.load_objects([identity])[identity]
        if message:
            known.fail(status, "validation", message, retry_at)
        else:
            [[name]] = self.parts.database.query("SELECT name FROM harvest.harvest_source WHERE id = %(id)s", id=job.source_id)
            known.import_as(status, f"{name}'s {guid}")
        application.record_objects([known])

    def record(self, guid: str, document: str, action: str = "new") -> GatheredRecord:
        body = document.encode()
        self.parts.content.put({content_hash(body): body})
        return GatheredRecord(guid, action, content_hash(body))

    def end(self, day: datetime, job: str, outcome: str = "finished") -> None:
        self.clock.set(day, "10:03:00")
        self.parts.application.finish_job(JOBS[job], outcome, {"added": 1})

    def project(self) -> None:
        self.parts.database.query(AS_TOLD)
        self.parts.read_model_projector().catch_up()


def write(history: History) -> None:
    """Six sources: harvested well, failed, aborted, being harvested, new, inactive."""
    harbour, museum, survey, parish = map(history.source, ("harbour", "museum", "survey", "parish"))
    history.source("library", "WEEKLY")
    history.parts.application.deactivate_source(history.source("attic"), "anna", "closed")
    history.project()
    write_museum(history, museum)
    write_parish(history, parish)
    write_harbour(history, harbour)
    survey_job = history.gather(survey, "survey", ABORTED, [([GatheredRecord("s1"), GatheredRecord("s2")], [])], trigger="api")
    history.outcome(survey_job, "s1", "added")
    history.clock.set(ABORTED, "10:09:00")
    history.parts.application.abort_job(survey_job.id, "ben", "too slow")
    history.project()


def write_museum(history: History, museum: UUID) -> None:
    """A good job long ago, with a record that harbour has as well; then one whose gather failed."""
    job = history.gather(museum, "museum", LONG_AGO, [([history.record("a", "a1"), history.record("m", MAPS)], [])])
    for guid in "am":
        history.outcome(job, guid, "added")
    history.end(LONG_AGO, "museum")
    history.gather(museum, "down", NEXT, [], by="", trigger="schedule", error="museum.example: no answer", full=False)
    history.end(NEXT, "down", "failed")


def write_parish(history: History, parish: UUID) -> None:
    """A good job long ago, and one that runs."""
    job = history.gather(parish, "old", LONG_AGO, [([history.record("p1", "p1")], [])])
    history.outcome(job, "p1", "added")
    history.end(LONG_AGO, "old")
    records = [GatheredRecord(f"p{n}", "change" if n == 1 else "new") for n in range(1, 5)]
    busy = history.gather(parish, "busy", NOW, [(records, ["p0"])], full=None)
    history.outcome(busy, "p1", "updated")
    history.outcome(busy, "p2", "Fetch", "p2: not found")


def write_harbour(history: History, harbour: UUID) -> None:
    """A full job with an error and a retry, an incremental one, and a full one with a deletion and errors."""
    records = [history.record(guid, f"{guid}1") for guid in (*"abcd", "x1", "f")]
    first = history.gather(harbour, "full", FULL, [(records[:3], []), (records[3:], [])])
    history.clock.set(FULL, "10:01:00")
    for guid in "abcd":
        history.outcome(first, guid, "added")
    history.outcome(first, "x1", "Import", "x1: no title")
    history.outcome(first, "f", "Fetch", "f: busy", log_at(FULL, "10:02:00"))
    history.clock.set(FULL, "10:02:00")
    history.outcome(first, "f", "added")
    history.end(FULL, "full")

    second = history.gather(
        harbour, "next", NEXT, [([history.record("b", "b2", "change")], ["a"])], trigger="schedule", full=False
    )
    history.outcome(second, "b", "Import", "b: locked", log_at(NEXT, "10:01:00"))
    history.clock.set(NEXT, "10:01:00")
    history.outcome(second, "b", "updated")
    history.end(NEXT, "next")

    changed = [history.record(guid, f"{guid}3", "change") for guid in ("c", "x1", "x2")]
    third = history.gather(
        harbour, "again", FULL_AGAIN, [(changed, ["a", "b"]), ([GatheredRecord("f"), GatheredRecord("d", "delete")], [])]
    )
    history.clock.set(FULL_AGAIN, "11:01:00")
    for guid, status in {"c": "updated", "f": "unchanged", "d": "deleted"}.items():
        history.outcome(third, guid, status)
    for guid in ("x1", "x2"):
        history.outcome(third, guid, "Import", f"{guid}: no title")
    history.clock.set(FULL_AGAIN, "11:03:00")
    history.parts.application.finish_job(third.id, "finished", {"added": 1})


def write_catalogue(history: History) -> None:
    """Datasets of two sources in the local catalogue, and one that was deleted."""
    trees = {
        "title": "Trees (map)",
        "license_id": "cc-by",
        "notes": "Where they are.",
        "tags": [{"name": "Nature"}, {"name": "maps"}],
        "organization": {"name": "parks", "title": "Parks department"},
        "resources": [{"format": "CSV"}, {"format": "csv "}, {"format": "GeoJSON"}],
    }
    piers = {"title": "Piers", "tags": [{"name": "maps"}], "organization": {"name": "port"}, "resources": [{"format": "csv"}]}
    bare = {"title": "Road map", "license_id": ""}
    for source, package in (("harbour", trees), ("harbour", piers), ("museum", bare), ("museum", {"title": "Old map"})):
        name = str(package["title"]).split()[0].lower()
        owner = Owner(str(source_id(source)), source, name, str(uuid5(NAMESPACE_URL, name)), "")
        history.parts.catalogue.save({"id": name, "name": name, **package}, owner)
        if name == "old":
            history.parts.catalogue.delete(name, owner)


@pytest.fixture(scope="module")
def database_url(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the history."""
    clock = Clock()
    with new_database(postgres, tmp_path_factory.mktemp("history")) as settings, pytest.MonkeyPatch.context() as patch:
        patch.setattr(eventsourcing.domain, "datetime_now_with_tzinfo", lambda: clock.now)
        parts = Parts(settings, "test")
        write(History(parts, clock))
        write_catalogue(History(parts, clock))
        yield settings.database_url
        parts.close()


def questions() -> dict[int, list[str]]:
    """The statements under each question."""
    return {int(number): BLOCK.findall(text) for number, text in QUESTION.findall(DOCUMENT)}


def ask(database_url: str, number: int, **values: str) -> Rows:
    """The answer to a question, with the variables set as psql would."""
    [statement] = questions()[number]
    literal = {name: value.replace("'", "''") for name, value in {**VALUES, **values}.items()}
    with psycopg.connect(database_url) as connection:
        connection.read_only = True
        return connection.execute(VARIABLE.sub(lambda found: f"'{literal[found[1]]}'", statement).encode()).fetchall()


SECONDS = timedelta(seconds=1)
AS_TOLD = "UPDATE events.stored_event SET recorded_at = (convert_from(state, 'UTF8')::jsonb ->> 'timestamp')::timestamptz"
FIRST_JOB = f"Job {JOBS['full']}"
FIRST_X, FIRST_F = (f"Object {object_id(log_at(FULL, '10:00:00'), JOBS['full'], guid, 1)}" for guid in ("x1", "f"))
ANSWERS: dict[int, Rows] = {
    1: [
        ("survey", at(ABORTED, "10:09:00"), "aborted", 0, f"Job {JOBS['survey']} aborted by ben too slow"),
        ("harbour", at(FULL_AGAIN, "11:03:00"), "finished", 2, "x1: no title"),
        ("museum", at(NEXT, "10:03:00"), "failed", 0, "museum.example: no answer"),
    ],
    2: [("Import", "validation", "…: no title", 2, "x1")],
    3: [
        ("a", "harbour's a", at(FULL, "10:01:00")),
        ("b", "harbour's b", at(NEXT, "10:01:00")),
        ("c", "harbour's c", at(FULL_AGAIN, "11:01:00")),
        ("f", "harbour's f", at(FULL, "10:02:00")),
    ],
    4: [
        ("deleted", "d", "harbour's d", at(FULL_AGAIN, "11:01:00")),
        ("updated", "c", "harbour's c", at(FULL_AGAIN, "11:01:00")),
    ],
    5: [
        ("library", "WEEKLY", None, None),
        ("survey", "MANUAL", None, at(ABORTED, "10:00:00")),
        ("museum", "MANUAL", at(LONG_AGO, "10:03:00"), at(NEXT, "10:00:00")),
        ("parish", "MANUAL", at(LONG_AGO, "10:03:00"), at(NOW, "10:00:00")),
    ],
    6: [
        (at(FULL_AGAIN, "10:00:00"), 2 * SECONDS, 18 * SECONDS, 3760 * SECONDS, 3780 * SECONDS, 5),
        (at(NEXT, "10:00:00"), 2 * SECONDS, 18 * SECONDS, 160 * SECONDS, 180 * SECONDS, 1),
        (at(FULL, "10:00:00"), 2 * SECONDS, 18 * SECONDS, 160 * SECONDS, 180 * SECONDS, 6),
    ],
    7: [("harbour", 3, 4134 * SECONDS, Decimal("275.60"))],
    8: [
        (at(FULL, "10:00:00"), "new", "COMPLETE", "added", 0, None),
        (at(NEXT, "10:00:00"), "change", "COMPLETE", "updated", 1, "Import: b: locked"),
        (at(FULL_AGAIN, "10:00:00"), None, None, "not modified", 0, None),
    ],
    9: [("harbour", "https://harbour.example", "b", "active", at(NEXT, "10:01:00"), str(JOBS["next"]))],
    10: [("harbour", "d", "harbour's d", at(FULL_AGAIN, "11:01:00"))],
    11: [(at(FULL, "10:01:00"), "added", "b1")],
    12: [
        (at(FULL, "10:00:00"), 6, 5, 1),
        (at(NEXT, "10:00:00"), 1, 1, 0),
        (at(FULL_AGAIN, "11:00:00"), 5, 2, 2),
        (at(ABORTED, "10:00:00"), 1, 1, 0),
        (at(NOW, "10:00:00"), 2, 1, 1),
    ],
    13: [
        ("harbour", "Import", 4, at(FULL_AGAIN, "11:01:00")),
        ("harbour", "Fetch", 1, at(FULL, "10:01:00")),
        ("museum", "Gather", 1, at(NEXT, "10:00:02")),
        ("parish", "Fetch", 1, at(NOW, "10:00:20")),
    ],
    14: [("harbour", 4, 15, 27), ("parish", 1, 6, 17), ("museum", 0, 2, 0), ("survey", 0, 2, 0)],
    15: [("parish", "Running", at(NOW, "10:00:00"), False, 4, 2, 1)],
    16: [("a", ["harbour", "museum"], ["harbour's a", "museum's a"], True)],
    17: [
        (
            at(FULL, "10:00:00"),
            "INFO",
            "harbour",
            f"{FIRST_JOB} created by anna (harvest, cli) for source {source_id('harbour')}",
        ),
        (at(FULL, "10:00:02"), "INFO", "harbour", f"{FIRST_JOB} gather started by worker, attempt 1"),
        (
            *(at(FULL, "10:00:20"), "INFO", "harbour"),
            f"{FIRST_JOB} gather finished, complete: 6 to import, 0 unchanged, 0 removed at the remote",
        ),
        (at(FULL, "10:01:00"), "ERROR", "harbour", f"{FIRST_X} failed in Import: x1: no title"),
        (
            *(at(FULL, "10:01:00"), "WARNING", "harbour"),
            f"{FIRST_F} failed in Fetch (again at {log_at(FULL, '10:02:00').isoformat()}): f: busy",
        ),
        (at(FULL, "10:03:00"), "INFO", "harbour", f"{FIRST_JOB} finished: 1 added"),
    ],
    18: [
        (at(FULL_AGAIN, "10:00:00"), "full", 7),
        (at(NEXT, "10:00:00"), "incremental", 2),
        (at(FULL, "10:00:00"), "full", 6),
    ],
    19: [
        ("anna", "cli", "harvest", 5, at(NOW, "10:00:00")),
        ("anna", "api", "harvest", 1, at(ABORTED, "10:00:00")),
        ("", "schedule", "harvest", 1, at(NEXT, "10:00:00")),
        ("anna", "schedule", "harvest", 1, at(NEXT, "10:00:00")),
    ],
    21: [("road", "Road map", "museum"), ("trees", "Trees (map)", "harbour")],
    22: [("CSV", 2, 3), ("GEOJSON", 1, 1)],
    23: [("none", 2, 2), ("cc-by", 1, 1)],
    24: [("maps", 2), ("nature", 1)],
    25: [("Parks department", "harbour", 1), ("none", "museum", 1), ("port", "harbour", 1)],
    26: [("harbour", 2, 1, 1, 0), ("museum", 1, 1, 1, 1)],
    27: [("museum", "m", "Maps", "cc-by", "CSV, PDF")],
    20: [("museum", 2, 102, 104), ("harbour", 10, 23, 33), ("parish", 1, 2, 3)],
}


@pytest.mark.parametrize("number", ANSWERS)
def test_the_statement_gives_the_right_answer(database_url: str, number: int) -> None:
    assert ask(database_url, number) == ANSWERS[number]


def test_the_document_has_questions_with_one_statement_each() -> None:
    found = questions()

    assert list(found) == list(range(1, 28)) == sorted(ANSWERS)
    assert [len(statements) for statements in found.values()] == [1] * 27
    assert len(BLOCK.findall(DOCUMENT)) == 27


def test_the_document_sets_every_variable_that_its_statements_use() -> None:
    used = {name for [statement] in questions().values() for name in VARIABLE.findall(statement)}

    assert set(re.findall(r"^\\set (\w+) ", DOCUMENT, re.MULTILINE)) == used == set(VALUES)


def test_content_is_told_as_of_any_time(database_url: str) -> None:
    later = f"{FULL_AGAIN:%Y-%m-%d} 12:00"

    assert ask(database_url, 11, at=f"{FULL:%Y-%m-%d} 09:00") == []
    assert ask(database_url, 11, at=later) == [(at(NEXT, "10:01:00"), "updated", "b2")]
    assert ask(database_url, 11, at=later, guid="d") == [(at(FULL_AGAIN, "11:01:00"), "deleted", None)]
