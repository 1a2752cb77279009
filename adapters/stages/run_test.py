"""`run-test`: gather, fetch and import of one job in this process, without the broker, for authors of harvesters."""

from collections.abc import Callable, Sequence
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.log.projector import Projector
from adapters.postgres.work.claims import Claimed, Claims
from adapters.postgres.work.pending_work import PendingWork
from adapters.stages.gather import GatherRun
from adapters.stages.objects import Item, ObjectRunner
from domain.application import Harvesting
from domain.rules import Progress, job_outcome

BATCH = 200  # objects
OPEN_OBJECTS = """
    SELECT object_id, attempt, now() FROM ops.work WHERE job_id = %(job)s AND object_id > %(after)s
    ORDER BY object_id LIMIT %(limit)s
"""
NIL = UUID(int=0)


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

        Raises JobExists, SourceInactive, NotFound.
        """
        options = {"force_all": full or guid is not None, "force_import": guid is not None, "only_guid": guid or ""}
        job_id = self._application.create_job(source_id, trigger="run-test", by=by, options=options)
        try:
            self._run_stages(job_id, guid)
        except BaseException:
            self._application.abort_job(job_id, by=by, reason="run-test ended before its job")
            self._catch_up()
            raise
        return job_id

    def _run_stages(self, job_id: UUID, guid: str | None) -> None:
        self._claims.show_presence()
        self._catch_up()
        self._claims.claim_inline(job_id)
        self._gather.run(job_id, "run-test")
        after = NIL
        while batch := self._next(job_id, after):
            after = batch[-1].object_id
            self._run(batch, guid)
            self._show(job_id)
        self._finish(job_id)

    def _next(self, job_id: UUID, after: UUID) -> list[Claimed]:
        self._catch_up()
        return [Claimed(*row) for row in self._database.query(OPEN_OBJECTS, job=job_id, after=after, limit=BATCH)]

    def _run(self, claimed: Sequence[Claimed], guid: str | None) -> None:
        items = self._runner.load(claimed)
        self._runner.load_content(items)
        for item in items:
            self._run_one(item, guid)
        self._runner.store(items)

    def _run_one(self, item: Item, guid: str | None) -> None:
        if guid is not None and item.aggregate.guid != guid:
            item.aggregate.skip("not the record asked for")
        elif not self._runner.run(item):
            self._runner.save(item)

    def _progress_of(self, job_id: UUID) -> Progress | None:
        self._catch_up()
        return PendingWork(self._database).progress().get(job_id)

    def _show(self, job_id: UUID) -> None:
        progress = self._progress_of(job_id)
        if progress is not None:
            self._progress(progress)

    def _finish(self, job_id: UUID) -> None:
        progress = self._progress_of(job_id)
        if progress is not None and (outcome := job_outcome(progress)):
            self._application.finish_job(job_id, outcome, progress.counts, progress.statistics)
        self._catch_up()

    def _catch_up(self) -> None:
        for projector in self._projectors:
            projector.catch_up()
