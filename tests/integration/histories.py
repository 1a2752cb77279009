"""Made-up histories of sources, jobs and objects, as the application writes them, and what their counters must be."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

import orjson
from eventsourcing.persistence import StoredEvent
from hypothesis import strategies as st

from domain.application import Harvesting
from domain.jobs import COUNTS, Job
from domain.objects import GatheredRecord, HarvestObject, job_number
from domain.sources import HarvestSource, SourceFields
from tests.support.fakes import MemoryLog

OUTCOMES = ("added", "updated", "unchanged", "deleted", "errored", "skipped")
RETRY_AT = datetime(2026, 3, 1, tzinfo=UTC)
NONE = dict.fromkeys(COUNTS, 0)


@dataclass(frozen=True)
class ObjectPlan:
    """What becomes of one record."""

    guid: str
    action: str = "new"
    retries: int = 0
    errors: int = 0
    fetched: bool = True
    identified: str | None = None
    outcome: str = "added"
    reported: bool = False


@dataclass(frozen=True)
class JobPlan:
    """What becomes of one job."""

    objects: tuple[ObjectPlan, ...]
    attempts: int = 1
    gather_errors: int = 0
    unchanged: int = 0
    end: str = "finished"  # finished, failed, aborted before gather, aborted in gather, aborted amid outcomes
    rest: int = 0  # unchanged records of the last page


GUIDS = st.sampled_from("abcdefg")
OBJECTS = st.builds(
    ObjectPlan,
    guid=GUIDS,
    action=st.sampled_from(("new", "change", "delete")),
    retries=st.integers(0, 2),
    errors=st.integers(0, 2),
    fetched=st.booleans(),
    identified=st.one_of(st.none(), st.none(), GUIDS, st.just("its own")),
    outcome=st.sampled_from(OUTCOMES),
    reported=st.booleans(),
)
JOBS = st.builds(
    JobPlan,
    objects=st.lists(OBJECTS, max_size=6, unique_by=lambda plan: plan.guid).map(tuple),
    attempts=st.integers(1, 3),
    gather_errors=st.integers(0, 2),
    unchanged=st.integers(0, 3),
    rest=st.integers(0, 2),
    end=st.sampled_from(("finished", "finished", "failed", "before gather", "in gather", "amid outcomes")),
)
SOURCES = st.lists(st.lists(JOBS, max_size=3), min_size=1, max_size=3)
RANDOMS = st.integers(0, 2**32).map(Random)  # of st.randoms() each number is drawn, until an example is too large


class History:
    """Writes a history into a log in memory, a command at a time; sources take turns as `random` says."""

    def __init__(self, plans: Sequence[Sequence[JobPlan]], random: Random) -> None:
        self.log = MemoryLog()
        self._application = Harvesting(self.log, self.log)
        self.random = random
        running = [self._run_source(f"source-{uuid4()}", jobs) for jobs in plans]
        while running:
            turn = random.choice(running)
            if next(turn, "over") == "over":
                running.remove(turn)

    @property
    def events(self) -> list[StoredEvent]:
        return self.log.events

    def _run_source(self, name: str, jobs: Sequence[JobPlan]) -> Iterator[None]:
        fields = SourceFields(name, f"http://{name}.example", "test", extras={"a": "b"})
        source_id = self._application.register_source(fields, "admin")
        for number, plan in enumerate(jobs):
            yield
            self._application.change_source(source_id, replace(fields, title=f"Title {number}", private=True), "admin")
            yield from self._run_job(source_id, plan)
            if number % 2:
                self._application.deactivate_source(source_id, "admin", "for a while")
                self._application.reactivate_source(source_id, "admin")

    def _run_job(self, source_id: UUID, plan: JobPlan) -> Iterator[None]:
        job_id = self._application.create_job(source_id, by="admin", trigger=self.random.choice(("cli", "schedule")))
        yield
        if plan.end == "before gather":
            return self._application.abort_job(job_id, "admin")
        yield from self._gather(job_id, plan)
        if plan.end == "in gather":
            self._application.abort_job(job_id, "admin", "too slow")
        yield
        planned = [*plan.objects]
        self.random.shuffle(planned)
        for number, known in enumerate(planned):
            if plan.end == "amid outcomes" and number == len(planned) // 2:
                self._application.abort_job(job_id, "admin")
            yield from self._run_object(job_id, known)
        if plan.end in ("finished", "failed"):
            self._application.finish_job(job_id, plan.end, NONE, Expected(self.events).jobs[str(job_id)])
        else:
            self._application.abort_job(job_id, "admin")
        return None

    def _gather(self, job_id: UUID, plan: JobPlan) -> Iterator[None]:
        records = [GatheredRecord(known.guid, known.action, extras={"x": known.guid}) for known in plan.objects]
        half = len(records) // 2
        for attempt in range(plan.attempts):
            job: Job = self._application.start_gather(job_id, "worker")
            yield
            self._application.record_page(job, records[:half], plan.unchanged)
            yield
            for number in range(plan.gather_errors):
                self._application.record_gather_error(job, "code", f"error {number} of r-{number}", f"r-{number}")
            if attempt == plan.attempts - 1:
                self._application.record_page(job, records[half:], 0)
                if plan.end != "in gather":
                    complete = plan.end == "finished"
                    self._application.finish_gather(job, complete=complete, full=complete, deletions=0, unchanged=plan.rest)

    def _run_object(self, job_id: UUID, plan: ObjectPlan) -> Iterator[None]:
        job = self._application.load(Job, job_id)
        identity = job.object_id(plan.guid)
        for retry in range(plan.retries + 1):
            [known] = self._application.load_objects([identity]).values()
            if plan.errors:
                known.locate(f"https://remote.example.org/{plan.guid}")
            for _ in range(plan.errors):
                known.record_error("Import", f"{known.guid}: message", 3)
            if retry < plan.retries:
                known.fail("Fetch", "http_503", f"{known.guid} is busy", RETRY_AT)
            else:
                _end(known, plan)
            self._application.record_objects([known])
            yield


def _end(known: HarvestObject, plan: ObjectPlan) -> None:
    if plan.fetched:
        known.fetch("ab" * 32, {"format": "json"})
    if plan.identified:
        known.identify(plan.identified)
    if plan.outcome == "errored":
        known.fail("Import", "reported" if plan.reported else "bad", f"it is bad: {known.guid}", None)
    elif plan.outcome == "skipped":
        known.skip("superseded")
    else:
        known.import_as(plan.outcome, f"package {known.guid}")


def big_job(objects: int) -> list[StoredEvent]:
    """One source, one job of that many objects, all imported."""
    plans = [ObjectPlan(f"guid {number}", outcome=OUTCOMES[number % 6]) for number in range(objects)]
    return [*History([[JobPlan(tuple(plans), attempts=2, unchanged=5, gather_errors=2)]], Random(objects)).events]


class Expected:
    """What the counters must be after these events, counted one by one."""

    def __init__(self, events: Sequence[StoredEvent]) -> None:
        self.jobs: dict[str, Counter[str]] = {}
        self.ended: set[str] = set()
        self.open_objects: dict[str, str] = {}  # object without outcome -> job
        self.datasets: dict[tuple[str, str], str] = {}  # (source, guid) -> object, of active datasets
        self._facts: dict[tuple[str, str], int] = {}  # (source, guid) -> number of the job of the newest fact
        self._job_of: dict[str, str] = {}
        for event in events:
            self._take(str(event.originator_id), event.topic, orjson.loads(event.state))

    def _take(self, stream: str, topic: str, state: dict[str, Any]) -> None:
        if topic == "job.created":
            self.jobs[stream] = Counter()
        elif topic == "job.gather_started":
            self.jobs[stream]["pages_unchanged"] = 0
        elif topic == "job.page_gathered":
            self.jobs[stream]["pages_unchanged"] += state["unchanged"]
        elif topic == "job.gather_finished":
            self.jobs[stream]["pages_unchanged"] = state["unchanged"]
        elif topic == "job.gather_error_recorded":
            self.jobs[stream]["gather_errors"] += 1
        elif topic in ("job.finished", "job.aborted"):
            self.ended.add(stream)
        elif topic == "object.gathered":
            self._job_of[stream] = self.open_objects[stream] = state["job_id"]
            self.jobs[state["job_id"]]["objects"] += 1
        elif topic == "object.imported":
            self._outcome(stream, state["status"])
            self._dataset(stream, state)
        elif topic == "object.skipped":
            self._outcome(stream, "skipped")
        elif topic == "object.failed" and state["retry_at"] is None:
            self._outcome(stream, "errored")

    def _outcome(self, stream: str, outcome: str) -> None:
        self.jobs[self._job_of[stream]][outcome] += 1
        del self.open_objects[stream]

    def _dataset(self, stream: str, state: dict[str, Any]) -> None:
        key, job = (state["source_id"], state["guid"]), job_number(stream) or 0
        if state["status"] == "unchanged" or job < self._facts.get(key, 0):
            return
        self._facts[key] = job
        if state["status"] == "deleted":
            self.datasets.pop(key, None)
        else:
            self.datasets[key] = stream

    def counts(self, jobs: Sequence[str] | None = None) -> dict[str, dict[str, int]]:
        """Counters that aren't 0, by job."""
        wanted = self.jobs if jobs is None else jobs
        return {job: {name: n for name, n in self.jobs[job].items() if n} for job in wanted}

    def work(self) -> set[tuple[str, str]]:
        """(object, job) that is left to do."""
        return {(known, job) for known, job in self.open_objects.items() if job not in self.ended}


def sources_of(events: Sequence[StoredEvent]) -> set[UUID]:
    """Ids of the sources of a history."""
    return {UUID(str(event.originator_id)) for event in events if event.topic == HarvestSource.Registered.TOPIC}
