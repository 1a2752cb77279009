"""Objects as the log has them. The ids of a job's objects lie close together: they begin with the job's time and number."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from adapters.postgres.database import Database, unavailable
from adapters.postgres.log.event_store import read_streams, read_whole
from domain.jobs import Job
from domain.objects import object_id_range
from projections.recorded import Recorded, decode

BATCH = 1000  # events


def job_objects(database: Database, job: Job, upto: int) -> Iterator[list[Recorded]]:
    """The events of each object of a job, up to an event number; one list for each object, in the order of their ids."""
    low, high = object_id_range(job.created_on, job.number)
    return _only_of(str(job.id), streams(database, low, high, upto))


def objects_of(database: Database, ids: Sequence[UUID]) -> list[list[Recorded]]:
    """The events of each of these objects, in the order of their ids; ids of nothing, or of something else, are left out."""
    with unavailable(database.url):
        events = decode(read_whole(database.connection, ids))
    by_stream = (list(stream) for _, stream in groupby(events, attrgetter("stream")))
    return [stream for stream in by_stream if stream[0].topic == "object.gathered"]


def streams(database: Database, low: UUID, high: UUID, upto: int) -> Iterator[list[Recorded]]:
    """The events of each stream from one id to another, up to an event number."""
    after, before = (low, 0), UUID(int=high.int + 1)
    stream: list[Recorded] = []
    while rows := _read(database, after, before, upto):
        for event in decode(rows):
            if stream and stream[0].stream != event.stream:
                yield stream
                stream = []
            stream.append(event)
        after = (rows[-1][1], rows[-1][2])
    if stream:
        yield stream


def _read(database: Database, after: tuple[UUID, int], before: UUID, upto: int) -> list[tuple]:  # type: ignore[type-arg]
    with unavailable(database.url):
        return list(read_streams(database.connection, after, before, upto, BATCH))


def _only_of(job: str, objects: Iterator[list[Recorded]]) -> Iterator[list[Recorded]]:
    """Other jobs' objects may lie between those of this one; a stream begins with the event that names its job."""
    for stream in objects:
        if stream[0].topic == "object.gathered" and stream[0].state["job_id"] == job:
            yield stream
