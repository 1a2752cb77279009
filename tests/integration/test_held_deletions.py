"""What waits for a person is safe: later runs, retention, retries and killed workers leave it as it is."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.duties.retention import Retain
from adapters.stages.listing import Stopped
from domain.errors import HarvestError, Refused
from domain.jobs import Job
from harvesters.base import Record
from tests.integration.test_deletions import end, filled, gathered, gathering, held_job, records, session
from tests.integration.test_gather_run import NONE, Gathering, full

__all__ = ["gathering"]


def test_a_run_that_lists_only_changes_leaves_held_deletions_to_be_approved(gathering: Gathering) -> None:
    job = held_job(gathering)
    changes = end(gathering, gathering.run(lambda _: iter([Record(f"r{n}", action="delete") for n in range(12)])))

    assert changes.held == 12
    assert len(gathering.objects(gathered(gathering, gathering.app.approve_deletions(job.id, "admin")))) == 20


def retain(gathering: Gathering) -> None:
    """All that retention does, as if it were three years later."""
    for projector in (gathering.parts.work_projector(), gathering.parts.read_model_projector()):
        projector.catch_up()
    duty = Retain(gathering.parts.database, gathering.app, days=365, keep=0, every=0)
    for _ in range(60):
        duty.run(datetime.now(UTC) + timedelta(days=1000))
    gathering.parts.work_projector().catch_up()


def test_retention_leaves_a_job_alone_while_its_deletions_wait(gathering: Gathering) -> None:
    job = held_job(gathering)
    retain(gathering)

    assert gathering.app.load(Job, job.id).pruned == 0
    gathering.app.reject_deletions(job.id, "admin")
    retain(gathering)
    assert gathering.app.load(Job, job.id).pruned == 20


def test_stored_documents_that_are_imported_again_do_not_keep_approved_deletions(gathering: Gathering) -> None:
    job = held_job(gathering)
    reimport = gathering.app.create_job(gathering.source, kind="import", options={"force_import": True, "without_fetch": True})
    end(gathering, gathered(gathering, reimport))

    carried_out = gathered(gathering, gathering.app.approve_deletions(job.id, "admin"))

    assert len(gathering.objects(carried_out)) == 20


def test_a_job_that_held_deletions_has_nothing_to_retry(gathering: Gathering) -> None:
    filled(gathering)
    job = gathering.run(full(*records(30)))
    gathering.app.finish_job(job.id, "finished", NONE, {"objects": 20, "skipped": 20})

    with pytest.raises(Refused, match=f"No record of job {job.id} failed"):
        session(gathering).call("harvest_job_retry", id=str(job.id))


def test_a_clear_is_not_retried_but_made_again(gathering: Gathering) -> None:
    filled(gathering, 2)
    job = gathered(gathering, gathering.app.create_job(gathering.source, kind="clear"))
    gathering.app.finish_job(job.id, "finished", {**NONE, "errored": 1})

    with pytest.raises(HarvestError, match="clear it again, `harvester source clear city`"):
        session(gathering).call("harvest_job_retry", id=str(job.id))


def test_a_clear_whose_worker_is_killed_goes_on_where_it_was(gathering: Gathering) -> None:
    """The first worker stores a page of objects and is gone; some of them are carried out before another one goes on."""
    filled(gathering, 1200)
    job_id = gathering.app.create_job(gathering.source, kind="clear")
    pages = iter([False, True])
    killed = gathering.parts.gather_run(lambda: next(pages), gathering.parts.work_projector().catch_up)
    with pytest.raises(Stopped):
        killed.run(job_id, "killed")
    gathering.parts.work_projector().catch_up()
    stored = gathering.app.load(Job, job_id)
    done = list(gathering.objects(stored).values())[:300]
    for known in done:
        known.import_as("deleted", "p")
    gathering.app.record_objects(done)

    resumed = gathered(gathering, job_id)
    left = len(gathering.objects(resumed))
    ended = end(gathering, resumed)

    assert (stored.gather_finished, left) == (None, 900)
    held = "SELECT count(*) FROM ops.dataset WHERE source_id = %(source)s AND NOT deleted"
    assert (ended.status, gathering.parts.database.query(held, source=gathering.source)) == ("Finished", [(0,)])


def test_a_source_stands_for_its_newest_job_that_waits(gathering: Gathering) -> None:
    """A run that only lists changes came after it."""
    job = held_job(gathering)
    end(gathering, gathering.run(lambda _: iter([])))
    ask = session(gathering).call

    assert ask("harvest_held_job_show", id="city")["id"] == str(job.id)
    assert ask("harvest_job_reject_deletions", id="city")["decision"] == "rejected"
    with pytest.raises(Refused, match="holds no deletions"):
        ask("harvest_job_approve_deletions", id="city")
