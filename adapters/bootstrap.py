"""The only place that wires parts: settings in, roles and commands out."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections import ChainMap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from adapters.postgres.database import Database, migrate, require_migrations
from adapters.postgres.positions import read_model_version
from adapters.postgres.site import claim, require_site
from adapters.settings import Settings
from domain.errors import RemoteError, ServiceUnavailable, SettingError, TargetError
from projections.model_version import MODEL_VERSION

if TYPE_CHECKING:
    from adapters.embedded.process import Process
    from adapters.kafka.consumer import CommandConsumer
    from adapters.kafka.dispatcher import Dispatcher
    from adapters.kafka.producer import CommandProducer
    from adapters.kafka.topics import Broker
    from adapters.notice_parts import NoticeParts
    from adapters.postgres.content import ContentStore
    from adapters.postgres.log.event_store import PostgresEventStore
    from adapters.postgres.log.group_append import GroupAppend
    from adapters.postgres.log.projector import DecodedLog, Projector
    from adapters.postgres.read_model.progress import RebuildProgress
    from adapters.postgres.secret_keys import SiteCipher
    from adapters.postgres.work.backlog import Backlog
    from adapters.postgres.work.breakers import Breakers
    from adapters.postgres.work.news import WorkNews
    from adapters.postgres.work.pending_work import PendingWork
    from adapters.roles.coordinator import Coordinator, ProjectionThread
    from adapters.roles.fetch_worker import FetchWorker
    from adapters.roles.gather_apart import GatherApart
    from adapters.roles.gather_worker import GatherWorker
    from adapters.roles.log_keeper import LogKeeper
    from adapters.stages.context import JobContexts
    from adapters.stages.gather import GatherRun
    from adapters.stages.objects import ObjectRunner
    from adapters.stages.process_state import ProcessState
    from adapters.stages.remote_hosts import RemoteHosts
    from adapters.stages.run_test import TestRun
    from adapters.stages.stuck import TimeLimits
    from adapters.targets.catalogue import LocalCatalogue
    from adapters.targets.ckan.patience import PatientAPI
    from adapters.targets.ckan.target import CKANTarget
    from domain.application import Harvesting
    from domain.rules import Progress
    from harvesters.http import HttpLimits, PoliteSession
    from harvesters.stages import RetryPolicy
    from harvesters.target import Target

# A command needs few of these parts, and importing all of them takes longer than most commands: each is imported where it is
# made.

log = logging.getLogger(__name__)


SCHEDULES_MISSING = """
    SELECT NOT EXISTS (SELECT FROM ops.schedule)
        AND (SELECT notification_id FROM ops.checkpoint WHERE name = 'work') >= coalesce(
            (SELECT min(notification_id) FROM events.stored_event WHERE topic = 'source.registered'), 'infinity'::float8)
"""
PROBE_TIMEOUT, PROBE_BYTES = 10.0, 1_000_000  # seconds; an answer that is larger is one, too
TOPICS_WITHIN = 1.0  # seconds in which `up` makes the topics of an embedded broker that it started again


@dataclass(frozen=True)
class Parts:
    """All parts of one process; each is made when it is first asked for."""

    settings: Settings
    role: str = "cli"

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

        return LocalCatalogue(self.database)

    @property
    def target(self) -> Target:
        """What is imported into: CKAN where one is configured."""
        return self.ckan if self.settings.ckan_url else self.catalogue

    @cached_property
    def ckan(self) -> CKANTarget:
        """The configured CKAN."""
        from adapters.targets.ckan.target import CKANTarget

        return CKANTarget(self.ckan_api)

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
        from adapters.postgres.work.breakers import Breakers
        from adapters.postgres.work.host_leases import HostLeases
        from adapters.stages.remote_hosts import RemoteHosts

        database = Database(self.settings.database_url, f"harvestlog {self.role} hosts")
        leases, breakers = HostLeases(database, self.worker_name()), Breakers(database)
        refusing = self.role == "fetch-consumer"
        return RemoteHosts(leases, breakers, failures=self.settings.breaker_failures, refusing=refusing)

    def session(self) -> PoliteSession:
        """A polite HTTP session."""
        from harvesters.http import PoliteSession

        return PoliteSession(self.http_limits, slots=self.remote_hosts)

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
        from adapters.postgres.read_model.upgrade import require_version
        from adapters.postgres.read_model.writer import ReadModelWriter

        return Projector(self.database, read_model.NAME, read_model.LIVE, ReadModelWriter(), log=log, check=require_version)

    def worker_name(self) -> str:
        """A name that no other worker has."""
        return f"{self.settings.site_id}-{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"


def initialise(settings: Settings, tell: Callable[[RebuildProgress], None] = lambda _: None) -> list[str]:
    """Make or upgrade the schemas; the names of the steps that were done, none on a second call.

    The database becomes this site's if it is nobody's. A read model of an older version is rebuilt, and `tell` is told how far
    that is. Raises ServiceUnavailable, SettingError.
    """
    from adapters.postgres.read_model.rebuild import rebuild_work
    from adapters.postgres.read_model.upgrade import upgrade_read_model

    parts = Parts(settings, "initdb")
    database = parts.database
    database.check_session()
    require_site(database, settings.site_id)
    done = migrate(database)
    claim(database, settings.site_id)
    if database.query(SCHEDULES_MISSING)[0][0]:
        rebuild_work(database)  # the sources of an older version have no schedules yet
    if upgraded := upgrade_read_model(database, tell):
        done.append(upgraded)
    database.close()
    return done


def prepare(settings: Settings) -> None:
    """All that must be there before roles start: schemas, topics, and a target that takes what they import.

    A target that is down for now is no reason not to start: objects are tried again.
    """
    from adapters.kafka.topics import ensure_topics
    from adapters.postgres.read_model.progress import log_progress

    initialise(settings, log_progress())
    parts = Parts(settings, "prepare")
    ensure_topics(parts.broker, settings)
    try:
        log.info("importing into %s", parts.check_target())
    except ServiceUnavailable as error:
        log.warning("%s", error)
    finally:
        parts.database.close()


def check(settings: Settings) -> None:
    """All that a role needs: the tables of this version, and its topics, which are made when they aren't there.

    Raises SettingError, ServiceUnavailable.
    """
    from adapters.kafka.topics import ensure_topics

    parts = Parts(settings, "check")
    require_tables(parts.database, settings.site_id)
    parts.cipher.require()
    parts.database.close()
    ensure_topics(parts.broker, settings)


def require_tables(database: Database, site_id: str) -> None:
    """Raises SettingError unless the tables are those of this version, and this site's.

    A read model of an older one will do: who writes it waits, who reads it is told, and the others don't need it.
    """
    database.check_session()
    require_migrations(database)
    require_site(database, site_id)


def is_current(database: Database) -> bool:
    """Whether the read model is of this version."""
    return read_model_version(database) == MODEL_VERSION


def with_services(settings: Settings, database_url: str, bootstrap_servers: str) -> Settings:
    """Settings that name the services to use."""
    return replace(settings, database_url=database_url, kafka_bootstrap_servers=bootstrap_servers)


def keep_log(settings: Settings, role: str) -> LogKeeper | None:
    """Keep what this process logs in the database as well, from now on; None when nothing is to be kept (HARVEST_LOG_SCOPE)."""
    from adapters.log_scopes import SCOPES
    from adapters.postgres.log_lines import LogLines
    from adapters.roles.log_keeper import LogKeeper

    if not SCOPES[settings.log_scope]:
        return None
    database = Database(settings.database_url, f"harvestlog log of {role}")
    lines = LogLines(database, f"{role} on {socket.gethostname()}, pid {os.getpid()}", settings.log_lines)
    keeper = LogKeeper(lines, settings.log_scope, settings.log_lines)
    logging.getLogger().addHandler(keeper)
    keeper.start()
    return keeper


@contextmanager
def log_kept(settings: Settings, role: str) -> Iterator[None]:
    """Keep what is logged in the block in the database as well; what was said last is stored when it ends."""
    keeper = keep_log(settings, role)
    try:
        yield
    finally:
        if keeper:
            logging.getLogger().removeHandler(keeper)
            keeper.close()


def coordinator(settings: Settings, log: DecodedLog | None = None) -> Coordinator:
    """The leader's part of a coordinator."""
    from adapters.duties.cleaning import CleanLog
    from adapters.duties.dispatching import Dispatch
    from adapters.duties.ending import EndJobs
    from adapters.duties.expiring import DeleteExpired
    from adapters.duties.probing import ProbeRemotes
    from adapters.duties.recovery import RecoverLostWork
    from adapters.duties.reporting import Report
    from adapters.duties.retention import CollectContent, Retain
    from adapters.duties.rounds import Duty, Round
    from adapters.duties.scheduling import StartScheduledJobs
    from adapters.postgres.clock import DatabaseClock
    from adapters.postgres.leadership import LeaderDatabase
    from adapters.postgres.listener import EVENTS, Listener
    from adapters.postgres.work.backlog import Backlog
    from adapters.postgres.work.breakers import Breakers
    from adapters.postgres.work.news import WorkNews
    from adapters.postgres.work.pending_work import PendingWork
    from adapters.postgres.work.schedules import Schedules
    from adapters.postgres.work.workers import Workers
    from adapters.roles.coordinator import Coordinator

    parts = Parts(settings, "coordinator")
    database = LeaderDatabase(settings.database_url, "harvestlog coordinator")
    application, work, news = _writing(database), PendingWork(database), WorkNews()

    def new_round(*duties: Duty) -> Round:
        return Round(duties, DatabaseClock(database).now, database.require_lead)

    breakers = Breakers(database)
    sending = new_round(Dispatch(_dispatcher(parts, work, Backlog(work, news.take), breakers)))
    probing = new_round(ProbeRemotes(breakers, parts.probe_host, parts.probe_target))
    recovery = RecoverLostWork(application, work)
    workers = Workers(parts.database, f"coordinator-{parts.worker_name()}", parts.role)
    telling = [new_round(*duties) for duties in parts.notices.duties(database, application, parts.webhook_session)]
    failures = ChainMap(sending.failures, *(duties.failures for duties in telling))
    report = Report(workers, failures, Dispatch.name)
    starting = StartScheduledJobs(application, Schedules(database))
    others = new_round(EndJobs(application, work), starting, DeleteExpired(database, application), recovery, report)

    days, keep = settings.retention_days, settings.retention_jobs
    retain = Retain(database, application, days=days, keep=keep)
    cleaning = CleanLog(parts.database, settings.log_timeframe)
    keeping = new_round(retain, CollectContent(parts.database, application), cleaning)

    def begin() -> None:
        """An earlier leader may have ended between marking commands as sent and sending them: they go again."""
        work.forget_sent()
        recovery.begin()
        retain.begin()

    projector = parts.work_projector(log=log, news=news)
    listener = Listener(parts.database, EVENTS)
    return Coordinator(database, projector, listener, news, [others, sending, keeping, probing, *telling], workers, begin)


def _writing(database: Database) -> Harvesting:
    """The write side over another connection than usual."""
    from adapters.postgres.log.event_store import PostgresEventStore
    from adapters.postgres.log.snapshots import PostgresSnapshots
    from domain.application import Harvesting

    store = PostgresEventStore(database)
    return Harvesting(store, store, PostgresSnapshots(database))


def _dispatcher(parts: Parts, work: PendingWork, backlog: Backlog, breakers: Breakers) -> Dispatcher:
    from adapters.kafka.dispatcher import Dispatcher
    from adapters.kafka.topics import ensure_topics

    producer = parts.producer()

    def new_broker() -> None:
        time.sleep(TOPICS_WITHIN)
        ensure_topics(parts.broker, parts.settings)
        producer.forget()

    def held() -> frozenset[UUID]:
        return breakers.held(parts.settings.job_deadline)

    return Dispatcher(work, backlog, producer, new_broker if parts.settings.embedded_broker else None, held)


def coordinator_with_read_model(
    settings: Settings, failed: Callable[[Exception], None]
) -> tuple[Coordinator, ProjectionThread]:
    """A whole coordinator: the leader's part, and what keeps the read model up to date. They decode the log once."""
    from adapters.postgres.log.projector import DecodedLog

    log = DecodedLog()
    return coordinator(settings, log), read_model_projection(settings, failed, log)


def read_model_projection(
    settings: Settings, failed: Callable[[Exception], None], log: DecodedLog | None = None
) -> ProjectionThread:
    """Keeps the read model up to date."""
    from adapters.postgres.listener import EVENTS, Listener
    from adapters.roles.coordinator import ProjectionThread

    parts = Parts(settings, "read model")
    return ProjectionThread(parts.read_model_projector(log), Listener(parts.database, EVENTS), failed)


def test_run(parts: Parts, progress: Callable[[Progress], None], *, let_through: bool) -> TestRun:
    """A harvest in this process. An object has one attempt: nobody would come by for another one.

    `let_through`: what the plugin raises by mistake ends it, and is no error of the job.
    """
    from adapters.postgres.work.claims import Claims
    from adapters.stages.objects import ObjectRunner
    from adapters.stages.run_test import TestRun

    projectors = [parts.work_projector(), parts.read_model_projector()]
    gather = parts.gather_run(lambda: False, projectors[0].catch_up)
    gather.let_through = let_through
    once = replace(parts.policy, max_attempts=1, let_through=let_through)
    runner = ObjectRunner(parts.database, parts.application, parts.content, parts.contexts, once)
    claims = Claims(parts.database, f"run-test-{parts.worker_name()}", parts.settings.lease)
    return TestRun(parts.database, parts.application, gather, runner, claims, projectors, progress)


def gather_worker(settings: Settings, partitions: Sequence[int] | None) -> GatherWorker:
    """A gather worker; with `partitions` it reads those, else it joins the group. Raises ServiceUnavailable."""
    from adapters.kafka.dead_letters import DeadLetters
    from adapters.kafka.topics import Topics
    from adapters.postgres.listener import GATHER_COMMANDS
    from adapters.postgres.work.claims import Claims
    from adapters.roles.gather_worker import GatherWorker
    from adapters.stages.gather_ahead import ReadAhead

    parts = Parts(settings, "gather-consumer")
    topics = Topics(settings.site_id)
    return GatherWorker(
        _consumer(parts, topics.gather, GATHER_COMMANDS, partitions),
        Claims(parts.database, f"gather-{parts.worker_name()}", settings.lease, parts.role),
        ReadAhead(parts.database, parts.application, parts.contexts),
        parts.gather_run,
        DeadLetters(parts.database, parts.producer),
        spawn=_gather_process,
        threads=settings.gather_threads,
        lease=settings.lease,
        limit=settings.gather_timeout,
        state=_guarded_process(),
    )


def _guarded_process() -> ProcessState:
    """The state of this process, before plugins run in it."""
    from adapters.postgres.database import keep_from_children
    from adapters.stages.process_state import ProcessState

    keep_from_children()
    return ProcessState()


def _gather_process(job_id: UUID, worker: str) -> Process:
    """A process of its own that gathers a job; on Linux it ends with the thread that started it."""
    from adapters.embedded.process import spawn

    argv = (sys.executable, "-P", "-m", "adapters.cli", "gather-apart", str(job_id), worker)
    return spawn(argv, death_signal=signal.SIGKILL)


def gather_apart(settings: Settings, job_id: UUID, worker: str) -> GatherApart:
    """Gathers one job for a worker."""
    from adapters.roles.gather_apart import GatherApart

    parts = Parts(settings, "gather-apart")
    return GatherApart(parts.gather_run, job_id, worker, limit=settings.gather_timeout)


def fetch_worker(settings: Settings, partitions: Sequence[int] | None) -> FetchWorker:
    """A fetch worker; with `partitions` it reads those, else it joins the group. Raises ServiceUnavailable."""
    from adapters.kafka.dead_letters import DeadLetters
    from adapters.kafka.topics import Topics
    from adapters.postgres.listener import FETCH_COMMANDS
    from adapters.postgres.work.claims import Claims
    from adapters.roles.fetch_worker import FetchWorker

    parts = Parts(settings, "fetch-consumer")
    topics = Topics(settings.site_id)
    return FetchWorker(
        _consumer(parts, topics.fetch, FETCH_COMMANDS, partitions),
        Claims(parts.database, f"fetch-{parts.worker_name()}", settings.lease, parts.role),
        parts.runner,
        DeadLetters(parts.database, parts.producer),
        threads=settings.fetch_threads,
        savers=settings.target_concurrency,
        in_flight=settings.in_flight,
        lease=settings.lease,
        limits=parts.limits,
        target_absence=parts.target_absence,
        state=_guarded_process(),
    )


def _consumer(parts: Parts, topic: str, channel: str, partitions: Sequence[int] | None) -> CommandConsumer:
    """Reads a topic; the consumer group has its name."""
    from adapters.kafka.consumer import CommandConsumer
    from adapters.postgres.listener import Listener

    announced = Listener(parts.database, channel) if partitions and parts.broker.embedded else None
    return CommandConsumer(parts.broker, topic, topic, partitions=partitions, announcements=announced)
