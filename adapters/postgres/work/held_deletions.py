"""Which deletions did a job hold? Read from its objects in the log: the read model decides nothing."""

from collections.abc import Iterator
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.log.event_store import read_streams
from adapters.postgres.positions import log_position
from domain.deletions import HELD
from domain.jobs import Job
from domain.objects import object_id_range
from projections.recorded import decode

EVENTS = 2000  # read at a time


def held_guids(database: Database, job: Job, page: int) -> Iterator[list[str]]:
    """The guids of datasets whose deletion the job held, in pages."""
    low, high = object_id_range(job.created_on, job.number)
    after, before, upto = (low, 0), UUID(int=high.int + 1), log_position(database)
    guids: list[str] = []
    gathered: dict[UUID, str] = {}  # of the stream that is being read
    with database.connect() as connection:
        while rows := read_streams(connection, after, before, upto, EVENTS):
            after = (rows[-1][1], rows[-1][2])
            for event in decode(rows):
                if event.topic == "object.gathered" and event.state["job_id"] == str(job.id):
                    gathered = {event.stream: event.state["guid"]}
                elif event.topic == "object.skipped" and event.state["reason"] == HELD and event.stream in gathered:
                    guids.append(gathered[event.stream])
            while len(guids) >= page:
                yield guids[:page]
                guids = guids[page:]
    if guids:
        yield guids
