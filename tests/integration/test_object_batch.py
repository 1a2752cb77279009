"""A batch of claimed objects: loaded at once, run one by one, stored at once; none of them affects the others."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.work.claims import Claimed
from adapters.stages import context as job_context
from adapters.stages.objects import Item
from domain.errors import SettingError
from domain.objects import HarvestObject as Aggregate
from domain.objects import job_number, object_id
from harvesters import Fetched, Harvester, HarvestJob, HarvestObject
from tests.integration.test_claims import new_job

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # by a clock that was wrong


class FakeHarvester(Harvester):
    """Its stages are the functions given."""

    fetch: Callable[[HarvestObject], Any] = staticmethod(lambda known: Fetched(f"document of {known.guid}"))

    def gather_stage(self, harvest_job: HarvestJob) -> list[str]:
        return []

    def fetch_stage(self, harvest_object: HarvestObject) -> Any:
        return self.fetch(harvest_object)

    def import_stage(self, harvest_object: HarvestObject) -> bool:
        return True


@pytest.fixture(autouse=True)
def harvester(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_context, "load_harvester", lambda kind: FakeHarvester)


def claimed(parts: Parts, *ids: UUID) -> list[Claimed]:
    wanted = ids or [row[0] for row in parts.database.query("SELECT object_id FROM ops.work ORDER BY 1")]
    return [Claimed(object_id, 0, datetime.now(UTC)) for object_id in wanted]


def loaded(parts: Parts) -> list[Item]:
    items = parts.runner.load(claimed(parts))
    parts.runner.load_content(items)
    return items


def outcomes(parts: Parts, items: list[Item]) -> list[str | None]:
    found = parts.application.load_objects([item.aggregate.id for item in items])
    return [found[item.aggregate.id].outcome for item in items]


def test_a_batch_is_run_and_stored_with_its_documents(emptied: Parts) -> None:
    new_job(emptied, 5)
    items = loaded(emptied)
    assert len(items) == 5
    for item in items:
        emptied.runner.run(item)

    assert emptied.runner.store(items) == frozenset()

    assert outcomes(emptied, items) == ["added"] * 5
    hashes = [str(item.aggregate.content_hash) for item in items]
    stored = emptied.content.get(hashes)
    assert [stored[name] for name in hashes] == [f"document of {item.aggregate.guid}".encode() for item in items]


def test_nothing_is_stored_before_its_document_is(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    new_job(emptied, 2)
    items = loaded(emptied)
    for item in items:
        emptied.runner.run(item)
    monkeypatch.setattr(emptied.content, "put", lambda documents: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        emptied.runner.store(items)

    assert outcomes(emptied, items) == [None, None]


def test_an_object_that_has_its_outcome_is_not_run_again(emptied: Parts) -> None:
    new_job(emptied, 2)
    claims = claimed(emptied)
    [done] = emptied.application.load_objects([claims[0].object_id]).values()
    done.skip("superseded")
    emptied.application.record_objects([done])

    assert [item.aggregate.id for item in emptied.runner.load(claims)] == [claims[1].object_id]


def test_what_another_worker_stored_first_counts(emptied: Parts) -> None:
    new_job(emptied, 2)
    items = loaded(emptied)
    for item in items:
        emptied.runner.run(item)
    [done] = emptied.application.load_objects([items[0].aggregate.id]).values()
    done.skip("superseded")
    emptied.application.record_objects([done])

    assert emptied.runner.store(items) == {items[0].aggregate.id}

    assert outcomes(emptied, items) == ["skipped", "added"]


def import_newer(parts: Parts, source_id: str, item: Item) -> None:
    """A later job imports the item's record."""
    parts.database.query(
        "INSERT INTO ops.dataset VALUES (%(source)s, %(guid)s, 'package', %(object)s, NULL, 1)",
        source=source_id,
        guid=item.aggregate.guid,
        object=object_id(LONG_AGO, uuid4(), item.aggregate.guid, (job_number(item.aggregate.id) or 0) + 1),
    )


def test_an_object_of_an_earlier_job_than_the_held_dataset_is_skipped(emptied: Parts) -> None:
    job = new_job(emptied, 1)
    [item] = loaded(emptied)
    import_newer(emptied, job.source_id, item)
    [item] = loaded(emptied)

    emptied.runner.run(item)

    assert item.aggregate.outcome == "skipped"


def test_an_object_of_an_aborted_job_that_a_later_job_overtakes_while_it_runs_is_skipped(emptied: Parts) -> None:
    job = new_job(emptied, 2)
    items = loaded(emptied)
    for item in items:
        emptied.runner.run(item)
    emptied.application.abort_job(job.id, by="admin")
    emptied.work_projector().catch_up()
    import_newer(emptied, job.source_id, items[0])

    assert emptied.runner.store(items) == frozenset()

    assert outcomes(emptied, items) == ["skipped", "added"]


def test_one_record_that_raises_is_tried_again_alone(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(known: HarvestObject) -> bool:
        if known.guid == "guid-1":
            raise KeyError("title")
        return True

    new_job(emptied, 3)
    monkeypatch.setattr(FakeHarvester, "fetch", staticmethod(fetch))
    items = loaded(emptied)
    for item in items:
        emptied.runner.run(item)
    emptied.runner.store(items)

    by_guid = {item.aggregate.guid: outcome for item, outcome in zip(items, outcomes(emptied, items), strict=True)}
    assert by_guid == {"guid-0": "added", "guid-1": None, "guid-2": "added"}
    stored = emptied.application.load_objects([item.aggregate.id for item in items]).values()
    assert {known.guid: known.attempts for known in stored} == {"guid-0": 0, "guid-1": 1, "guid-2": 0}  # it is tried again


def cannot_be_made() -> Harvester:
    raise KeyError("no configuration")


def is_not_installed(kind: str) -> Any:
    raise SettingError(f"Unknown harvester type: {kind}")


@pytest.mark.parametrize("load", [lambda kind: cannot_be_made, is_not_installed], ids=["raises", "not installed"])
def test_a_harvester_that_cannot_be_made_is_the_failure_of_its_records(
    emptied: Parts, monkeypatch: pytest.MonkeyPatch, load: Any
) -> None:
    monkeypatch.setattr(job_context, "load_harvester", load)
    new_job(emptied, 1)
    [item] = loaded(emptied)

    emptied.runner.run(item)

    assert isinstance(item.aggregate, Aggregate)
    assert item.aggregate.attempts == 1
