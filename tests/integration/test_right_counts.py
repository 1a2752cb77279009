"""What didn't change is counted as such and written nowhere, whichever stage finds out; and counts outlive the objects."""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.read_model.queries import ReadModel
from adapters.postgres.read_model.rebuild import rebuild_read_model
from adapters.postgres.work.claims import Claimed
from adapters.postgres.work.pending_work import PendingWork
from adapters.stages import context as job_context
from domain.rules import job_outcome
from domain.sources import SourceFields
from harvesters.base import Fetched, Harvester, HarvestJob, HarvestObject, ImportResult, Package, Record

COUNTS = ("added", "updated", "not_modified", "deleted", "errored")
WRITES = """
    SELECT (SELECT max(xmin::text::bigint) FROM content.document), (SELECT count(*) FROM content.document),
        (SELECT max(xmin::text::bigint) FROM catalogue.package)
"""


class Waf(Harvester):
    """Lists files, and gets each of them in fetch_stage."""

    files: ClassVar[dict[str, str]] = {}
    deleted: ClassVar[tuple[str, ...]] = ()
    held_at_gather: ClassVar[dict[str, Any]] = {}
    asked: ClassVar[list[dict[str, str]]] = []

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record]:
        cls = type(self)
        cls.held_at_gather = {guid: dict(held.validators) for guid, held in harvest_job.held([*cls.files, "none"]).items()}
        yield from (Record(name) for name in cls.files)
        yield from (Record(name, action="delete") for name in cls.deleted)

    def fetch_stage(self, harvest_object: HarvestObject) -> Fetched:
        self.asked.append(dict(harvest_object.held_validators))
        content = type(self).files[harvest_object.guid]
        return Fetched(content, validators={"etag": f'"{len(content)}"'})

    def import_stage(self, harvest_object: HarvestObject) -> ImportResult:
        if harvest_object.action == "delete":
            return self.delete_package(harvest_object)
        return Package({"name": f"waf-{harvest_object.guid}", "title": harvest_object.content})


class Portal:
    """One source, harvested job by job in this process."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.source = parts.application.register_source(SourceFields("waf", "http://waf.example", "waf"), "admin")

    def harvest(self) -> tuple[UUID, dict[str, int]]:
        """One job; its id and its counts in the read model that aren't 0."""
        parts = self.parts
        job_id = parts.application.create_job(self.source)
        parts.gather_run(lambda: False, parts.work_projector().catch_up).run(job_id, "worker")
        parts.work_projector().catch_up()
        rows = parts.database.query("SELECT object_id, attempt, now() FROM ops.work WHERE job_id = %(job)s", job=job_id)
        items = parts.runner.load([Claimed(*row) for row in rows])
        parts.runner.load_content(items)
        for item in items:
            if not parts.runner.run(item):
                parts.runner.save(item)
        assert parts.runner.store(items) == frozenset()
        parts.work_projector().catch_up()
        progress = PendingWork(parts.database).progress(job_id)
        assert progress is not None
        outcome = job_outcome(progress)
        assert outcome is not None
        parts.application.finish_job(job_id, outcome, progress.counts, progress.statistics)
        parts.work_projector().catch_up()
        parts.read_model_projector().catch_up()
        return job_id, self.counts(job_id)

    def counts(self, job_id: UUID) -> dict[str, int]:
        row = ReadModel(self.parts.database).job(str(job_id))
        assert row is not None
        return {name: row[name] for name in COUNTS if row[name]}


@pytest.fixture
def portal(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> Portal:
    monkeypatch.setattr(job_context, "load_harvester", lambda kind: Waf)
    Waf.files, Waf.deleted, Waf.asked = {"a": "A", "b": "B", "c": "C"}, (), []
    return Portal(emptied)


def test_documents_got_in_fetch_that_did_not_change_are_written_nowhere(portal: Portal) -> None:
    assert portal.harvest()[1] == {"added": 3}
    written = portal.parts.database.query(WRITES)

    assert portal.harvest()[1] == {"not_modified": 3}

    assert portal.parts.database.query(WRITES) == written


def test_the_next_job_may_ask_with_what_the_last_one_got(portal: Portal) -> None:
    portal.harvest()
    assert Waf.held_at_gather == {}
    Waf.files = {**Waf.files, "b": "B is longer"}

    assert portal.harvest()[1] == {"not_modified": 2, "updated": 1}
    portal.harvest()

    assert Waf.held_at_gather == {"a": {"etag": '"1"'}, "b": {"etag": '"11"'}, "c": {"etag": '"1"'}}
    assert {"etag": '"11"'} in Waf.asked


def test_a_removal_of_what_was_never_held_is_none_and_of_what_is_held_is_one(portal: Portal) -> None:
    Waf.deleted = ("x", "y")
    assert portal.harvest()[1] == {"added": 3}

    Waf.files, Waf.deleted = {"a": "A", "b": "B"}, ("x", "c")

    assert portal.harvest()[1] == {"not_modified": 2, "deleted": 1}
    assert portal.harvest()[1] == {"not_modified": 2}


def test_a_rebuild_after_the_objects_of_a_job_are_gone_gives_the_same_counts(portal: Portal) -> None:
    Waf.files = {**Waf.files, "bad": "not a title"}
    first, counts = portal.harvest()
    Waf.files = {"a": "A"}
    second, _ = portal.harvest()
    before = portal.parts.database.query("SELECT * FROM harvest.job_statistics ORDER BY job_id")

    portal.parts.database.query("DELETE FROM events.stored_event WHERE topic LIKE 'object.%%'")
    rebuild_read_model(portal.parts.database, accept=True)

    assert portal.parts.database.query("SELECT * FROM harvest.job_statistics ORDER BY job_id") == before
    assert portal.counts(first) == counts == {"added": 4}
    assert portal.counts(second) == {"not_modified": 1}
