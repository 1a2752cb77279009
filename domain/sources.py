"""HarvestSource: a remote catalogue that is harvested, and the fence that lets one job run at a time.

Starting and ending a job append to this stream, so two jobs of a source can't run side by side, of whatever kind.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from domain.aggregate import Created, State, StoredAggregate
from domain.deletions import FATE_SAID, HELD
from domain.errors import JobExists, SourceInactive
from domain.schedules import FREQUENCIES as FREQUENCIES  # the words that people use
from domain.schedules import Schedule, is_slot
from domain.secrets import MASK
from domain.source_fields import SourceFields as SourceFields
from domain.undoing import WITHOUT_REMOTE


class HarvestSource(StoredAggregate):
    """One remote catalogue. Its id is given by the caller (CKAN: the id of the source's dataset) or made here."""

    TOPIC = "source"
    SNAPSHOT_VERSION = 6

    class Registered(Created):
        """A source was entered; `by` is who did it."""

        TOPIC = "source.registered"
        class_version = 2
        name: str
        title: str
        notes: str
        url: str
        type: str
        config: str
        frequency: str
        owner_org: str
        private: bool
        extras: dict[str, str]
        state: str
        by: str
        cron: str
        time_zone: str
        blackout: str

    class Changed(StoredAggregate.Event):
        """Fields were edited: {field: [before, after]}. `resealed`: their secrets are encrypted otherwise, and are the same."""

        TOPIC = "source.changed"
        class_version = 2
        changes: dict[str, list[Any]]
        by: str
        resealed: bool

    class Deactivated(StoredAggregate.Event):
        """Harvesting stopped by a person; datasets, jobs and objects stay."""

        TOPIC = "source.deactivated"
        reason: str
        by: str

    class Reactivated(StoredAggregate.Event):
        """Harvesting may go on."""

        TOPIC = "source.reactivated"
        by: str

    class Paused(StoredAggregate.Event):
        """Nothing starts by itself before `until` (ISO 8601, UTC); None: before somebody resumes it."""

        TOPIC = "source.paused"
        until: str | None
        by: str

    class Resumed(StoredAggregate.Event):
        """Jobs start by themselves again."""

        TOPIC = "source.resumed"
        by: str

    class TakenOver(StoredAggregate.Event):
        """What it holds was harvested elsewhere, or before it was removed: its first full run must ask before it deletes."""

        TOPIC = "source.taken_over"
        by: str

    class Cleared(StoredAggregate.Event):
        """All datasets of the source were removed by the job named."""

        TOPIC = "source.cleared"
        job_id: str
        by: str

    class Removed(StoredAggregate.Event):
        """A person took it out of the list of sources; `datasets` is what became of its datasets: keep, release or delete."""

        TOPIC = "source.removed"
        datasets: str
        by: str

    class Restored(StoredAggregate.Event):
        """It was entered again after it was removed; what it held then it holds again."""

        TOPIC = "source.restored"
        by: str

    class HistoryCleared(StoredAggregate.Event):
        """Ended jobs are no longer listed, and their objects are gone; datasets and what they stand on stay.

        `jobs` counts them by how they ended (finished, failed, aborted); `last`: the source's last job is among them.
        """

        TOPIC = "source.history_cleared"
        class_version = 2
        keep_current: bool
        by: str
        jobs: dict[str, int]
        last: bool

    class JobStarted(StoredAggregate.Event):
        """A job of this source began; no other may until it ends. `slot` (ISO 8601, UTC): the one of a scheduled job."""

        TOPIC = "source.job_started"
        class_version = 2
        job_id: str
        kind: str
        slot: str | None

    class JobEnded(StoredAggregate.Event):
        """The running job ended.

        `gathered_from` (ISO 8601) is set if its gather was complete, free of errors, and of the settings that the source still
        has: the next incremental harvest asks for what changed at the remote since then. `memory` is what its harvester wants
        to be told at the next gather; None: nothing new. `full`: it saw the whole remote; False before version 3.
        """

        TOPIC = "source.job_ended"
        class_version = 3
        job_id: str
        outcome: str
        gathered_from: str | None
        memory: dict[str, Any] | None
        full: bool

    @event(Registered)
    def __init__(
        self,
        name: str,
        title: str,
        notes: str,
        url: str,
        type: str,
        config: str,
        frequency: str,
        owner_org: str,
        private: bool,
        extras: dict[str, str],
        state: str,
        by: str,
        cron: str,
        time_zone: str,
        blackout: str,
    ) -> None:
        self.fields = SourceFields(
            *(name, url, type, title, notes, config, frequency, owner_org, private, extras), cron, time_zone, blackout
        )
        self.active = state == "active"
        self.removed = ""  # what became of its datasets, once it was removed
        self.paused = False
        self.paused_until: str | None = None  # ISO 8601; None while paused: until somebody resumes it
        self.running_job: str | None = None
        self.last_job: str | None = None
        self.gathered_from: str | None = None
        self.taken_over = False  # and no full run since
        self.held_jobs: list[str] = []  # that held deletions since the last full run
        self.memory: dict[str, Any] = {}  # of the harvester, from the last gather that came to its end
        self.jobs = 0  # that were ever started
        self.job_started_at = 0  # version of this stream at which the last one started
        self.remote_changed_at = 0  # version at which url, type or config changed, or the datasets went

    def snapshot_state(self) -> State:
        """What it remembers, the fields as a dict."""
        return {**super().snapshot_state(), "fields": {**asdict(self.fields), "extras": dict(self.fields.extras)}}

    def restore_state(self, state: State) -> None:
        """Remember what `snapshot_state` gave."""
        super().restore_state({**state, "fields": SourceFields(**state["fields"])})

    @classmethod
    def register(cls, source_id: UUID, fields: SourceFields, by: str) -> "HarvestSource":
        """A new source with the id given."""
        values = {**asdict(fields), "extras": dict(fields.extras)}
        return cls._create(cls.Registered, id=source_id, state="active", by=by, **values)

    def change(self, fields: SourceFields, by: str, before: SourceFields | None = None) -> None:
        """Replace all fields; a second call changes nothing. `before`: those of now, without secrets in clear."""
        old, new = asdict(before or self.fields), asdict(fields)
        changes = {name: [old[name], value] for name, value in new.items() if old[name] != value}
        if changes:
            self._changed(changes=changes, by=by, resealed=False)

    def reseal(self, url: str, config: str, by: str) -> None:
        """Store the same address and configuration, with secrets encrypted otherwise; a second call changes nothing."""
        changes = {name: [MASK, new] for name, new in (("url", url), ("config", config)) if getattr(self.fields, name) != new}
        if changes:
            self._changed(changes=changes, by=by, resealed=True)

    @event(Changed)
    def _changed(self, changes: dict[str, list[Any]], by: str, resealed: bool) -> None:
        self.fields = SourceFields(**{**asdict(self.fields), **{name: new for name, (_, new) in changes.items()}})
        if changes.keys() & {"url", "type", "config"} and not resealed:
            self._forget_gathered()

    def _forget_gathered(self) -> None:
        """The next harvest asks for everything, whatever a job that still runs has seen."""
        self.gathered_from = None
        self.memory = {}
        self.remote_changed_at = self.version

    def deactivate(self, reason: str, by: str) -> None:
        """Stop harvesting; a second call changes nothing."""
        if self.active:
            self._deactivated(reason=reason, by=by)

    @event(Deactivated)
    def _deactivated(self, reason: str, by: str) -> None:
        self.active = False

    def reactivate(self, by: str) -> None:
        """Harvest again; a second call changes nothing."""
        if not self.active:
            self._reactivated(by=by)

    @event(Reactivated)
    def _reactivated(self, by: str) -> None:
        self.active = True

    def remove(self, datasets: str, by: str) -> None:
        """Take it out of the list, with the fate of its datasets. Raises JobExists, SourceInactive when it was removed."""
        self.must_be_there()
        self._must_be_idle()
        self.deactivate("removed", by)
        self._removed(datasets=datasets, by=by)

    @event(Removed)
    def _removed(self, datasets: str, by: str) -> None:
        self.removed = datasets

    def restore(self, by: str) -> None:
        """Harvest it again after it was removed: the next harvest asks for everything, and before it deletes."""
        if self.removed:
            self._restored(by=by)
            self.reactivate(by)
            self.take_over(by)

    @event(Restored)
    def _restored(self, by: str) -> None:
        self.removed = ""
        self._forget_gathered()

    def must_be_there(self) -> None:
        """Raises SourceInactive when it was removed."""
        if self.removed:
            raise SourceInactive(
                f"Source {self.fields.name} ({self.id}) was removed ({FATE_SAID[self.removed]}). To harvest it again, enter it "
                f"again, `harvester source create`; `harvester source clear {self.id}` deletes datasets that stayed"
            )

    def pause(self, until: datetime | None, by: str) -> None:
        """Start nothing by itself before a time, or before it is resumed; a second call changes nothing.

        Raises SourceInactive when it was removed.
        """
        self.must_be_there()
        text = until.astimezone(UTC).isoformat(timespec="seconds") if until else None
        if not self.paused or self.paused_until != text:
            self._paused(until=text, by=by)

    @event(Paused)
    def _paused(self, until: str | None, by: str) -> None:
        self.paused, self.paused_until = True, until

    def resume(self, by: str) -> None:
        """Start jobs by itself again; a second call changes nothing."""
        if self.paused:
            self._resumed(by=by)

    @event(Resumed)
    def _resumed(self, by: str) -> None:
        self.paused, self.paused_until = False, None

    def is_paused(self, now: datetime) -> bool:
        """Whether nothing of it may start by itself at that time."""
        return self.paused and (self.paused_until is None or now < datetime.fromisoformat(self.paused_until))

    @property
    def schedule(self) -> Schedule:
        """What decides about its slots."""
        fields = self.fields
        return Schedule(self.id, fields.frequency, fields.cron, fields.time_zone, fields.blackout, fresh=self.jobs == 0)

    def awaits(self, slot: datetime, now: datetime) -> bool:
        """Whether the job of a slot may start: its settings may have changed since somebody looked."""
        return self.active and not self.is_paused(now) and is_slot(self.schedule, slot)

    def take_over(self, by: str) -> None:
        """Note that its datasets come from elsewhere; a second call changes nothing."""
        if not self.taken_over:
            self._taken_over(by=by)

    @event(TakenOver)
    def _taken_over(self, by: str) -> None:
        self.taken_over = True

    def clear(self, job_id: UUID, by: str) -> None:
        """Note that a job has deleted all its datasets: the next harvest asks for everything."""
        self._cleared(job_id=str(job_id), by=by)

    @event(Cleared)
    def _cleared(self, job_id: str, by: str) -> None:
        self._forget_gathered()

    def clear_history(self, jobs: Mapping[UUID, str], by: str, *, keep_current: bool) -> None:
        """Note that ended jobs ({job: how it ended}) are no longer listed."""
        counts = Counter("finished" if outcome == HELD else outcome for outcome in jobs.values())
        last = self.last_job in {str(job) for job in jobs}
        self._history_cleared(keep_current=keep_current, by=by, jobs=dict(counts), last=last)

    @event(HistoryCleared)
    def _history_cleared(self, keep_current: bool, by: str, jobs: dict[str, int], last: bool) -> None:
        pass

    def start_job(self, job_id: UUID, kind: str, slot: datetime | None = None) -> None:
        """Take the source for a job (of a slot, when it is a scheduled one); a second call for the same job changes nothing.

        Raises JobExists, SourceInactive.
        """
        if self.running_job == str(job_id):
            return
        self._must_be_idle()
        if not self.active and kind not in WITHOUT_REMOTE:
            self.must_be_there()
            raise SourceInactive(f"Source {self.fields.name} is inactive: no jobs can be made for it")
        self._job_started(
            job_id=str(job_id), kind=kind, slot=slot.astimezone(UTC).isoformat(timespec="seconds") if slot else None
        )

    def _must_be_idle(self) -> None:
        if self.running_job is not None:
            raise JobExists(
                f"Source {self.fields.name} already has job {self.running_job} that has not ended: "
                "wait for it, or stop it with `harvester job-abort`"
            )

    @event(JobStarted)
    def _job_started(self, job_id: str, kind: str, slot: str | None) -> None:
        self.running_job = self.last_job = job_id
        self.jobs += 1
        self.job_started_at = self.version

    def end_job(
        self,
        job_id: UUID,
        outcome: str,
        gathered_from: str | None,
        memory: Mapping[str, Any] | None = None,
        *,
        full: bool = False,
    ) -> None:
        """Give the source back; a second call, or one for another job, changes nothing."""
        if self.running_job == str(job_id):
            counts = None if self._changed_since_start else gathered_from
            stored_memory = None if memory is None or self._changed_since_start else dict(memory)
            self._job_ended(job_id=str(job_id), outcome=outcome, gathered_from=counts, memory=stored_memory, full=full)

    @property
    def _changed_since_start(self) -> bool:
        """Whether what the running job sees is of another address, type or configuration than the source has now."""
        return self.remote_changed_at > self.job_started_at

    @event(JobEnded)
    def _job_ended(
        self, job_id: str, outcome: str, gathered_from: str | None, memory: dict[str, Any] | None, full: bool
    ) -> None:
        self.running_job = None
        if full:
            self.taken_over = False
        held = [job_id] if outcome == HELD else []
        self.held_jobs = held if full else [*self.held_jobs, *held]
        if gathered_from is not None and not self._changed_since_start:  # earlier versions stored it all the same
            self.gathered_from = gathered_from
        if memory is not None and not self._changed_since_start:
            self.memory = memory
