"""Jobs folded into the hours of a night, and what a picture makes of them."""

from datetime import UTC, datetime, timedelta

from adapters.web.pages import charts
from projections.hours import Run, worst_first

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def run(source: str, begun: float, ended: float, *, failed: bool = False, errors: int = 0) -> Run:
    """A job between two times, in hours after midnight."""
    first, last = (MIDNIGHT + timedelta(hours=hours) for hours in (begun, ended))
    return Run(f"{source}-{begun}", source, source, first, last, failed, errors)


def test_a_job_counts_in_each_hour_in_which_it_ran_and_its_seconds_add_up() -> None:
    [source] = worst_first([run("a", 1.5, 4.25, errors=2), run("a", 4.5, 4.5), run("a", 6, 7)])

    hours = {(hour - MIDNIGHT).seconds // 3600: cell for hour, cell in source.hours.items()}
    assert {hour: cell.jobs for hour, cell in hours.items()} == {1: 1, 2: 1, 3: 1, 4: 2, 6: 1}
    assert [hours[hour].busy for hour in (1, 2, 3, 4, 6)] == [1800, 3600, 3600, 900, 3600]
    assert sum(cell.busy for cell in hours.values()) == source.busy
    assert (source.jobs, source.with_errors, source.errors, hours[4].job_id) == (3, 1, 2, "a-4.5")


def test_a_job_that_ended_before_it_began_by_its_hosts_clocks_took_no_time() -> None:
    [source] = worst_first([run("a", 3, 1)])

    assert source.busy == 0
    assert [cell.jobs for cell in source.hours.values()] == [1]


def test_sources_that_failed_most_come_first() -> None:
    runs = [run("busy", 1, 9), run("idle", 1, 1), run("flawed", 1, 2, errors=9), run("failed", 1, 2, failed=True)]

    assert [source.source for source in worst_first(runs)] == ["failed", "flawed", "busy", "idle"]


def test_a_cell_stands_where_its_hour_is_and_says_the_worst_that_happened() -> None:
    hours = [MIDNIGHT + timedelta(hours=number) for number in range(4)]
    cell = {"failed": 0, "with_errors": 0, "jobs": 1}
    row = [
        {**cell, "hour": hours[0], "busy": 10},
        {**cell, "hour": hours[2], "busy": 600, "with_errors": 1},
        {**cell, "hour": hours[3], "busy": 3600, "failed": 1, "with_errors": 1},
        {**cell, "hour": hours[3] + timedelta(hours=1), "busy": 1},
    ]

    drawn = [(drawn.x, drawn.kind, drawn.level) for drawn in charts.cells(row, hours)]

    assert drawn == [(0, "finished", 0), (20, "with_errors", 1), (30, "failed", 2)]


def test_a_number_over_time_goes_up_in_steps_and_stays_where_it_is_not_known() -> None:
    picture = charts.line([None, 2, None, 4], width=40, height=8)

    assert picture.line == "M0.0 8H10.0L10.0 4.0H20.0L20.0 4.0H30.0L30.0 0.0H40.0"
    assert picture.area.endswith("L40 8Z")
    assert (picture.lowest, picture.highest) == (2, 4)
    assert charts.line([]).line == charts.line([None]).line == ""
