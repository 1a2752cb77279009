"""What harvester plugins may do, on a whole site: forms of results, retries, state of their own, and sources of all sizes."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.rules import GROWTH, MIN_BUDGET
from tests.support.stack import Stack


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack() as stack:
        yield stack


def states(stack: Stack, job_id: str) -> dict[str, tuple[str, str, str | None]]:
    """State, report status and package of a job's objects, by guid."""
    statement = "SELECT guid, state, report_status, package_id FROM harvest.object WHERE harvest_job_id = %(job)s"
    return {guid: tuple(rest) for guid, *rest in stack.parts.database.query(statement, job=job_id)}


def test_gather_may_be_a_generator_that_is_imported_while_it_goes_on(stack: Stack) -> None:
    stack.source("generator", "http://127.0.0.1/generator", "noop", {"records": 1200, "content": 50})

    job = stack.run("generator")

    assert (job["outcome"], job["objects"], job["added"], job["full_listing"]) == ("finished", 1200, 1200, True)


def test_gather_may_save_objects_and_return_their_ids(stack: Stack) -> None:
    stack.source("listing", "http://127.0.0.1/listing", "listing", {"records": 7})

    job = stack.run("listing")

    assert (job["outcome"], job["objects"], job["added"]) == ("finished", 7, 7)
    assert states(stack, job["id"]).keys() == {f"record-{number}" for number in range(7)}


def test_every_form_of_result_has_its_outcome(stack: Stack) -> None:
    stack.source("forms", "http://127.0.0.1/forms", "forms")

    job = stack.run("forms")

    added, unchanged, failed = ("COMPLETE", "added", None), ("COMPLETE", "not modified", None), ("ERROR", "errored", None)
    expected = {
        **{f"True-{form}": result for form, result in (("True", added), ("unchanged", unchanged), ("False", failed))},
        **{f"typed-{form}": result for form, result in (("True", added), ("unchanged", unchanged), ("False", failed))},
        **dict.fromkeys(("True-None", "typed-None", "False-True", "None-True"), failed),
        **{guid: ("COMPLETE", "updated", f"package-of-{guid}") for guid in ("True-typed", "typed-typed")},
        "unchanged-True": unchanged,
    }
    assert states(stack, job["id"]) == expected
    assert [error["message"] for error in stack.model.gather_errors(job["id"])] == ["something about the remote"]
    messages = {error["guid"]: error["message"] for error in stack.model.object_errors(job["id"])}
    assert messages["False-True"] == "fetch_stage returned False for False-True, and saved no error that says why"
    assert messages["typed-None"].startswith("import_stage returned None for typed-None (is a `return` missing?); expected")


def test_an_object_is_tried_again_with_growing_delays_until_it_works(stack: Stack, tmp_path: Path) -> None:
    stack.source("flaky", "http://127.0.0.1/flaky", "flaky", {"records": 4, "folder": str(tmp_path), "fail_until": 2})

    job = stack.run("flaky")

    assert (job["outcome"], job["added"], job["errored"]) == ("finished", 4, 0)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {f"record-{n}": "..." for n in range(4)}
    for first, second in retries(stack, job["id"]).values():
        assert first - job["created"] >= timedelta(seconds=0.2)
        assert second - first >= timedelta(seconds=0.4)
        assert job["finished"] >= second


def retries(stack: Stack, job_id: str) -> dict[str, list[datetime]]:
    """When each object of a job was due again after its failures, as the log has it."""
    statement = """
        SELECT o.guid, e.state FROM events.stored_event e JOIN harvest.object o ON o.id = e.originator_id::text
        WHERE o.harvest_job_id = %(job)s AND e.topic = 'object.failed' ORDER BY e.originator_version
    """
    found: dict[str, list[datetime]] = {}
    for guid, state in stack.parts.database.query(statement, job=job_id):
        when = datetime.fromisoformat(json.loads(state)["retry_at"])
        found.setdefault(guid, []).append(when.astimezone(UTC).replace(tzinfo=None))
    return found


def test_an_object_that_never_works_is_given_up_after_five_attempts(stack: Stack, tmp_path: Path) -> None:
    stack.source("never", "http://127.0.0.1/never", "flaky", {"records": 2, "folder": str(tmp_path), "fail_until": 99})

    job = stack.run("never")

    assert (job["outcome"], job["added"], job["errored"]) == ("finished", 0, 2)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"record-0": ".....", "record-1": "....."}
    last = Counter(error["guid"] for error in stack.model.object_errors(job["id"]))
    assert last.keys() == {"record-0", "record-1"}


def test_a_harvester_that_keeps_state_on_itself_sees_one_job_only(stack: Stack) -> None:
    sources = [stack.source(f"state-{n}", f"http://127.0.0.1/state-{n}", "remembering", {"records": 100}) for n in range(3)]

    jobs = [stack.ended(job_id) for job_id in [stack.start_job(source) for source in sources]]
    again = stack.run("state-0")

    assert [(job["outcome"], job["added"], job["errored"]) for job in jobs] == [("finished", 100, 0)] * 3
    assert (again["outcome"], again["updated"], again["errored"]) == ("finished", 100, 0)


def test_a_source_of_2000_records_doesnt_hold_up_one_of_10(stack: Stack) -> None:
    stack.source("big", "http://127.0.0.1/big", "slow", {"records": 2000, "seconds": 0.08})  # 20 s
    stack.source("small", "http://127.0.0.1/small", "slow", {"records": 10, "seconds": 0.08})
    big = stack.start_job("big")
    stack.wait_for_objects(big, 50)

    small = stack.run("small")
    of_big = stack.job(big)
    stack.abort(big)

    assert (small["outcome"], small["added"]) == ("finished", 10)
    assert of_big["status"] == "Running"
    assert of_big["objects"] == 2000
    assert of_big["done"] < 1000


def test_slow_records_are_not_sent_far_ahead_after_quick_ones(stack: Stack) -> None:
    stack.source("quick", "http://127.0.0.1/quick", "noop", {"records": 6000, "content": 50})
    stack.source("slow", "http://127.0.0.1/slow-records", "slow", {"records": 3000, "seconds": 0.2})
    sent = "SELECT count(*) FROM ops.work WHERE job_id = %(job)s AND sent"
    quick = stack.run("quick")

    slow = stack.start_job("slow")
    stack.wait_for_objects(slow, 1)
    [[under_way]] = stack.parts.database.query(sent, job=slow)
    stack.abort(slow)

    assert quick["added"] == 6000
    assert 0 < under_way <= MIN_BUDGET * GROWTH
