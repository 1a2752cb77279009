"""Runs a harvester's fetch and import stage for one object: the one place where whatever a plugin raises becomes an event."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal

from domain import rules, text
from domain.deletions import CLEAR, HIDDEN_PACKAGE, HIDDEN_TITLE, REMOVAL, grace_days
from domain.errors import REPORTED, HarvestError, Postponed, RecordError, RemoteError, ServiceUnavailable, TargetError
from domain.objects import HarvestObject as Aggregate
from domain.text import counted
from domain.titles import MAX_TITLE, title_of
from domain.undoing import UNDO
from harvesters import changes, extras, results
from harvesters.base import (
    Fetched,
    Harvester,
    HarvestJob,
    HarvestObject,
    HarvestObjectExtra,
    Imported,
    Package,
    Save,
    read_config,
)
from harvesters.clearing import clearing_for, owner_if_known
from harvesters.faults import EXPECTED, is_ctrl_c, leave_if_forked, own_context
from harvesters.held import Held
from harvesters.original_url import asked_for_url, has_url
from harvesters.removal import remove, word
from harvesters.reporting import has_report, record_errors, record_warnings
from harvesters.under_way import under_way

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a failed object is tried again; durations in seconds."""

    first_delay: float
    max_attempts: int
    job_deadline: float  # after the job was created
    let_through: bool = False  # what a plugin raises by mistake ends the run, for its author to see


@dataclass(slots=True)
class StageRun:
    """One object on its way through fetch and import.

    `held` tells what the source holds for a guid, None when it holds nothing. `now` asks for the time by the database's clock.
    """

    new_harvester: Callable[[], Harvester]
    job: HarvestJob
    aggregate: Aggregate
    content: bytes | None
    held: Callable[[str], Held | None]
    now: Callable[[], datetime]
    policy: RetryPolicy
    documents: dict[str, bytes] = field(default_factory=dict)  # by sha256: to be stored before the events
    stored: Callable[[str], bytes | None] = lambda _: None  # a document that was stored before, by sha256
    stage: str = "Fetch"
    since: float = 0.0  # monotonic seconds when the stage began
    harvester: Harvester | None = None
    postponed: float | None = None  # seconds: it is to run again later, as if it had not run
    asked_plugin: bool = False  # `save` has run code of the plugin
    _save: Save | None = None
    _title: str | None = None  # of the dataset that is to go

    def run(self) -> bool:
        """Run both stages, in the thread that the harvester belongs to; False: `save` is to follow.

        After the last of them the aggregate has the events, always with an outcome or a time for the next attempt.
        """
        view = self._view()
        with under_way([view]):
            self._guarded(view, lambda: self._run(view))
        return self._save is None

    def save(self) -> None:
        """Store what import_stage returned, in any thread."""
        assert self._save is not None
        save, self._save, self.asked_plugin = self._save, None, False
        view, harvester = save.harvest_object, self.harvester
        assert harvester is not None
        self._guarded(view, lambda: self._imported(view, save.run(harvester.target)))

    def _guarded(self, view: HarvestObject, work: Callable[[], None]) -> None:
        """Whatever it raises becomes an event."""
        process = os.getpid()
        try:
            own_context().run(work)
        except BaseException as error:  # asyncio's CancelledError and SystemExit among them
            leave_if_forked(process)
            if is_ctrl_c(error) or (self.policy.let_through and not isinstance(error, EXPECTED)):
                raise
            self._record(view, error)
        leave_if_forked(process)

    def _record(self, view: HarvestObject, error: BaseException) -> None:
        try:
            self._note(view, error)
        except ServiceUnavailable:
            raise
        except BaseException as odd:  # the error, or what the stage left on its object, can't even be looked at
            if is_ctrl_c(odd):
                raise
            self._fail(view, "plugin_error", results.with_traceback(odd), self._next_attempt())

    def _note(self, view: HarvestObject, error: BaseException) -> None:
        postponed = error if isinstance(error, Postponed) else self._caught_by_plugin()
        if postponed is not None and self.now() < self._deadline:
            self.postponed = postponed.wait
            self.documents.clear()
            return
        self._report(view)
        if isinstance(error, results.StageFailed):
            self._stage_failed(view, error)
        elif isinstance(error, RemoteError | TargetError | ServiceUnavailable):
            self._failed(view, error)
        elif isinstance(error, HarvestError):
            self._fail(view, error.code, results.said(error))
        else:  # what a plugin raises by mistake is tried again, as ckanext-harvest does: it may wait for another record
            self._fail(view, "plugin_error", results.with_traceback(error), self._next_attempt())

    def _caught_by_plugin(self) -> Postponed | None:
        """What a request of this run was refused with, though the plugin made another error of it."""
        postponed = getattr(getattr(self.harvester, "http", None), "postponed", None)
        return postponed if isinstance(postponed, Postponed) else None

    @property
    def _deadline(self) -> datetime:
        """Until when the job's objects are tried again."""
        return (self.job.recorded or self.job.created) + timedelta(seconds=self.policy.job_deadline)

    def _run(self, view: HarvestObject) -> None:
        self.since = time.monotonic()
        harvester = self.harvester = self.new_harvester()
        if self._caught_by_plugin() is not None:
            harvester.http.postponed = None
        if self.job.options.get("without_fetch"):
            self._require_document(view)
        elif self.aggregate.action != "delete" and not self.aggregate.fetched and not self._fetch(view, harvester):
            return
        self.stage, self.since = "Import", time.monotonic()
        view.state, view.import_started = "IMPORT", datetime.now(UTC)
        if self.aggregate.action == "delete":
            self._title = self._title_of_held(view)
            if self.job.kind == UNDO:  # a person asked for it, whatever the source's policy is for what its remote removes
                harvester = clearing_for(harvester)
        self._take_import(view, results.imported(self._import(view, harvester), view, self.aggregate.guid))

    def _import(self, view: HarvestObject, harvester: Harvester) -> object:
        asked = self.aggregate.action != "delete" or getattr(harvester, "imports_removals", True)
        return harvester.import_stage(view) if asked else harvester.delete_package(view)

    def _view(self) -> HarvestObject:
        aggregate = self.aggregate
        content, self.content = self.content, None
        values = {"status": aggregate.action, **aggregate.extras}
        view = HarvestObject(
            id=str(aggregate.id),
            guid=aggregate.guid,
            job=self.job,
            content=None if content is None else content.decode("utf-8", "replace"),
            extras=[HarvestObjectExtra(key, value) for key, value in values.items()],
            action=aggregate.action,  # type: ignore[arg-type]
            metadata_modified_date=aggregate.metadata_modified,
            content_hash=aggregate.content_hash,
            force_import=bool(self.job.options.get("force_import")),
            saved=True,
            gathered=aggregate.created_on,
            retry_times=aggregate.attempts,
        )
        self._show_held(view)
        return view

    def _show_held(self, view: HarvestObject) -> None:
        held = self.held(view.guid)
        view.held = held
        view.package_id = held.package_id if held else self._hidden_package
        view.previous_object_id = str(held.object_id) if held else None

    def _require_document(self, view: HarvestObject) -> None:
        """A document that is imported again must still be there; what the next fetch may ask the remote with stays known."""
        if self.aggregate.content_hash and view.content is None:
            hint = f"harvest the source in full, `harvester job {view.source.name} --full`"
            raise RecordError(f"The stored document of {view.guid} is gone: {hint}")
        if view.held is not None and view.held.content_hash == self.aggregate.content_hash:
            view.validators = dict(view.held.validators)

    # fetch

    def _fetch(self, view: HarvestObject, harvester: Harvester) -> bool:
        """Whether import is to follow."""
        before = changes.document_of(view)
        view.state, view.fetch_started = "FETCH", datetime.now(UTC)
        result = results.fetched(harvester.fetch_stage(view), view, self.aggregate.guid)
        view.fetch_finished = datetime.now(UTC)
        self._report(view)
        if result == "unchanged":
            self._import_as("unchanged", view.package_id, view)
            return False
        if isinstance(result, Fetched):
            changes.apply(result, view)
        view.validators = results.extra_texts(view.validators, "validators")
        self._identify(view)
        if changes.document_of(view) != before:
            body = None if view.content is None else view.content.encode("utf-8", "replace")
            digest = self.aggregate.content_hash if body is None else sha256(body).hexdigest()
            self._note_fetched(view, digest)
            if view.content != before[0] and self._was_imported(view, digest):
                self._import_as("unchanged", view.package_id, view)
                return False
            if body is not None and digest is not None:
                self.documents[digest] = results.storable(body)
        return True

    @staticmethod
    def _was_imported(view: HarvestObject, digest: str | None) -> bool:
        """Whether this very document is the one that was imported last: then there is nothing to do."""
        return view.held is not None and view.held.content_hash == digest and not view.force_import

    def _note_fetched(self, view: HarvestObject, digest: str | None) -> None:
        view.content_hash = digest
        self._store_extras(changes.new_extras(view, self.aggregate.extras), digest)

    def _note_extras(self, view: HarvestObject) -> None:
        """Keep the extras that import_stage set; those of fetch_stage are stored already."""
        if new := changes.new_extras(view, self.aggregate.extras):
            self._store_extras(new, self.aggregate.content_hash)

    def _store_extras(self, new: dict[str, str], digest: str | None) -> None:
        self.aggregate.fetch(digest, extras.apart(new, self.documents))
        self.aggregate.extras.update(new)  # whole, also where the event has a reference

    def _identify(self, view: HarvestObject) -> None:
        if view.guid != self.aggregate.guid:
            self.aggregate.identify(view.guid)
            self._show_held(view)

    # import

    def _take_import(self, view: HarvestObject, result: Package | Imported | Literal["unchanged"] | None) -> None:
        if isinstance(result, Package):
            assert self.harvester is not None
            self._save = Save.of(result.fields, view).prepared(self.harvester.target)
            view.content = None  # its memory can be freed while the package waits
        else:
            self._imported(view, result)

    def _imported(self, view: HarvestObject, result: Imported | Literal["unchanged"] | None) -> None:
        self._report(view)
        self._identify(view)
        self._note_extras(view)
        if isinstance(result, Imported):
            self._import_as(result.status, result.package_id, view)
        elif result == "unchanged":
            self._import_as("unchanged", view.package_id, view)
        else:
            status = self._status(view)
            if status == "deleted":
                self._make_sure_of_removal(view)
            self._import_as(status, view.package_id, view)

    def _import_as(self, status: str, package_id: str | None, view: HarvestObject) -> None:
        """The outcome; to delete what the source never held changes nothing.

        A hidden dataset that goes for good was counted as deleted when it was hidden: now only what became of it is recorded.
        """
        held = self.held(view.guid) is not None
        if status == "deleted" and (held or self._hidden_package is not None):
            self._note_removal(package_id, view)
        if status == "deleted" and not held:
            status = "unchanged"
        self.aggregate.import_as(status, package_id, results.extra_texts(view.validators, "validators"))

    def _status(self, view: HarvestObject) -> str:
        if self.aggregate.action == "delete" or view.current is False:
            return "deleted"
        renamed = view.guid != self.aggregate.gathered_guid  # the document named its guid: nobody knew it at gather
        held = self.held(view.guid) is not None if renamed else self.aggregate.action == "change"
        return "updated" if held else "added"

    # removal

    def _make_sure_of_removal(self, view: HarvestObject) -> None:
        """A plugin that only says that it is done may have left the dataset to us: the source's policy holds all the same."""
        target = getattr(self.harvester, "target", None)
        whose = owner_if_known(view)
        if view.package_id and not view.removed_as and target is not None and whose is not None:
            remove(target, view.package_id, whose)

    def _note_removal(self, package_id: str | None, view: HarvestObject) -> None:
        whose = owner_if_known(view)
        how = view.removed_as or (word(whose) if whose else "deleted")
        title = self._title if self._title is not None else self._title_of_held(view)
        days = timedelta(days=grace_days(read_config(view.source.config))) if how == "hidden" else None
        self.aggregate.remove(package_id, how, title, until=self.now() + days if days is not None else None)

    @property
    def _hidden_package(self) -> str | None:
        """The package of a hidden dataset that is to be deleted now: the source no longer holds it."""
        return self.aggregate.extras.get(HIDDEN_PACKAGE) if self.job.kind in (CLEAR, REMOVAL) else None

    def _title_of_held(self, view: HarvestObject) -> str:
        """The title of the dataset as it was imported last, else as the target shows it."""
        if view.held is None and self._hidden_package is not None:
            return self.aggregate.extras.get(HIDDEN_TITLE, "")
        digest = view.held.content_hash if view.held else None
        body = self.stored(digest) if digest else None
        title = title_of(body.decode("utf-8", "replace")) if body else None
        target = getattr(self.harvester, "target", None)
        if title is None and view.package_id and target is not None:
            title = (target.show(view.package_id) or {}).get("title")
        return text.clean(str(title))[:MAX_TITLE] if title else ""

    # failures

    def _report(self, view: HarvestObject) -> None:
        if has_report(view):
            self._locate(view)
            record_errors(self.aggregate, view)
            record_warnings(self.aggregate, view, self.stage, self.job)

    def _stage_failed(self, view: HarvestObject, error: results.StageFailed) -> None:
        if self.aggregate.errors:
            self._fail(view, REPORTED, f"The harvester has reported {counted(self.aggregate.errors, 'error')} of {view.guid}")
        else:
            self._fail(view, error.code, results.said(error))

    def _failed(self, view: HarvestObject, error: RemoteError | TargetError | ServiceUnavailable) -> None:
        if error.code == "superseded":
            self.aggregate.skip("superseded")
        elif not getattr(error, "retryable", True):
            self._fail(view, error.code, results.said(error))
        else:
            when = self._next_attempt(results.seconds(getattr(error, "retry_after", None)))
            self._fail(view, error.code, results.said(error), when)

    def _next_attempt(self, retry_after: float | None = None) -> datetime | None:
        """When the object is tried again, at the earliest after so many seconds; None: no more."""
        return rules.retry_at(
            self.now(),
            self.aggregate.attempts + 1,
            first_delay=self.policy.first_delay,
            max_attempts=self.policy.max_attempts,
            deadline=self._deadline,
            retry_after=retry_after,
        )

    def _fail(self, view: HarvestObject, code: str, message: str, retry_at: datetime | None = None) -> None:
        self._locate(view)
        self.aggregate.fail(self.stage, results.said(code), message, retry_at)

    def _locate(self, view: HarvestObject) -> None:
        """Ask the harvester where a person finds the original; what goes wrong with that doesn't hide the error at hand."""
        if self.aggregate.original_url is not None:
            return
        try:
            url = self._original_url(view)
        except BaseException as error:
            if is_ctrl_c(error):
                raise
            log.debug("no original URL of %s: %s", view.guid, type(error).__name__, exc_info=error)
        else:
            self.aggregate.locate(url)

    def _original_url(self, view: HarvestObject) -> str:
        """The calling thread's harvester is asked, since another one may be running a stage right now; empty: it has none."""
        self.asked_plugin = True
        harvester = self.new_harvester()
        if has_url(harvester) and view.content is None and self.aggregate.content_hash:
            body = self.documents.get(self.aggregate.content_hash) or self.stored(self.aggregate.content_hash)
            view.content = None if body is None else body.decode("utf-8", "replace")
        return asked_for_url(harvester, view)
