"""Records and jobs of a source as the log has them, for jobs whose records come from there."""

from collections.abc import Sequence
from uuid import UUID

from domain.application import Harvesting
from domain.errors import NotFound
from domain.jobs import Job
from domain.objects import GatheredRecord
from projections.recorded import Recorded


def newest_record(events: Sequence[Recorded], action: str = "") -> GatheredRecord:
    """A record with the newest document and all extras of its object; `action`: another one than that of the object.

    It goes by the guid that the remote lists, so that a full listing finds the record again.
    """
    first = events[0].state
    guid, document, extras = first["guid"], first["content_hash"], first["extras"]
    for event in events:
        if event.topic == "object.fetched":
            document, extras = event.state["content_hash"], {**extras, **event.state["extras"]}
        elif event.topic == "object.identified":
            guid = event.state["guid"]
    identified = guid if guid != first["guid"] else None
    return GatheredRecord(first["guid"], action or first["action"], document, extras, first["metadata_modified"], identified)


def jobs_of(application: Harvesting, source_id: UUID) -> list[Job]:
    """All jobs of a source, in order."""
    events = application.event_log.select_events(source_id)
    if not events:
        raise NotFound(f"There is no HarvestSource {source_id}")
    started = [application.mapper.to_domain_event(event) for event in events if event.topic == "source.job_started"]
    jobs = application.load_many(Job, [UUID(event.job_id) for event in started])  # type: ignore[attr-defined]
    return sorted(jobs.values(), key=lambda job: job.number)
