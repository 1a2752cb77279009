"""The parts that a process is made of, each made from the settings when it is first asked for."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import uuid4

from adapters.postgres.database import Database
from adapters.settings import Settings
from domain.errors import RemoteError, SettingError, TargetError

if TYPE_CHECKING:
    from adapters.access.browsers import Browsers
    from adapters.access.callers import Callers
    from adapters.access.named import NamedPersons
    from adapters.duties.rounds import Duty
    from adapters.kafka.producer import CommandProducer
    from adapters.kafka.topics import Broker
    from adapters.notice_parts import NoticeParts
    from adapters.postgres.content import ContentStore
    from adapters.postgres.log.event_store import PostgresEventStore
    from adapters.postgres.log.group_append import GroupAppend
    from adapters.postgres.log.projector import DecodedLog, Projector
    from adapters.postgres.secret_keys import SiteCipher
    from adapters.postgres.work.news import WorkNews
    from adapters.stages.context import JobContexts
    from adapters.stages.gather import GatherRun
    from adapters.stages.objects import ObjectRunner
    from adapters.stages.remote_hosts import RemoteHosts
    from adapters.stages.stuck import TimeLimits
    from adapters.targets.catalogue import LocalCatalogue
    from adapters.targets.ckan.api import ActionAPI
    from adapters.targets.ckan.patience import PatientAPI
    from adapters.targets.ckan.target import CKANTarget
    from domain.application import Harvesting
    from harvesters.http import HttpLimits, PoliteSession
    from harvesters.http.recording import Through
    from harvesters.stages import RetryPolicy
    from harvesters.target import SiteRules, Target

# A command needs few of these parts, and importing all of them takes longer than most commands: each is imported where it is
# made.

SOURCES_TIMEOUT = 20.0  # seconds for one call about a source's dataset: a leader that ends waits for it
PROBE_TIMEOUT, PROBE_BYTES = 10.0, 1_000_000  # seconds; an answer that is larger is one, too


@dataclass(frozen=True)
class Parts:
    """All parts of one process; each is made when it is first asked for."""

    settings: Settings
    role: str = "cli"
    tapes: list[Through] = field(default_factory=list)
    """What stands between sessions and remotes, at most one: a recorder, or a recording that answers."""

    def close(self) -> None:
        """End what works in the background, and the calling thread's connection; a later use opens them again."""
        for name in ("remote_hosts", "group_append"):
            if name in self.__dict__:
                self.__dict__[name].close()
        self.database.close()

    @cached_property
    def database(self) -> Database:
        """The database, as this role."""
        return Database(self.settings.database_url, f"harvestlog {self.role}")

    @cached_property
    def event_store(self) -> PostgresEventStore:
        """The event log."""
        from adapters.postgres.log.event_store import PostgresEventStore

        return PostgresEventStore(self.database)

    @cached_property
    def application(self) -> Harvesting:
        """The write side."""
        from adapters.postgres.log.snapshots import PostgresSnapshots
        from domain.application import Harvesting

        return Harvesting(self.event_store, self.event_store, PostgresSnapshots(self.database), self.cipher)

    @cached_property
    def cipher(self) -> SiteCipher:
        """What encrypts the secrets of sources."""
        from adapters.keyring import Keyring
        from adapters.postgres.secret_keys import SiteCipher

        return SiteCipher(self.database, Keyring(self.settings))

    @cached_property
    def content(self) -> ContentStore:
        """The content store."""
        from adapters.postgres.content import ContentStore

        return ContentStore(self.database)

    @cached_property
    def catalogue(self) -> LocalCatalogue:
        """The local catalogue."""
        from adapters.targets.catalogue import LocalCatalogue

        return LocalCatalogue(self.database, self.site_rules)

    @property
    def site_rules(self) -> SiteRules:
        """What holds for the datasets of all sources."""
        from harvesters.target import SiteRules

        s = self.settings
        kept = tuple(s.not_overwrite_fields.replace(",", " ").split())
        return SiteRules(s.dataset_name_append, kept, s.dataset_extras)  # type: ignore[arg-type]  # the settings have checked it

    @property
    def target(self) -> Target:
        """What is imported into: CKAN where one is configured."""
        return self.ckan if self.settings.ckan_url else self.catalogue

    @property
    def asked_target(self) -> Target:
        """The same for somebody who waits: it doesn't wait for a CKAN that is away."""
        if not self.settings.ckan_url:
            return self.catalogue
        from adapters.targets.ckan.api import ActionAPI
        from adapters.targets.ckan.target import CKANTarget

        s = self.settings
        timeout = min(s.ckan_timeout, PROBE_TIMEOUT)
        api = ActionAPI(s.ckan_url, s.ckan_token, concurrency=1, timeout=timeout, user_agent=s.http_user_agent)
        return CKANTarget(self._with_marks(api), self.site_rules)

    @cached_property
    def ckan(self) -> CKANTarget:
        """The configured CKAN."""
        from adapters.targets.ckan.target import CKANTarget

        return CKANTarget(self._with_marks(self.ckan_api), self.site_rules)

    def _with_marks(self, api: ActionAPI) -> ActionAPI:
        """The API as datasets without our extras need it, if the site has or had any."""
        from adapters.postgres.package_marks import PackageMarks
        from adapters.targets.ckan.unmarked import UnmarkedAPI

        return UnmarkedAPI(api, PackageMarks(self.database), hide=not self.settings.dataset_extras)

    @cached_property
    def ckan_api(self) -> PatientAPI:
        """The configured CKAN's Action API."""
        from adapters.targets.ckan.patience import PatientAPI

        s = self.settings
        return PatientAPI(
            s.ckan_url,
            s.ckan_token,
            patience=s.ckan_patience,
            concurrency=s.target_concurrency,
            timeout=s.ckan_timeout,
            user_agent=s.http_user_agent,
            trouble=self.remote_hosts,
        )

    @cached_property
    def callers(self) -> Callers:
        """Finds out who calls, by the headers of a request: CKAN's tokens where one is configured, else our own."""
        from adapters.access.callers import Callers, OwnPersons
        from adapters.access.ckan import TIMEOUT, CkanPersons
        from adapters.postgres.tokens import Tokens
        from adapters.targets.ckan.api import ActionAPI

        s, tokens = self.settings, Tokens(self.database)
        if not s.ckan_url:
            return Callers(OwnPersons(tokens), tokens)
        timeout = min(s.ckan_timeout, TIMEOUT)

        def ask_as(token: str) -> ActionAPI:
            return ActionAPI(s.ckan_url, token, concurrency=1, timeout=timeout, user_agent=s.http_user_agent)

        return Callers(CkanPersons(ask_as), tokens)

    @cached_property
    def browsers(self) -> Browsers:
        """Finds out who signed in with a browser."""
        from adapters.access.browsers import Browsers
        from adapters.access.callers import OwnPersons
        from adapters.postgres.web_forms import WebForms
        from adapters.postgres.web_sessions import WebSessions
        from adapters.postgres.wrong_passwords import WrongPasswords

        provider, database = self.callers.provider, self.database
        ckan = None if isinstance(provider, OwnPersons) else provider
        return Browsers(WebSessions(database), WebForms(database), WrongPasswords(database), ckan)

    @cached_property
    def named_persons(self) -> NamedPersons:
        """Finds out what a person may do now, by the name."""
        from adapters.access.named import named_persons

        return named_persons(self.settings, self.database)

    def target_absence(self) -> tuple[float, str] | None:
        """For how many seconds the target has been away, and why; None while it answers."""
        return self.ckan_api.absence() if self.settings.ckan_url else None

    def probe_host(self, url: str) -> str:
        """Ask a remote host once; why it is in trouble, empty when it answered."""
        from domain.breakers import counts
        from harvesters.http import PoliteSession

        once = replace(self.http_limits, retries=0, max_bytes=PROBE_BYTES, robots="ignore")
        limits = replace(once, timeout=PROBE_TIMEOUT, total_timeout=PROBE_TIMEOUT)
        session = PoliteSession(limits)
        try:
            session.get(url)
        except RemoteError as error:
            return str(error) if counts(error.code) else ""
        finally:
            session.close()
        return ""

    def probe_target(self, _url: str = "") -> str:
        """Ask the target once; why it is in trouble, empty when it answered."""
        from adapters.targets.ckan.api import ActionAPI
        from domain.breakers import counts

        s = self.settings
        if not s.ckan_url:
            return ""
        try:
            api = ActionAPI(s.ckan_url, s.ckan_token, concurrency=1, timeout=PROBE_TIMEOUT, user_agent=s.http_user_agent)
            api.call("status_show", {})
        except TargetError as error:
            return str(error) if counts(error.code) else ""
        return ""

    def check_target(self) -> str:
        """One line about the target. Raises SettingError that says what is missing, ServiceUnavailable when it is down."""
        if self.settings.ckan_url:
            return self.ckan.check()
        self.catalogue.check()
        return "local catalogue"

    @cached_property
    def contexts(self) -> JobContexts:
        """Jobs and their harvesters."""
        from adapters.stages.context import JobContexts

        return JobContexts(self.application, self.target, self.session, self.settings.full_listing_days)

    @cached_property
    def remote_hosts(self) -> RemoteHosts:
        """What this process shares with the others about remote hosts; a fetch worker's requests to those in trouble wait."""
        from adapters.stages.remote_hosts import RemoteHosts

        database = Database(self.settings.database_url, f"harvestlog {self.role} hosts")
        refusing = self.role == "fetch-consumer"
        return RemoteHosts(database, self.worker_name(), failures=self.settings.breaker_failures, refusing=refusing)

    def session(self) -> PoliteSession:
        """A polite HTTP session."""
        from adapters.postgres.clock import best_time
        from harvesters.http import PoliteSession

        through = self.tapes[-1] if self.tapes else lambda adapter: adapter
        return PoliteSession(self.http_limits, slots=self.remote_hosts, through=through, now=lambda: best_time(self.database))

    @property
    def http_limits(self) -> HttpLimits:
        """What sessions keep to."""
        from harvesters.http import HttpLimits

        s = self.settings
        return HttpLimits(
            timeout=s.http_timeout,
            total_timeout=s.http_total_timeout,
            max_bytes=s.http_max_bytes,
            retries=s.http_retries,
            host_limit=s.http_host_limit,
            user_agent=s.http_user_agent,
            robots=s.http_robots,
            allow=s.may_harvest,
        )

    def webhook_session(self) -> PoliteSession:
        """A polite HTTP session that doesn't wait for long: what can't be sent now is sent later."""
        from harvesters.http import PoliteSession

        return PoliteSession(replace(self.http_limits, timeout=10.0, total_timeout=15.0, max_bytes=1_000_000, robots="ignore"))

    @cached_property
    def notices(self) -> NoticeParts:
        """What tells people and programs of jobs."""
        from adapters.notice_parts import NoticeParts

        return NoticeParts(self.settings, self.database)

    def telling_duties(self, leader: Database, application: Harvesting) -> list[list[Duty]]:
        """Duties that talk to other servers about sources and jobs, by round, since each round waits for a server of its own.

        `leader` is the connection that they write over, `application` writes over it too.
        """
        from adapters.duties.organizations import KeepOrganizations
        from adapters.duties.source_datasets import KeepSourceDatasets
        from adapters.postgres.source_datasets import SourceDatasetRows
        from adapters.postgres.source_organizations import SourceOrganizations
        from adapters.targets.ckan.api import ActionAPI
        from adapters.targets.ckan.source_dataset import SourceDatasets

        s, mail_and_webhooks = self.settings, self.notices.duties(leader, application, self.webhook_session)
        if not s.ckan_url:
            return list(mail_and_webhooks)
        timeout = min(s.ckan_timeout, SOURCES_TIMEOUT)
        api = ActionAPI(s.ckan_url, s.ckan_token, concurrency=1, timeout=timeout, user_agent=s.http_user_agent)
        of_ckan: list[Duty] = [KeepOrganizations(SourceOrganizations(leader, of_ckan=True), api)]
        if s.ckan_sources:
            of_ckan.append(KeepSourceDatasets(SourceDatasetRows(leader), application, SourceDatasets(api)))
        return [*mail_and_webhooks, of_ckan]

    @property
    def policy(self) -> RetryPolicy:
        """When failed objects are tried again."""
        from harvesters.stages import RetryPolicy

        s = self.settings
        return RetryPolicy(first_delay=s.retry_delay, max_attempts=s.retry_attempts, job_deadline=s.job_deadline)

    @property
    def limits(self) -> TimeLimits:
        """How long stages may take."""
        from adapters.stages.stuck import TimeLimits

        s = self.settings
        return TimeLimits(fetch=s.fetch_timeout, import_=s.import_timeout, gather=s.gather_timeout)

    @cached_property
    def runner(self) -> ObjectRunner:
        """Runs objects."""
        from adapters.stages.objects import ObjectRunner

        return ObjectRunner(self.database, self.application, self.content, self.contexts, self.policy)

    def gather_run(self, stopping: Callable[[], bool], catch_up: Callable[[], object] | None = None) -> GatherRun:
        """Gathers one job."""
        from adapters.stages.gather import GatherRun

        return GatherRun(self.database, self.application, self.content, self.contexts, stopping, catch_up, self.group_append)

    @cached_property
    def group_append(self) -> GroupAppend:
        """Stores what several threads have to store in one append."""
        from adapters.postgres.log.group_append import GroupAppend

        return GroupAppend(self.event_store)

    @cached_property
    def broker(self) -> Broker:
        """The broker. Raises SettingError when there is none, or its TLS can't be set up."""
        from adapters.kafka.topics import configured

        if self.settings.own_broker:
            raise SettingError("No broker: run `harvester up`, or set HARVEST_KAFKA_BOOTSTRAP_SERVERS")
        return configured(self.settings, self.role)

    def producer(self) -> CommandProducer:
        """A producer of its own. Raises ServiceUnavailable."""
        from adapters.kafka.producer import CommandProducer

        return CommandProducer(self.broker, self.settings.site_id, timeout=5.0 if self.settings.embedded_broker else 30.0)

    def work_projector(self, log: DecodedLog | None = None, news: WorkNews | None = None) -> Projector:
        """Moves the work projection; `news` is told what changed."""
        from adapters.postgres.log.projector import Projector
        from adapters.postgres.work.news import WorkNews
        from adapters.postgres.work.projection import WorkProjection

        news = news or WorkNews()
        projection = WorkProjection(news)
        applied, moved = projection.applied, news.unknown
        return Projector(self.database, "work", "ops", projection, log=log, applied=applied, moved=moved)

    def read_model_projector(self, log: DecodedLog | None = None) -> Projector:
        """Moves the read model."""
        from adapters.postgres.log.projector import Projector
        from adapters.postgres.read_model import tables as read_model
        from adapters.postgres.read_model.announcing import AnnouncedReadModel
        from adapters.postgres.read_model.upgrade import require_version
        from adapters.postgres.read_model.writer import ReadModelWriter

        live = AnnouncedReadModel(ReadModelWriter())
        return Projector(self.database, read_model.NAME, read_model.LIVE, live, log=log, check=require_version)

    def worker_name(self) -> str:
        """A name that no other worker has."""
        return f"{self.settings.site_id}-{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
