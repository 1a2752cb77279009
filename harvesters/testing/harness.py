"""Runs jobs of one source in memory: feeds a harvester's stages with prepared answers and collects the results."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from domain import text
from domain.objects import GatheredRecord, gathered_event, object_id
from domain.objects import HarvestObject as Aggregate
from harvesters import results
from harvesters.base import GatherError, Harvester, HarvestJob, HarvestSource, Listed, Record
from harvesters.faults import EXPECTED
from harvesters.http import HttpLimits, PoliteSession
from harvesters.http.recording import Answer, Replay
from harvesters.loading import info, new_harvester
from harvesters.options import check, model_of
from harvesters.stages import RetryPolicy, StageRun
from harvesters.testing.catalogue import Catalogue

START = datetime(2026, 1, 1, tzinfo=UTC)
LIMITS = HttpLimits(retries=0, allow="loopback")
REPORT_STATUS = {"unchanged": "not modified", "skipped": "skipped"}
Answers = Replay | Path | Iterable[Answer] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """What the source holds for a guid, see `harvesters.Held`."""

    package_id: str | None
    object_id: UUID
    content_hash: str | None
    metadata_modified: str | None
    validators: Mapping[str, str]
    document: bytes | None = None


@dataclass(frozen=True, slots=True)
class RecordResult:
    """The outcome of a record: `status` is added, updated, not modified, deleted, errored, or skipped."""

    guid: str
    status: str
    package_id: str | None = None
    errors: tuple[tuple[str, str, int | None], ...] = ()  # stage, message, line
    warnings: tuple[str, ...] = ()
    extras: Mapping[str, str] = field(default_factory=dict)
    original_url: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a job. `complete`: gather reached its end; `gather_errors`: messages."""

    complete: bool
    full_listing: bool
    gather_errors: tuple[str, ...]
    records: Mapping[str, RecordResult]  # by guid, in the order in which they were imported
    catalogue: Catalogue

    @property
    def statuses(self) -> dict[str, str]:
        """The status of each record, by guid."""
        return {guid: record.status for guid, record in self.records.items()}

    @property
    def errors(self) -> list[tuple[str, str, str, int | None]]:
        """All errors of records: guid, stage, message, line."""
        return [(guid, *error) for guid, record in self.records.items() for error in record.errors]

    def dataset(self, guid: str) -> dict[str, Any]:
        """The dataset of a record. Raises KeyError with the record's outcome if it has none."""
        record = self.records[guid]
        package = self.catalogue.show(record.package_id) if record.package_id else None
        if package is None:
            raise KeyError(f"{guid} has no dataset: it is {record.status}, {list(record.errors)}")
        return package


class Harness:
    """A source of one harvester. Each `harvest` is a job; the next one holds what it imported."""

    def __init__(self, kind: type[Harvester], url: str, config: Mapping[str, Any] | str = "", **source: Any) -> None:
        """`source`: other fields of `HarvestSource`, such as owner_org. Raises ValueError for a refused configuration."""
        self._kind = kind
        self._type = info(kind())["name"]
        harvester = new_harvester(self._type, kind)
        config_text = config if isinstance(config, str) else json.dumps(config)
        stored = harvester.validate_config(config_text)
        if (options := vars(kind).get("options")) is not None:
            check(model_of(options), stored, getattr(kind, "OPTIONS", ()))
        fields = {"id": str(uuid5(NAMESPACE_URL, url)), "name": self._type, "title": self._type, **source}
        self.source = HarvestSource(url=harvester.validate_url(url), type=self._type, config=stored, **fields)
        self.catalogue = Catalogue()
        self._held: dict[str, HeldRecord] = {}
        self._memory: dict[str, Any] = {}
        self._last_complete: datetime | None = None
        self._jobs = 0

    def harvest(self, answers: Answers = (), *, catch: bool = False, **options: Any) -> Result:
        """Run a job against these answers: a recording, its file, `Answer`s, or {address: JSON, text or bytes}.

        Unexpected exceptions of the harvester are raised, or with `catch` become errors, as in a worker. `options`: options of
        the job, for instance force_all=True.
        """
        harvester, job = self._harvester(_replay(answers)), self._job(options)
        errors: list[str] = []
        records: dict[str, Record] = {}
        listed: set[str] = set()
        complete = self._gather(harvester, job, records, listed, errors, catch=catch)
        if complete and job.full_listing:
            missing = self._held.keys() - records.keys() - listed
            records |= {guid: Record(guid, action="delete") for guid in sorted(missing)}
        if complete:
            self._memory = dict(job.memory)
            self._last_complete = job.gather_started if not errors else self._last_complete
        done = [self._import(harvester, job, guid, record, catch=catch) for guid, record in records.items()]
        by_guid = {record.guid: record for record in done if record is not None}
        return Result(complete, job.full_listing, tuple(errors), by_guid, self.catalogue)

    def _job(self, options: Mapping[str, Any]) -> HarvestJob:
        self._jobs += 1
        began = START + timedelta(days=self._jobs)
        return HarvestJob(
            id=str(uuid5(UUID(self.source.id), str(self._jobs))),
            source=self.source,
            created=began,
            gather_started=began,
            options=options,
            last_complete=self._last_complete,
            number=self._jobs,
            lookup=lambda guids: {guid: self._held[guid] for guid in guids if guid in self._held},
            count_held=lambda: len(self._held),
            held_guids=lambda: list(self._held),
            memory=dict(self._memory),
        )

    def _harvester(self, replay: Replay) -> Harvester:
        harvester = self._kind()
        harvester.http = PoliteSession(LIMITS, sleep=lambda _: None, through=replay.through)
        harvester.target = self.catalogue
        return harvester

    def _gather(
        self,
        harvester: Harvester,
        job: HarvestJob,
        records: dict[str, Record],
        listed: set[str],
        errors: list[str],
        *,
        catch: bool,
    ) -> bool:
        """Whether gather reached its end; adds what it listed to the collections."""
        try:
            for item in results.gathered(harvester, job):
                if isinstance(item, GatherError):
                    errors.append(item.message)
                elif isinstance(item, Listed):
                    listed.update(item.guids)
                elif isinstance(item, Record):
                    records.setdefault(results.identity(item.guid), item)
        except Exception as error:
            if not catch and not isinstance(error, EXPECTED):
                raise
            saved = [item.message for item in results.gather_errors(job)]
            errors += saved if saved and isinstance(error, results.GatherFailed) else [*saved, results.said(error)]
            return False
        return True

    def _import(self, harvester: Harvester, job: HarvestJob, guid: str, record: Record, *, catch: bool) -> RecordResult | None:
        held, body = self._held.get(guid), None if record.skip else results.document(record.content)
        if record.skip:
            return RecordResult(guid, "skipped", errors=(("Gather", record.skip, None),))
        if record.action == "delete" and held is None:
            return None
        digest = None if body is None else sha256(body).hexdigest()
        forced = bool(job.options.get("force_import"))
        if held and digest and held.content_hash == digest and record.action != "delete" and not forced:
            return RecordResult(guid, REPORT_STATUS["unchanged"], held.package_id)
        action = "change" if held and record.action == "new" else record.action
        extras, modified = results.extra_texts(record.extras), text.utc_time(record.metadata_modified)
        gathered = GatheredRecord(guid, action, digest, extras, modified)
        identity = object_id(job.created, UUID(job.id), guid, job.number)
        aggregate = gathered_event(gathered, identity, job.id, self.source.id, 1, job.created).mutate(None)
        assert isinstance(aggregate, Aggregate)
        return self._run(harvester, job, aggregate, body, catch=catch)

    def _run(
        self, harvester: Harvester, job: HarvestJob, aggregate: Aggregate, body: bytes | None, *, catch: bool
    ) -> RecordResult:
        policy = RetryPolicy(first_delay=1.0, max_attempts=1, job_deadline=3600.0, let_through=not catch)
        run = StageRun(
            lambda: harvester, job, aggregate, body, self._held.get, lambda: job.created, policy, stored=self._document
        )
        if not run.run():
            run.save()
        events = [(event.TOPIC, vars(event)) for event in aggregate.pending_events]  # type: ignore[attr-defined]
        document = run.documents.get(aggregate.content_hash or "", body)
        self._hold(aggregate, events, document)
        return _result(aggregate, events)

    def _document(self, digest: str) -> bytes | None:
        return next((held.document for held in self._held.values() if held.content_hash == digest), None)

    def _hold(self, aggregate: Aggregate, events: list[tuple[str, dict[str, Any]]], document: bytes | None) -> None:
        """Remember what the source holds after this record."""
        topic, last = events[-1]
        if topic != "object.imported":
            return
        if last["status"] == "deleted":
            self._held.pop(aggregate.guid, None)
            return
        self._held[aggregate.guid] = HeldRecord(
            last["package_id"], aggregate.id, last["content_hash"], last["metadata_modified"], last["validators"], document
        )


def _result(aggregate: Aggregate, events: list[tuple[str, dict[str, Any]]]) -> RecordResult:
    recorded = [event for topic, event in events if topic == "object.error_recorded"]
    errors = [(event["stage"], event["message"], event["line"]) for event in recorded if event["level"] == "error"]
    topic, last = events[-1]
    if topic == "object.failed" and last["code"] != "reported":
        errors.append((last["stage"], last["message"], None))
    if topic == "object.skipped":
        errors.append(("Import", last["reason"], None))
    outcome = aggregate.outcome or "errored"
    return RecordResult(
        guid=aggregate.guid,
        status=REPORT_STATUS.get(outcome, outcome),
        package_id=aggregate.package_id,
        errors=tuple(errors),
        warnings=tuple(event["message"] for event in recorded if event["level"] != "error"),
        extras=dict(aggregate.extras),
        original_url=aggregate.original_url or "",
    )


def _replay(answers: Answers) -> Replay:
    if isinstance(answers, Replay):
        return answers
    if isinstance(answers, Path):
        return Replay.read(answers)
    if isinstance(answers, Mapping):
        return Replay(_answer(url, value) for url, value in answers.items())
    return Replay(answers)


def _answer(url: str, value: Any) -> Answer:
    if isinstance(value, Answer):
        return value
    if isinstance(value, bytes):
        return Answer(url, text=value.decode())
    if isinstance(value, str):
        return Answer(url, text=value)
    return Answer(url, headers={"Content-Type": "application/json"}, text=json.dumps(value))
