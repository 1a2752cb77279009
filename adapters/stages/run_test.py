"""`run-test`: gather, fetch and import of one job in this process, without the broker, for authors of harvesters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.log.projector import Projector
from adapters.postgres.work.claims import Claimed, Claims, held_datasets
from adapters.postgres.work.pending_work import PendingWork
from adapters.stages.gather import GatherRun
from adapters.stages.objects import Item, ObjectRunner
from domain.application import Harvesting
from domain.errors import NotFound
from domain.jobs import Job
from domain.nearest import did_you_mean
from domain.rules import Progress, job_outcome
from domain.text import counted

BATCH = 200  # objects
MAX_EXAMPLES = 10_000  # guids that are searched for one spelt nearly like the one asked for
OPEN_OBJECTS = """
    SELECT object_id, attempt, now() FROM ops.work WHERE job_id = %(job)s AND object_id > %(after)s
    ORDER BY object_id LIMIT %(limit)s
"""
NIL = UUID(int=0)


@dataclass(slots=True)
class Wanted:
    """The one record to be imported, by the guids that it may be listed under; and what else the remote lists."""

    guids: frozenset[str]
    seen: bool = False
    listed: int = 0
    examples: list[str] = field(default_factory=list)

    def is_it(self, guid: str) -> bool:
        """Whether a record that the remote lists is the one."""
        self.listed += 1
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(guid)
        self.seen = self.seen or guid in self.guids
        return guid in self.guids

    def others(self, guid: str) -> str:
        """What the remote has instead, for a message."""
        shown = f", for example {', '.join(self.examples[:3])}" if self.examples else ""
        return f"{did_you_mean(guid, self.examples)}: it listed {counted(self.listed, 'record')}{shown}"


class TestRun:
    """One job, stage by stage; `progress` is told what happens."""

    __test__ = False  # no test class of pytest

    def __init__(
        self,
        database: Database,
        application: Harvesting,
        gather: GatherRun,
        runner: ObjectRunner,
        claims: Claims,
        projectors: Sequence[Projector],
        progress: Callable[[Progress], None],
    ) -> None:
        self._database = database
        self._application = application
        self._gather = gather
        self._runner = runner
        self._claims = claims
        self._projectors = projectors
        self._progress = progress

    def run(self, source_id: UUID, *, by: str, guid: str | None = None, full: bool = False) -> UUID:
        """Run a new job to its end; its id. With `guid` only that record is imported, changed or not; others are skipped.

        Raises what the plugin raises when that is to be let through (`bootstrap.test_run`): the job is aborted then.
        Raises JobExists, SourceInactive, NotFound: also when the remote lists no record with this guid.
        """
        wanted = Wanted(self._guids(source_id, guid)) if guid is not None else None
        self._end_abandoned(source_id, by)
        options = {"force_all": full or guid is not None, "force_import": guid is not None, "only_guid": guid or ""}
        job_id = self._application.create_job(source_id, trigger="run-test", by=by, options=options)
        try:
            complete = self._run_stages(job_id, wanted)
        except BaseException:
            self._application.abort_job(job_id, by=by, reason="run-test ended before its job")
            self._catch_up()
            raise
        if wanted is not None and guid is not None and complete and not wanted.seen:
            raise NotFound(f"The source has no record {guid}{wanted.others(guid)}")
        return job_id

    def _end_abandoned(self, source_id: UUID, by: str) -> None:
        """An earlier run-test that was killed left its job; nobody else may be there to end it."""
        self._catch_up()
        for job_id in PendingWork(self._database).abandoned_inline(source_id):
            self._application.abort_job(job_id, by=by, reason="its run-test was killed")

    def _guids(self, source_id: UUID, guid: str) -> frozenset[str]:
        """How the remote may list the record: by this guid, or by the one that it had before its document named this one."""
        held = held_datasets(self._database, [(str(source_id), guid)]).values()
        objects = self._application.load_objects([dataset.object_id for dataset in held])
        return frozenset({guid, *(obj.gathered_guid for obj in objects.values())})

    def _run_stages(self, job_id: UUID, wanted: "Wanted | None") -> bool:
        """Whether gather was complete."""
        self._claims.show_presence()
        self._catch_up()
        self._claims.claim_inline(job_id)
        self._gather.run(job_id, "run-test")
        after = NIL
        while batch := self._next(job_id, after):
            after = batch[-1].object_id
            self._run(batch, wanted)
            self._show(job_id)
        return self._finish(job_id)

    def _next(self, job_id: UUID, after: UUID) -> list[Claimed]:
        self._catch_up()
        return [Claimed(*row) for row in self._database.query(OPEN_OBJECTS, job=job_id, after=after, limit=BATCH)]

    def _run(self, claimed: Sequence[Claimed], wanted: "Wanted | None") -> None:
        items = self._runner.load(claimed)
        self._runner.load_content(items)
        done: list[Item] = []
        try:
            for item in items:
                self._run_one(item, wanted)
                done.append(item)
        finally:
            self._runner.store(done)  # what was imported is recorded, whatever a later one raised

    def _run_one(self, item: Item, wanted: "Wanted | None") -> None:
        if wanted is not None and not wanted.is_it(item.aggregate.guid):
            item.aggregate.skip("not the record asked for")
        elif not self._runner.run(item):
            self._runner.save(item)

    def _progress_of(self, job_id: UUID) -> Progress | None:
        self._catch_up()
        return PendingWork(self._database).progress(job_id)

    def _show(self, job_id: UUID) -> None:
        progress = self._progress_of(job_id)
        if progress is not None:
            self._progress(progress)

    def _finish(self, job_id: UUID) -> bool:
        progress = self._progress_of(job_id)
        if progress is not None and (outcome := job_outcome(progress)):
            self._application.finish_job(job_id, outcome, progress.counts, progress.statistics)
        self._catch_up()
        return self._application.load(Job, job_id).complete  # a coordinator may have ended the job before us

    def _catch_up(self) -> None:
        for projector in self._projectors:
            projector.catch_up()
