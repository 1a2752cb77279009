"""Whoever may see a job may see all of it: no part of how harvesting went asks for another right than the job itself."""

import pytest

from adapters.actions.table import find
from domain.access import Right

PARTS_OF_A_JOB = (
    "harvest_job_list",
    "harvest_job_report",
    "harvest_job_error_summary",
    "harvest_job_progress_show",
    "harvest_event_list",
    "harvest_timeline_list",
    "harvest_deletion_list",
    "harvest_log_list",
)


@pytest.mark.parametrize("name", PARTS_OF_A_JOB)
def test_what_a_job_did_is_seen_by_those_who_see_the_job(name: str) -> None:
    assert find(name).right is find("harvest_job_show").right is Right.EDIT
    assert find(name).reads
