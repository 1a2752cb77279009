"""Since when changes at the remote may have been missed: what the next incremental harvest asks for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.postgres.work.claims import ClaimedGather
from domain.application import EventLog
from domain.jobs import Job
from harvesters.base import Harvester
from harvesters.http.responses import RemoteTime

CLOCK_MARGIN = timedelta(seconds=60)  # servers of one site differ a little; a Date header has whole seconds


@dataclass(frozen=True, slots=True)
class Starts:
    """By the database's clock: the start of a job's first attempt, and of this one, which is `noted` in monotonic seconds."""

    first: datetime | None
    began: datetime | None
    noted: float

    @classmethod
    def of_claim(cls, claim: ClaimedGather) -> "Starts":
        """A first attempt, which begins when its job was claimed."""
        return cls(claim.now, claim.now, claim.noted)

    @classmethod
    def of_job(cls, log: EventLog, job: Job, version: int, noted: float) -> "Starts":
        """An attempt that began with that version of the job's stream."""
        first = log.recorded_at(job.id, job.first_started_version)
        began = first if job.first_started_version == version else log.recorded_at(job.id, version)
        return cls(first, began, noted)

    def seen_since(self, answer: RemoteTime | None) -> datetime | None:
        """Since when changes at the remote may have been missed: the start of the first attempt, whose objects stay.

        By the database's clock, or by the remote's if that is behind: where it is ahead, asking from too early a time only
        costs some records. This worker's clock doesn't count.
        """
        if self.first is None or self.began is None:
            return None
        ahead = timedelta(0)
        if answer is not None:
            ahead = answer.time - (self.began + timedelta(seconds=answer.noted - self.noted))
        return self.first + min(ahead, timedelta(0)) - CLOCK_MARGIN


def first_answer(harvester: Harvester) -> RemoteTime | None:
    """When the remote first answered, None when the plugin has replaced the session by a client of its own."""
    answer = getattr(getattr(harvester, "http", None), "first_answer", None)
    return answer if isinstance(answer, RemoteTime) else None
