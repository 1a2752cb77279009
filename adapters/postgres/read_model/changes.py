"""The states of jobs and sources for those who watch: of those that a message names, or that changed after a position.

A position is that of the read model, a number of an event. States are read after the position, so they are of then or later:
whoever has the states of a position has missed nothing up to it. A state is sent whole; a message that is lost costs nothing
once a later one has come.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, LiteralString

import orjson

from adapters.postgres.database import Database
from adapters.postgres.positions import read_model_position
from adapters.postgres.read_model.queries import ReadModel, Row

MOST = 1000  # jobs or sources that are told again to somebody who was away: with more of them a page is loaded again faster
AT_A_TIME = 500  # ids in one statement
OWNERS: LiteralString = """
    SELECT id, coalesce(owner_org, '') AS owner_org, coalesce(private, false) AS private
    FROM harvest.harvest_source WHERE id = ANY (%(ids)s)
"""
MISSED: LiteralString = """
    SELECT originator_id::text AS stream, topic, notification_id AS number FROM events.stored_event
    WHERE notification_id > %(after)s AND notification_id <= %(upto)s AND topic IN (
        'job.created', 'job.gather_started', 'job.gather_finished', 'job.deletions_held', 'job.deletions_approved',
        'job.deletions_rejected', 'job.finished', 'job.aborted', 'source.registered', 'source.changed', 'source.deactivated',
        'source.reactivated', 'source.removed', 'source.restored', 'source.taken_over')
    ORDER BY notification_id DESC LIMIT %(limit)s
"""
SHOWN_OF_SOURCE = (
    *("id", "name", "title", "type", "active", "removed", "frequency", "jobs", "datasets"),
    *("last_job_id", "last_job_status", "last_job_outcome", "last_job_created", "last_job_finished"),
)


@dataclass(frozen=True)
class State:
    """What a job, its held deletions, or a source are like now. `owner_org` and `private` are the source's."""

    kind: str  # job, held, source
    id: str
    source_id: str
    owner_org: str
    private: bool
    values: Row

    @property
    def source(self) -> str:
        """The name of the source."""
        return str(self.values["name" if self.kind == "source" else "source"] or "")

    @cached_property
    def text(self) -> bytes:
        """The values as JSON, however many read it; times are ISO 8601, UTC without zone."""
        return orjson.dumps(self.values)


@dataclass(frozen=True, slots=True)
class Missed:
    """What has changed: states, and the position that they are of. `since` tells when each job or source changed last.

    Changes up to `horizon` may be lacking: whoever has seen less begins again. States of jobs that have not ended are always
    there, whenever they changed.
    """

    position: int
    states: Sequence[State]
    since: dict[str, int]
    horizon: int

    def after(self, position: int) -> list[State]:
        """States that somebody at a position has not seen."""
        return [state for state in self.states if self.since.get(state.id, self.position + 1) > position]


class Changes:
    """Reads states. One thread reads them one after another, so that what is read later is never older."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._model = ReadModel(database)

    def position(self) -> int:
        """The last event that the read model shows."""
        return read_model_position(self._database)

    def states(self, jobs: Collection[str], sources: Collection[str]) -> list[State]:
        """The states of jobs and sources; those that are no longer listed are left out. Raises ServiceUnavailable."""
        rows = [row for ids in _parts(jobs) for row in self._model.jobs_of(ids)]
        source_rows = [row for ids in _parts(sources) for row in self._model.sources_of(ids)]
        return self._owned(rows, source_rows)

    def missed(self, after: int | None) -> Missed:
        """What has changed after a position, and all jobs that have not ended; None: those only. Raises ServiceUnavailable."""
        position = self.position()
        changes = [] if after is None else self._model.rows(MISSED, after=after, upto=position, limit=MOST + 1)
        since: dict[str, int] = {}
        for change in changes[:MOST]:
            since.setdefault(change["stream"], change["number"])
        jobs = {row["stream"] for row in changes if row["topic"].startswith("job.")}
        sources = {row["stream"] for row in changes if row["topic"].startswith("source.")}
        unfinished = self._model.jobs(unfinished=True, limit=MOST)
        for row in unfinished:
            since.pop(row["id"], None)
        job_rows = [row for ids in _parts(jobs) for row in self._model.jobs_of(ids)]
        job_ids = {row["id"] for row in job_rows}
        job_rows += [row for row in unfinished if row["id"] not in job_ids]
        for row in job_rows:
            if row["id"] in since:  # a job that began or ended is part of its source's state
                since[row["source_id"]] = max(since[row["id"]], since.get(row["source_id"], 0))
                sources.add(row["source_id"])
        source_rows = [row for ids in _parts(sources) for row in self._model.sources_of(ids)]
        horizon = changes[MOST]["number"] if len(changes) > MOST else max(after or 0, 0)
        return Missed(position, self._owned(job_rows, source_rows), since, horizon)

    def _owned(self, jobs: Sequence[Row], sources: Sequence[Row]) -> list[State]:
        """Who owns them is read last: of a source that has just become private nothing is told to strangers."""
        ids = {*(row["source_id"] for row in jobs), *(row["id"] for row in sources)}
        owners = {row["id"]: (row["owner_org"], row["private"]) for part in _parts(ids) for row in self._owners(part)}
        states: list[State] = []
        for row in jobs:
            if owner := owners.get(row["source_id"]):
                states.append(State("job", row["id"], row["source_id"], *owner, row))
                if row["held"] is not None and row["finished"] is not None:
                    states.append(State("held", row["id"], row["source_id"], *owner, _held(row)))
        states += [
            State("source", row["id"], row["id"], *owners[row["id"]], {name: row[name] for name in SHOWN_OF_SOURCE})
            for row in sources
            if row["id"] in owners
        ]
        return states

    def _owners(self, ids: Sequence[str]) -> list[Row]:
        return self._model.rows(OWNERS, ids=list(ids))


def _held(job: Row) -> dict[str, Any]:
    return {name: job[name] for name in ("id", "source_id", "source", "held", "held_of", "decision", "finished")}


def _parts(ids: Collection[str]) -> list[list[str]]:
    ordered = sorted(ids)
    return [ordered[first : first + AT_A_TIME] for first in range(0, len(ordered), AT_A_TIME)]
