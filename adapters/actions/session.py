"""What actions work with: the parts of this process, the caller, and a read model that shows what the caller wrote."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from adapters import bootstrap
from adapters.actions.waiting import NoLimit, Waits
from adapters.bootstrap import Parts
from adapters.postgres.database import unavailable
from adapters.postgres.leadership import has_leader
from adapters.postgres.positions import log_position, read_model_position
from adapters.postgres.read_model.api_queries import ApiReads
from adapters.postgres.read_model.progress import why_outdated
from adapters.postgres.read_model.queries import ReadModel, Row
from adapters.postgres.source_organizations import SourceOrganizations
from adapters.postgres.work.site_state import silent_leader
from adapters.settings import Settings, load
from domain.access import COMMAND_LINE, Caller
from domain.errors import HarvestError, NotFound, SettingError

if TYPE_CHECKING:
    from domain.sources import HarvestSource

log = logging.getLogger(__name__)

PROJECTED_WITHIN = 5.0  # seconds; a coordinator that leads needs milliseconds
SHOWN_WITHIN = 300.0  # seconds that what was just written may take to be shown: a rebuild or a large job is in its way

T = TypeVar("T")
Tell = Callable[[Mapping[str, Any]], None]
"""Told how far a long action is: a job's row, or counts."""


def silent(since: datetime, what: str) -> str:
    """That the coordinator has stopped, and who waits for it."""
    return (
        f"The coordinator has not been heard of since {since:%Y-%m-%d %H:%M:%S} UTC: it hangs or was stopped, "
        f"and {what} waits for it. See `harvester status`"
    )


class Session:
    """One caller and the parts that serve it; made for one thread."""

    def __init__(
        self,
        parts: Parts,
        caller: Caller = COMMAND_LINE,
        tell: Tell = lambda _: None,
        *,
        unusable: HarvestError | None = None,
        shows_current: bool = True,
        waits: Waits | None = None,
    ) -> None:
        self.parts = parts
        self.caller = caller
        self.tell = tell
        self.unusable = unusable  # why there is no usable database
        self._kept: dict[tuple[str, str], Any] = {}
        self.waits = waits or NoLimit()
        self._organizations: dict[str, dict[str, Any] | None] = {}
        self.shows_current = shows_current  # False: reads show the read model as it is, without a wait for what others wrote

    def call(self, action: str, **values: Any) -> Any:
        """Call an action by name; None among the values means "not given".

        Raises NotFound, ValidationError, NotAuthorized and what the action raises; ServiceUnavailable for a database that
        goes away meanwhile, or whose disk is full.
        """
        from adapters.actions.table import call

        with unavailable(self.parts.database.url):
            return call(self, action, {name: value for name, value in values.items() if value is not None})

    @property
    def trigger(self) -> str:
        """How the jobs that this caller asks for were asked for: over HTTP (api), or on the machine itself (cli)."""
        return "api" if self.parts.role == "serve" else "cli"

    @property
    def model(self) -> ReadModel:
        """The read model as it is; it may be behind, see `show_current`."""
        return ReadModel(self.parts.database)

    def source_row(self, id_or_name: str) -> Row | None:
        """A source with its counts and schedule as the read model shows it, or None. A read looks it up once."""
        return self.once(("source", id_or_name), lambda: ApiReads(self.model).source(id_or_name))

    def job_row(self, job_id: str) -> Row | None:
        """A job as the read model shows it, or None. A read looks it up once."""
        return self.once(("job", job_id), lambda: self.model.job(job_id))

    def organization(self, key: str) -> dict[str, Any] | None:
        """An organisation as CKAN's package_show has it, by id or name; None when it isn't known."""
        return self.organizations([key])[key] if key else None

    def organizations(self, keys: Iterable[str]) -> dict[str, dict[str, Any] | None]:
        """As `organization`, for many at once. A call looks them up once."""
        wanted = {key for key in keys if key}
        if new := sorted(wanted - self._organizations.keys()):
            read = SourceOrganizations(self.parts.database, of_ckan=bool(self.parts.settings.ckan_url))
            self._organizations |= {**dict.fromkeys(new), **read.shown(new)}
        return {key: self._organizations[key] for key in wanted}

    def once(self, key: tuple[str, str], read: Callable[[], T]) -> T:
        """What `read` returns; a session that only reads keeps it by `key`: all actions of a page share it."""
        if self.shows_current:
            return read()
        if key not in self._kept:
            self._kept[key] = read()
        value: T = self._kept[key]
        return value

    def source(self, id_or_name: str) -> "HarvestSource":
        """A source as the log has it. Raises NotFound."""
        return self.parts.application.find_source(id_or_name)

    def shown(self, read: Callable[[], Row | None], kind: str, identity: str) -> Row:
        """A row of something that is in the log, as soon as the read model shows it; waits some minutes if that is behind.

        Says so when that is since the coordinator has stopped. Raises NotFound when the row isn't there by then.
        """
        end = time.monotonic() + SHOWN_WITHIN
        told = False
        self.show_current()
        while (row := read()) is None:
            if time.monotonic() > end:
                raise NotFound(
                    f"{kind} {identity} is not in the read model yet: does its projection run? See `harvester status`"
                )
            if not told and (since := silent_leader(self.parts.database)):
                told = True
                log.warning("%s", silent(since, f"{kind.lower()} {identity}"))
            self.show_current(1.0)
            time.sleep(0.05)
        return row

    def show_current(self, within: float = PROJECTED_WITHIN) -> None:
        """Bring the read model up to date: wait that many seconds for the coordinator, or project here when none leads.

        A read model of another version of harvestlog stays as it is, with a warning.
        """
        if not self.shows_current:
            return
        parts = self.parts
        position = log_position(parts.database)
        if read_model_position(parts.database) >= position:
            return
        if why := why_outdated(parts.database):
            log.warning("%s. Shown is what it holds so far", why)
            return
        if not has_leader(parts.database):
            parts.work_projector().catch_up()
            parts.read_model_projector().catch_up()
            return
        end = time.monotonic() + within
        while read_model_position(parts.database) < position and time.monotonic() < end:
            time.sleep(0.01)


@contextmanager
def opened(caller: Caller = COMMAND_LINE, tell: Tell = lambda _: None, *, fresh: bool = False) -> Iterator[Session]:
    """A session on a usable database: the configured one, that of a running `up`, or the embedded one meanwhile.

    The embedded database is initialised on the way; a configured one must have been, unless `fresh`.
    Raises SettingError, ServiceUnavailable, Refused.
    """
    settings = load()
    with _database_url(settings) as url:
        parts = Parts(settings.on(url))
        try:
            if not fresh:
                _check(parts, own=settings.own_postgres)
            yield Session(parts, caller, tell)
        finally:
            parts.close()


@contextmanager
def opened_anyway() -> Iterator[Session]:
    """As `opened`, for the action that checks the installation: if no database is usable, the session's `unusable` says why."""
    with ExitStack() as stack:
        try:
            session = stack.enter_context(opened())
        except HarvestError as error:
            session = Session(stack.enter_context(closing(Parts(load()))), unusable=error)
        yield session


def without_database() -> Session:
    """A session for actions that need no database: none is opened, and no embedded one started. Raises SettingError."""
    return Session(Parts(load()))


@contextmanager
def _database_url(settings: Settings) -> Iterator[str]:
    if settings.database_url:
        yield settings.database_url
        return
    from adapters.embedded import temporary_postgres

    with temporary_postgres(settings) as url:
        yield url


def _check(parts: Parts, *, own: bool) -> None:
    try:
        bootstrap.require_tables(parts.database, parts.settings.site_id)
        if not own or bootstrap.is_current(parts.database):
            return
    except SettingError:
        if not own:
            raise
    from adapters.postgres.read_model.progress import log_progress

    bootstrap.initialise(parts.settings, log_progress())
