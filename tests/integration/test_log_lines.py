"""Lines in the database: bounded per job over all processes, shown with those of events, removed for good when they are old."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.duties.cleaning import CleanLog
from adapters.postgres import log_lines
from adapters.postgres.log_lines import Line, LogLines
from adapters.postgres.read_model.queries import ReadModel
from adapters.postgres.read_model.rebuild import rebuild_read_model
from domain.errors import NotFound, ValidationError
from domain.sources import SourceFields
from tests.integration.test_retention import LATER, harvest


def line(content: str, level: str = "INFO", *, age: float = 0.0, **ids: str) -> Line:
    return Line(str(uuid4()), content, level, time.monotonic() - age, "plugin", **ids)  # type: ignore[arg-type]


def store(parts: Parts, *lines: Line, limit: int = 100, process: str = "fetch-consumer on a, pid 1") -> None:
    LogLines(parts.database, process, limit).store(lines, {}, time.monotonic())


def contents(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [row["content"] for row in rows]


@pytest.fixture
def source(emptied: Parts) -> str:
    return str(emptied.application.register_source(SourceFields("city", "http://data.example", "noop"), "admin"))


def test_lines_stand_with_those_of_events_in_the_order_in_which_they_were_said(emptied: Parts, source: str) -> None:
    job = harvest(emptied, UUID(source), {"a": "A", "b": "B"}, errored="b")
    store(emptied, line("newest", job=str(job.id), source=source), line("older", age=5, job=str(job.id), source=source))
    store(emptied, line("oldest", "WARNING", age=3600), line("of another job", job="other", source="another"))

    of_job = Session(emptied).call("harvest_log_list", id=str(job.id))["lines"]
    of_source = Session(emptied).call("harvest_log_list", source_id="city")["lines"]
    everything = Session(emptied).call("harvest_log_list", limit=1000)["lines"]

    assert of_job[0]["content"] == "newest"
    assert {row["source_id"] for row in of_job} == {source}
    assert contents(of_job) == contents(of_source)
    assert [row["content"].partition(f"{job.id} ")[2] for row in of_job if row["logger"] == "events"][-1].startswith("created")
    assert len(everything) == len(of_job) + 2
    assert contents(everything)[-1] == "oldest"
    assert everything == sorted(everything, key=lambda row: (row["created"], row["id"]), reverse=True)


def test_who_is_told_how_many_lines_were_left_out_sees_the_line_that_says_so(
    emptied: Parts, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when lines are stored while they are asked for."""
    job = harvest(emptied, UUID(source), {"a": "A"})
    count, kept = log_lines.left_out, emptied.settings.log_lines

    def counted(*values: Any) -> int:
        number = count(*values)
        LogLines(emptied.database, "fetch-consumer", kept).store([], {(str(job.id), False): kept + 7}, time.monotonic())
        return number

    monkeypatch.setattr(log_lines, "left_out", counted)
    answers = [Session(emptied).call("harvest_log_list", id=str(job.id)) for _ in range(2)]

    told = [any("has more than" in row["content"] for row in answer["lines"]) for answer in answers]
    assert [answer["left_out"] for answer in answers] == [0, 7]
    assert told == [True, True]


def test_levels_since_and_pages(emptied: Parts, source: str) -> None:
    levels = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
    store(emptied, *(line(f"{level} {hours}", level, age=3600 * hours) for level in levels for hours in range(1, 6)))
    session = Session(emptied)

    assert contents(session.call("harvest_log_list", level="error")["lines"]) == [f"ERROR {hours}" for hours in range(1, 6)]
    assert len(session.call("harvest_log_list", lowest="WARNING")["lines"]) == 15
    assert len(session.call("harvest_log_list", since="150m")["lines"]) == 10
    first = session.call("harvest_log_list", limit=20)
    second = session.call("harvest_log_list", limit=20, after=first["next"])
    assert len({row["id"] for row in (*first["lines"], *second["lines"])}) == 25
    assert second["next"] is None
    assert len(session.call("harvest_log_list", per_page="3")["lines"]) == 3
    assert len(session.call("harvest_log_list", limit="many", offset="x")["lines"]) == 25  # as in ckanext-harvest


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"level": "LOUD"}, "level", "LOUD"),
        ({"since": "yesterday"}, "since", "yesterday is no time: write 2026-03-01T06:00"),
    ],
)
def test_what_is_no_level_or_time_is_named(emptied: Parts, values: dict[str, str], field: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Session(emptied).call("harvest_log_list", **values)

    assert message in refused.value.errors[field]


def test_an_unknown_line_source_or_job_is_named(emptied: Parts) -> None:
    for values in ({"after": "gone"}, {"source_id": "gone"}, {"id": "gone"}):
        with pytest.raises(NotFound, match="gone"):
            Session(emptied).call("harvest_log_list", **values)


def test_a_job_has_so_many_lines_however_many_processes_write(emptied: Parts, source: str) -> None:
    for process in ("a", "b", "c"):
        lines = [line(f"{process} {number}", job="j", source=source) for number in range(4)]
        store(emptied, *lines, line(f"{process} failed", "ERROR", job="j", source=source), limit=6, process=process)

    kept = emptied.database.query("SELECT content FROM ops.log_line ORDER BY level, created")
    assert len([content for (content,) in kept if "failed" in content]) == 3
    assert len([content for (content,) in kept if content[2:].isdigit()]) == 6
    assert [content for (content,) in kept if "left out" in content] == [
        "This job has more than 6 lines of INFO and DEBUG: the others are left out (HARVEST_LOG_LINES)"
    ]


def test_a_batch_that_is_stored_twice_is_there_once(emptied: Parts) -> None:
    lines = line("one"), line("two")

    store(emptied, *lines)
    store(emptied, *lines)

    assert emptied.database.query("SELECT count(*) FROM ops.log_line") == [(2,)]


def test_old_lines_go_and_a_rebuild_neither_brings_them_back_nor_takes_others(emptied: Parts, source: str) -> None:
    job = harvest(emptied, UUID(source), {"a": "A", "b": "B"}, errored="b")
    store(emptied, line("old", age=40 * 86_400), line("new"))
    emptied.database.query("UPDATE harvest.log_line SET created = created - interval '31 days' WHERE level = 'INFO'")
    duty = CleanLog(emptied.database, 30)

    while duty.run(LATER):
        pass
    emptied.database.query("UPDATE ops.log_horizon SET before = now() AT TIME ZONE 'UTC' - interval '1 day'")
    left = contents(ReadModel(emptied.database).log_lines())

    assert sorted(left)[1:] == ["new"]
    assert f"Object {job.object_id('b')} failed in Import" in sorted(left)[0]
    assert emptied.database.query("SELECT count(*) FROM harvest.harvest_job") == [(1,)]
    report = rebuild_read_model(emptied.database, accept=True)
    assert report.differences == ["log_line"]  # this test moved the times of lines, not of events
    assert "new" in contents(ReadModel(emptied.database).log_lines())


def test_a_rebuild_after_a_clean_up_equals_what_is_there(emptied: Parts, source: str) -> None:
    harvest(emptied, UUID(source), {"a": "A", "b": "B"}, errored="b")
    store(emptied, line("captured"))

    answer = Session(emptied).call("harvest_log_clean", days=0)

    assert answer["removed"] > 5
    assert ReadModel(emptied.database).log_lines() == []
    assert rebuild_read_model(emptied.database).differences == []
    assert ReadModel(emptied.database).log_lines() == []
    store(emptied, line("later"))
    assert contents(ReadModel(emptied.database).log_lines()) == ["later"]


def test_nothing_is_removed_where_lines_stay_for_ever(emptied: Parts) -> None:
    store(emptied, line("old", age=10_000 * 86_400))

    assert not CleanLog(emptied.database, 0).run(LATER)
    assert contents(ReadModel(emptied.database).log_lines()) == ["old"]
