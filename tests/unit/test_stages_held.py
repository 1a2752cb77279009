"""A record whose document is the one imported last needs no import; a plugin sees what is held, so that it asks for nothing
else."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from domain.errors import RemoteError
from harvesters.base import Fetched, HarvestJob, HarvestObject, Imported
from harvesters.stages import RetryPolicy, StageRun
from tests.unit.stage_runs import JOB, NOW, SOURCE, HeldPackage, Plugin, aggregate, failure, run, topics

HASH = sha256(b"document").hexdigest()
HELD = HeldPackage("package", content_hash=HASH, metadata_modified="2026-01-01T00:00:00", validators={"etag": '"1"'})


def imported(known: Any) -> dict[str, Any]:
    last = known.pending_events[-1]
    assert last.TOPIC == "object.imported"
    state: dict[str, Any] = vars(last)
    return state


def fetch_into_content(view: HarvestObject) -> bool:
    view.content = "document"
    return True


@pytest.mark.parametrize("fetch", [lambda _: Fetched("document"), lambda _: Fetched(b"document"), fetch_into_content])
def test_a_document_that_was_imported_last_is_not_modified_and_written_nowhere(fetch: Any) -> None:
    plugin = Plugin(fetch=fetch)

    known, stages = run(plugin, held={"guid-1": HELD})

    assert (known.outcome, known.package_id, known.content_hash) == ("unchanged", "package", HASH)
    assert (plugin.imported, stages.documents) == ([], {})


@pytest.mark.parametrize(
    ("held", "content", "options"),
    [
        ({"guid-1": HELD}, "document", {"force_import": True}),
        ({"guid-1": HELD}, "another document", {}),
        ({"guid-1": "package"}, "document", {}),  # held without a document
        ({}, "document", {}),
    ],
)
def test_another_document_or_one_that_must_be_imported_is(held: Any, content: str, options: Any) -> None:
    plugin = Plugin(fetch=lambda _: Fetched(content))

    known, stages = run(plugin, held=held, options=options)

    assert (known.outcome, len(plugin.imported)) == ("added", 1)
    assert list(stages.documents.values()) == [content.encode()]


def test_the_document_of_another_guid_is_compared_with_what_is_held_for_that() -> None:
    plugin = Plugin(fetch=lambda _: Fetched("document", guid="its own"))

    known, _ = run(plugin, held={"its own": HELD})

    assert (known.guid, known.outcome, known.package_id) == ("its own", "unchanged", "package")


@pytest.mark.parametrize("result", [True, Imported(None, "deleted"), Imported("package", "deleted")])
def test_a_deletion_of_what_was_never_held_is_none(result: Any) -> None:
    known, _ = run(Plugin(load=lambda _: result), aggregate(action="delete"))

    assert known.outcome == "unchanged"


def test_a_plugin_sees_what_is_held_and_hands_on_the_new_validators() -> None:
    asked: list[tuple[Any, ...]] = []

    def fetch(view: HarvestObject) -> Fetched:
        assert view.held is not None
        asked.append((view.held_validators, view.held.content_hash, view.held.metadata_modified))
        return Fetched("another document", validators={"etag": '"2"'})

    known, _ = run(Plugin(fetch=fetch), aggregate(metadata_modified="2026-02-01T00:00:00"), held={"guid-1": HELD})

    assert asked == [({"etag": '"1"'}, HASH, "2026-01-01T00:00:00")]
    kept = imported(known)
    assert (kept["validators"], kept["metadata_modified"]) == ({"etag": '"2"'}, "2026-02-01T00:00:00")


def test_the_same_document_with_other_validators_hands_them_on() -> None:
    known, _ = run(Plugin(fetch=lambda _: Fetched("document", validators={"etag": '"2"'})), held={"guid-1": HELD})

    assert (topics(known)[-1], imported(known)["validators"]) == ("object.imported", {"etag": '"2"'})


@pytest.mark.parametrize("validators", ['"2"', ["etag"], 7])
def test_validators_that_are_none_fail_the_record_before_anything_is_imported(validators: Any) -> None:
    plugin = Plugin(fetch=lambda _: Fetched("another document", validators=validators))

    known, _ = run(plugin, held={"guid-1": HELD})

    assert "validators must be a mapping" in failure(known)["message"]
    assert not plugin.imported


def test_a_document_that_must_come_is_asked_for_without_conditions() -> None:
    seen: list[Any] = []

    def fetch(view: HarvestObject) -> bool:
        seen.append(view.held_validators)
        return True

    plugin = Plugin(fetch=fetch)
    run(plugin, held={"guid-1": HELD}, options={"force_import": True})
    run(plugin)

    assert seen == [{}, {}]


def test_a_job_that_asks_for_nothing_held_gets_nothing() -> None:
    assert HarvestJob(str(JOB), SOURCE, NOW).held(["a"]) == {}


def test_a_retry_counts_from_the_failure_and_the_deadline_from_the_databases_time_of_creation() -> None:
    clock = [NOW]

    def slow(_: HarvestObject) -> bool:
        clock.append(NOW + timedelta(minutes=10))
        raise RemoteError("busy", retryable=True)

    policy = RetryPolicy(first_delay=5.0, max_attempts=4, job_deadline=900.0)

    def run_once(recorded: Any) -> Any:
        job = HarvestJob(str(JOB), SOURCE, NOW - timedelta(days=1), recorded=recorded)  # by a clock that is a day slow
        known = aggregate()
        StageRun(lambda: Plugin(fetch=slow), job, known, None, lambda _: None, lambda: clock[-1], policy).run()
        return failure(known)["retry_at"]

    assert run_once(NOW) == (NOW + timedelta(minutes=10, seconds=5)).isoformat()
    assert run_once(NOW - timedelta(minutes=6)) is None  # the job's deadline is over
