"""What a harvest of a source would import: the first records through all stages, and nothing is stored.

The target is asked what would become of each dataset and gets none; requests are limited in number and time.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from domain import text
from domain.errors import RemoteError
from domain.objects import GatheredRecord, gathered_event, object_id
from domain.objects import HarvestObject as Aggregate
from harvesters import results
from harvesters.base import GatherError, Harvester, HarvestJob, HarvestObject, HarvestSource, Record
from harvesters.faults import EXPECTED
from harvesters.stages import RetryPolicy, StageRun
from harvesters.target import Fitting, Owner, Previews, Stored

MOST_ERRORS = 20
POLICY = RetryPolicy(first_delay=1.0, max_attempts=1, job_deadline=3600.0)


@dataclass(slots=True)
class Previewed:
    """One record: the dataset as its harvester made it, after the rules of the source, and as the target would store it.

    `errors` and `warnings` are messages; with errors the record would not be imported. None: it didn't get that far.
    """

    guid: str
    made: Mapping[str, Any] | None = None
    mapped: Mapping[str, Any] | None = None
    stored: Mapping[str, Any] | None = None
    schema: str = ""
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Preview:
    """The first records of a source, and what went wrong with finding them; `expected`: how many the remote says it has."""

    records: list[Previewed] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    expected: int | None = None


class Limited:
    """Puts a limit in front of a session's transport: so many requests, and so many seconds for all of them."""

    def __init__(self, requests: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._requests = requests
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds
        self._sent = count(1)

    def through(self, adapter: BaseAdapter) -> BaseAdapter:
        """See `PoliteSession`."""
        return _Limited(adapter, self)

    def check(self) -> None:
        """Raises RemoteError when there is to be no further request."""
        if self._clock() > self._end:
            raise RemoteError(f"the preview took longer than {self._seconds:.0f} s", code="preview_limit")
        if next(self._sent) > self._requests:
            raise RemoteError(f"the preview needs more than {self._requests} requests", code="preview_limit")


class _Limited(BaseAdapter):
    def __init__(self, adapter: BaseAdapter, limit: Limited) -> None:
        super().__init__()
        self._adapter = adapter
        self._limit = limit

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        self._limit.check()
        return self._adapter.send(request, *args, **options)

    def close(self) -> None:
        self._adapter.close()


class PreviewTarget:
    """Stands in for a target: it tells what the target would store, and changes nothing."""

    def __init__(self, target: Previews) -> None:
        self._target = target
        self.asked: dict[str, tuple[Mapping[str, Any], Fitting | None]] = {}  # by object id

    @property
    def user_name(self) -> str | None:
        """See `HarvesterBase._get_user_name`."""
        return getattr(self._target, "user_name", None)

    def save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        self.asked[owner.object_id] = (package, None)
        fitting = self._target.preview(package, owner)
        self.asked[owner.object_id] = (package, fitting)
        return Stored(str(package["id"]), str(fitting.package["name"]), losses=fitting.losses)

    def delete(self, package_id: str, owner: Owner) -> bool:
        return False

    def show(self, id_or_name: str) -> dict[str, Any] | None:
        return self._target.show(id_or_name)


class PreviewTargetWithGroups(PreviewTarget):
    """The same for a target that looks up groups and organisations: those that it lacks are shown as they would be made."""

    def resolve_group(self, group: Mapping[str, Any], *, create: bool) -> Mapping[str, Any] | None:
        return self._resolved("resolve_group", group, create)

    def resolve_organization(self, organization: Mapping[str, Any], *, create: bool) -> Mapping[str, Any] | None:
        return self._resolved("resolve_organization", organization, create)

    def _resolved(self, method: str, wanted: Mapping[str, Any], create: bool) -> Mapping[str, Any] | None:
        there: Mapping[str, Any] | None = getattr(self._target, method)(wanted, create=False)
        if there is None and create:
            return {"id": wanted.get("id") or wanted.get("name"), "name": wanted.get("name")}
        return there


class _Run(StageRun):
    """The stages of one record, whose view is looked at afterwards."""

    view: HarvestObject | None = None

    def _view(self) -> HarvestObject:
        self.view = super()._view()
        return self.view

    @property
    def made(self) -> Mapping[str, Any] | None:
        """The dataset as the harvester made it."""
        return self.view.made if self.view else None


def preview_target(target: Previews) -> PreviewTarget:
    """What stands in for a target."""
    return PreviewTargetWithGroups(target) if hasattr(target, "resolve_group") else PreviewTarget(target)


def preview(harvester: Harvester, source: HarvestSource, target: Previews, limit: int, now: datetime) -> Preview:
    """The first `limit` records of a source. The harvester has its session; whatever it raises is in the result."""
    stand_in = harvester.target = preview_target(target)
    job = HarvestJob(str(uuid4()), source, now, gather_started=now, options={"force_all": True}, number=1)
    shown = Preview()
    records = _first_records(harvester, job, limit, shown)
    shown.expected = job.expected
    shown.records = [_previewed(harvester, job, stand_in, record) for record in records]
    return shown


def _first_records(harvester: Harvester, job: HarvestJob, limit: int, shown: Preview) -> list[Record]:
    records: dict[str, Record] = {}
    try:
        for item in results.gathered(harvester, job):
            if isinstance(item, GatherError):
                shown.errors.append(text.message(item.message))
            elif isinstance(item, Record) and item.action != "delete":
                records.setdefault(results.identity(item.guid), item)
            if len(records) >= limit or len(shown.errors) >= MOST_ERRORS:
                break
    except Exception as error:
        shown.errors += [text.message(saved.message) for saved in results.gather_errors(job)][:MOST_ERRORS]
        if not (isinstance(error, results.GatherFailed) and shown.errors):
            shown.errors.append(text.message(results.said(error) if isinstance(error, EXPECTED) else results.raised(error)))
    return list(records.values())


def _previewed(harvester: Harvester, job: HarvestJob, target: PreviewTarget, record: Record) -> Previewed:
    guid = results.identity(record.guid)
    if record.skip:
        return Previewed(guid, errors=[record.skip])
    try:
        aggregate, body = _gathered(job, guid, record)
    except Exception as error:
        return Previewed(guid, errors=[text.message(results.raised(error))])
    run = _Run(lambda: harvester, job, aggregate, body, lambda _: None, lambda: job.created, POLICY)
    if not run.run():
        run.save()
    mapped, fitting = target.asked.get(str(aggregate.id), (None, None))
    previewed = Previewed(aggregate.guid, run.made, mapped, fitting.package if fitting else None)
    previewed.schema = fitting.schema if fitting else ""
    _tell(previewed, aggregate)
    return previewed


def _gathered(job: HarvestJob, guid: str, record: Record) -> tuple[Aggregate, bytes | None]:
    body = results.document(record.content)
    digest = None if body is None else sha256(body).hexdigest()
    extras, modified = results.extra_texts(record.extras), text.utc_time(record.metadata_modified)
    gathered = GatheredRecord(guid, "new", digest, extras, modified)
    identity = object_id(job.created, UUID(job.id), guid, job.number)
    aggregate = gathered_event(gathered, identity, job.id, job.source.id, 1, job.created).mutate(None)
    assert isinstance(aggregate, Aggregate)
    return aggregate, body


def _tell(previewed: Previewed, aggregate: Aggregate) -> None:
    """What the stages recorded of the record."""
    events = [(event.TOPIC, vars(event)) for event in aggregate.pending_events]  # type: ignore[attr-defined]
    for topic, values in events:
        if topic == "object.error_recorded":
            (previewed.errors if values["level"] == "error" else previewed.warnings).append(values["message"])
        elif topic == "object.failed" and values["code"] != "reported":
            previewed.errors.append(values["message"].splitlines()[0])
        elif topic == "object.skipped":
            previewed.errors.append(values["reason"])
