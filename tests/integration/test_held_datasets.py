"""What a source holds, as the write side knows it when it decides."""

from uuid import uuid4

from adapters.bootstrap import Parts
from adapters.postgres.work.claims import HeldDataset, held_datasets
from adapters.postgres.work.pending_work import PendingWork
from domain.objects import HarvestObject
from tests.integration.test_claims import new_job, record, take


def test_what_a_source_holds_is_found_by_source_and_guid(emptied: Parts) -> None:
    job = new_job(emptied, 2)
    [first, second] = take(PendingWork(emptied.database), job)
    record(emptied, first.object_id, lambda known: known.import_as("added", "package"))
    guid = emptied.application.load_objects([first.object_id])[first.object_id].guid
    keys = [(job.source_id, guid), (job.source_id, "another"), (str(uuid4()), guid)]

    assert held_datasets(emptied.database, keys) == {keys[0]: HeldDataset("package", None, first.object_id)}
    record(emptied, second.object_id, lambda known: _delete_as(known, guid))
    assert held_datasets(emptied.database, keys) == {}


def _delete_as(known: HarvestObject, guid: str) -> None:
    known.identify(guid)
    known.import_as("deleted", "package")
