"""Job: one run of a source. It always ends, and never changes afterwards.

Its counts are a projection: objects are streams of their own, so this stream stays short however many records a job has.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from domain.aggregate import Created as FirstEvent
from domain.aggregate import StoredAggregate
from domain.errors import GuardConflict, JobEnded, Refused
from domain.objects import object_ids
from domain.rules import all_imported, not_zero
from domain.secrets import mask_text

KINDS = ("harvest", "retry", "import", "clear", "removal", "undo")
COUNTS = ("added", "updated", "not modified", "deleted", "errored")


class Job(StoredAggregate):
    """One run of a source, from its creation to its end."""

    TOPIC = "job"
    SNAPSHOT_VERSION = 6

    class Created(FirstEvent):
        """Somebody or a schedule asked for a run; `trigger` is cli, api, schedule or run-test.

        `number` counts the jobs of the source, from 1: of two jobs the one with the larger number is newer, whatever any clock
        says. `source_version` is the version of the source whose settings the job runs with. Both are 0 in events of version 1.
        """

        TOPIC = "job.created"
        class_version = 2
        source_id: str
        kind: str
        trigger: str
        by: str
        options: dict[str, Any]
        number: int
        source_version: int

    class GatherStarted(StoredAggregate.Event):
        """A worker began to gather; a further attempt starts from the first page and shuts the earlier one out."""

        TOPIC = "job.gather_started"
        attempt: int
        worker: str

    class PageGathered(StoredAggregate.Event):
        """One page of records: `gathered` objects were made of it, `unchanged` records need no work.

        `cursor` is the harvester's own mark of where it is, for people who read the log. Version 1 listed the unchanged guids.
        """

        TOPIC = "job.page_gathered"
        class_version = 2
        cursor: str
        gathered: int
        unchanged: int

    class GatherErrorRecorded(StoredAggregate.Event):
        """Something went wrong while gathering; more may be gathered all the same."""

        TOPIC = "job.gather_error_recorded"
        code: str
        message: str
        guid: str | None

    class GatherFinished(StoredAggregate.Event):
        """Gathering is over; counts are of the last attempt.

        A last page of unchanged records only is counted here and has no event of its own.
        `complete`: everything that was asked for was seen. `full`: that was the whole remote, so what it lacks was removed.
        `seen_since` (ISO 8601): what changed at the remote later than this may have been missed. It is a time of the remote's
        clock or of the database's, never of a worker's; None in events of version 1. `memory` is what the harvester wants to be
        told at the next gather if this job goes well; empty in events before version 3.
        """

        TOPIC = "job.gather_finished"
        class_version = 3
        complete: bool
        full: bool
        gathered: int
        unchanged: int
        deletions: int
        seen_since: str | None
        memory: dict[str, Any]

    class DeletionsHeld(StoredAggregate.Event):
        """Too many datasets are missing at the remote: a person must say whether they go."""

        TOPIC = "job.deletions_held"
        guids: int
        known: int

    class DeletionsApproved(StoredAggregate.Event):
        """A person lets the held deletions go on."""

        TOPIC = "job.deletions_approved"
        by: str

    class DeletionsRejected(StoredAggregate.Event):
        """A person dropped the held deletions."""

        TOPIC = "job.deletions_rejected"
        by: str

    class Aborted(StoredAggregate.Event):
        """Stopped by a person; outcomes that come later stay in the log."""

        TOPIC = "job.aborted"
        reason: str
        by: str

    class Finished(StoredAggregate.Event):
        """Gather is over and every object has an outcome. `outcome` is finished, held (finished, and deletions wait for a
        person), or failed when gather failed.

        `counts` are in the words of reports, `statistics` are all counters of the job, by their names in
        `domain.rules.Progress` (None in events of version 1). Since version 2 both are without those that are 0.
        """

        TOPIC = "job.finished"
        class_version = 2
        outcome: str
        counts: dict[str, int]
        statistics: dict[str, int] | None

    class Pruned(StoredAggregate.Event):
        """That many of its objects were removed from the log since they were old; those that datasets stand on stay.

        `statistics` are all counters of the job, when its end didn't name them and its objects can't any more. `first` and
        `last` are the ids that theirs lie between, both included; None in events of version 1. `more` of its objects will be
        removed soon.
        """

        TOPIC = "job.pruned"
        class_version = 2
        objects: int
        statistics: dict[str, int] | None
        first: str | None
        last: str | None
        more: bool

    class Forgotten(StoredAggregate.Event):
        """The source's history was cleared: the job is no longer listed, and none of its objects is left."""

        TOPIC = "job.forgotten"
        by: str

    @event(Created)
    def __init__(
        self, source_id: str, kind: str, trigger: str, by: str, options: dict[str, Any], number: int, source_version: int
    ) -> None:
        self.source_id = source_id
        self.kind = kind
        self.by = by
        self.options = options
        self.number = number
        self.source_version = source_version
        self.status = "New"
        self.attempt = 0
        self.full = False
        self.gather_started: datetime | None = None
        self.first_started: datetime | None = None  # by the first attempt, whose objects stay
        self.first_started_version = 0  # of this stream
        self.seen_since: str | None = None
        self.memory: dict[str, Any] = {}
        self.gather_finished: datetime | None = None
        self.complete = False
        self.gather_errors = 0
        self.gathered = 0
        self.unchanged = 0
        self.statistics_kept = False  # by an event of this stream: its objects needn't tell them
        self.all_imported = False  # it has ended, and each of its objects made, changed or removed a dataset
        self.pruned = 0  # objects that are gone
        self.forgotten = False  # no longer listed
        self.held = 0  # deletions that a person must approve
        self.decision = ""  # approved or rejected
        self.lost = False  # an append failed: this copy is ahead of what is stored, and of no further use

    @classmethod
    def create(
        cls,
        job_id: UUID,
        source_id: UUID,
        kind: str,
        trigger: str,
        by: str,
        options: Mapping[str, Any],
        *,
        number: int,
        source_version: int,
    ) -> "Job":
        """A new job with the id given; `number` and `source_version` as in `Created`."""
        return cls._create(
            cls.Created,
            id=job_id,
            source_id=str(source_id),
            kind=kind,
            trigger=trigger,
            by=by,
            options=dict(options),
            number=number,
            source_version=source_version,
        )

    def object_id(self, guid: str) -> UUID:
        """The id of this job's object for a guid."""
        return self.object_ids()(guid)

    def object_ids(self) -> Callable[[str], UUID]:
        """The same for many guids."""
        return object_ids(self.created_on, self.id, self.number)

    @property
    def ended(self) -> bool:
        """True when nothing can change any more."""
        return self.status in ("Finished", "Aborted")

    def _must_go_on(self) -> None:
        if self.lost:
            raise GuardConflict([self.id])
        if self.ended:
            raise JobEnded(f"job {self.id} is {self.status}: it can't be changed any more")

    def start_gather(self, worker: str) -> None:
        """Begin a further attempt; an earlier one that still runs can't add objects any more. Raises JobEnded."""
        self._must_go_on()
        if self.gather_finished is not None:
            raise JobEnded(f"job {self.id} has been gathered")
        self._gather_started(attempt=self.attempt + 1, worker=worker)

    @event(GatherStarted)
    def _gather_started(self, attempt: int, worker: str) -> None:
        self.status = "Running"
        self.attempt = attempt
        self.gather_started = self.modified_on
        self.first_started = self.first_started or self.modified_on
        self.first_started_version = self.first_started_version or self.version
        self.gathered = self.unchanged = 0

    def record_page(self, cursor: str, gathered: int, unchanged: int) -> None:
        """Record one page. Raises JobEnded."""
        self._must_go_on()
        self._page_gathered(cursor=cursor, gathered=gathered, unchanged=unchanged)

    @event(PageGathered)
    def _page_gathered(self, cursor: str, gathered: int, unchanged: int) -> None:
        self.gathered += gathered
        self.unchanged += unchanged

    def record_gather_error(self, code: str, message: str, guid: str | None = None) -> None:
        """Record an error of gather. Raises JobEnded."""
        self._must_go_on()
        self._gather_error_recorded(code=code, message=mask_text(message), guid=guid)

    @event(GatherErrorRecorded)
    def _gather_error_recorded(self, code: str, message: str, guid: str | None) -> None:
        self.gather_errors += 1

    def finish_gather(
        self,
        complete: bool,
        full: bool,
        deletions: int,
        seen_since: str | None = None,
        unchanged: int = 0,
        memory: Mapping[str, Any] | None = None,
    ) -> None:
        """End gathering, with that many further records that need no object; a second call changes nothing. Raises JobEnded."""
        self._must_go_on()
        if self.gather_finished is None:
            self._gather_finished(
                complete=complete,
                full=full,
                gathered=self.gathered,
                unchanged=self.unchanged + unchanged,
                deletions=deletions,
                seen_since=seen_since,
                memory=dict(memory or {}),
            )

    @event(GatherFinished)
    def _gather_finished(
        self,
        complete: bool,
        full: bool,
        gathered: int,
        unchanged: int,
        deletions: int,
        seen_since: str | None,
        memory: dict[str, Any],
    ) -> None:
        self.complete = complete
        self.full = full
        self.unchanged = unchanged
        self.seen_since = seen_since
        self.memory = memory
        self.gather_finished = self.modified_on

    def hold_deletions(self, guids: int, datasets: int) -> None:
        """Let deletions of that many of the datasets known wait for a person. Raises JobEnded."""
        self._must_go_on()
        self._deletions_held(guids=guids, known=datasets)

    @event(DeletionsHeld)
    def _deletions_held(self, guids: int, known: int) -> None:
        self.held = guids

    def approve_deletions(self, by: str) -> None:
        """Let the held deletions go on; a second call changes nothing. Raises Refused."""
        self._must_be_decided("approved")
        if not self.decision:
            self._deletions_approved(by=by)

    @event(DeletionsApproved)
    def _deletions_approved(self, by: str) -> None:
        self.decision = "approved"

    def reject_deletions(self, by: str) -> None:
        """Drop the held deletions; a second call changes nothing. Raises Refused."""
        self._must_be_decided("rejected")
        if not self.decision:
            self._deletions_rejected(by=by)

    @event(DeletionsRejected)
    def _deletions_rejected(self, by: str) -> None:
        self.decision = "rejected"

    def _must_be_decided(self, wanted: str) -> None:
        if not self.held:
            raise Refused(f"Job {self.id} holds no deletions: there is nothing to approve or reject")
        if not self.ended:
            raise Refused(f"Job {self.id} has not ended: wait until it has, then approve or reject its deletions")
        if self.status == "Aborted":
            raise Refused(f"Job {self.id} was aborted: its deletions were dropped. Harvest the source again")
        if self.pruned:
            raise Refused(f"The objects of job {self.id} are gone, and what it held with them. Harvest the source again")
        if self.decision not in ("", wanted):
            raise Refused(f"The deletions of job {self.id} were {self.decision} already")

    def abort(self, reason: str, by: str) -> None:
        """Stop the job; a second call changes nothing."""
        if not self.ended:
            self._aborted(reason=reason, by=by)

    @event(Aborted)
    def _aborted(self, reason: str, by: str) -> None:
        self.status = "Aborted"

    def finish(self, outcome: str, counts: Mapping[str, int], statistics: Mapping[str, int] | None = None) -> None:
        """End the job; a second call changes nothing."""
        if not self.ended:
            counters = None if statistics is None else not_zero(statistics)
            self._finished(outcome=outcome, counts=not_zero(counts), statistics=counters)

    @event(Finished)
    def _finished(self, outcome: str, counts: dict[str, int], statistics: dict[str, int] | None) -> None:
        self.status = "Finished"
        self.statistics_kept = statistics is not None
        self.all_imported = statistics is not None and all_imported(statistics)

    def prune(self, objects: Sequence[UUID], statistics: Mapping[str, int] | None, *, more: bool = False) -> None:
        """Record that objects, given in the order of their ids, are gone; `more` will go soon.

        Raises Refused while the job goes on.
        """
        if not self.ended:
            raise Refused(f"job {self.id} is {self.status}: its objects stay")
        kept = None if statistics is None else not_zero(statistics)
        self._pruned(objects=len(objects), statistics=kept, first=str(objects[0]), last=str(objects[-1]), more=more)

    @event(Pruned)
    def _pruned(self, objects: int, statistics: dict[str, int] | None, first: str | None, last: str | None, more: bool) -> None:
        self.pruned += objects
        self.statistics_kept = self.statistics_kept or statistics is not None

    def forget(self, by: str) -> None:
        """List the job no longer; a second call changes nothing. Raises Refused while it goes on."""
        if not self.ended:
            raise Refused(f"job {self.id} is {self.status}: it can be forgotten once it has ended")
        if not self.forgotten:
            self._forgotten(by=by)

    @event(Forgotten)
    def _forgotten(self, by: str) -> None:
        self.forgotten = True

    def error_free(self, counts: Mapping[str, int]) -> bool:
        """Whether later harvests may ask only for what changed since this one."""
        return self.complete and not self.gather_errors and not counts.get("errored")
