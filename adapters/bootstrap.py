"""The only place that wires parts: settings in, roles and commands out. What they are made of is in `adapters.parts`."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections import ChainMap
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from adapters.parts import Parts as Parts
from adapters.postgres.database import Database, migrate, require_migrations
from adapters.postgres.positions import read_model_version
from adapters.postgres.site import claim, require_site
from adapters.settings import Settings
from domain.errors import ServiceUnavailable, SettingError
from projections.model_version import MODEL_VERSION

if TYPE_CHECKING:
    from adapters.embedded.process import Process
    from adapters.kafka.consumer import CommandConsumer
    from adapters.kafka.dispatcher import Dispatcher
    from adapters.postgres.log.projector import DecodedLog
    from adapters.postgres.read_model.progress import RebuildProgress
    from adapters.postgres.work.backlog import Backlog
    from adapters.postgres.work.breakers import Breakers
    from adapters.postgres.work.pending_work import PendingWork
    from adapters.process.announcer import Announcer, News
    from adapters.process.latency_book import LatencyBook
    from adapters.process.read_states import ReadStates
    from adapters.roles.coordinator import Coordinator, ProjectionThread
    from adapters.roles.fetch_worker import FetchWorker
    from adapters.roles.gather_apart import GatherApart
    from adapters.roles.gather_worker import GatherWorker
    from adapters.roles.server import Server
    from adapters.stages.process_state import ProcessState
    from adapters.stages.run_test import TestRun
    from domain.application import Harvesting
    from domain.rules import Progress

# A command needs few of these parts, and importing all of them takes longer than most commands: each is imported where it is
# made.

log = logging.getLogger(__name__)


SCHEDULES_MISSING = """
    SELECT NOT EXISTS (SELECT FROM ops.schedule)
        AND (SELECT notification_id FROM ops.checkpoint WHERE name = 'work') >= coalesce(
            (SELECT min(notification_id) FROM events.stored_event WHERE topic = 'source.registered'), 'infinity'::float8)
"""
SERVER_MISSING = "`harvester serve` needs more packages: pip install 'harvestlog[web]'"
TOPICS_WITHIN = 1.0  # seconds in which `up` makes the topics of an embedded broker that it started again


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
        parts.close()


def check(settings: Settings) -> None:
    """All that a role needs: the tables of this version, and its topics, which are made when they aren't there.

    Raises SettingError, ServiceUnavailable.
    """
    from adapters.kafka.topics import ensure_topics

    parts = Parts(settings, "check")
    require_tables(parts.database, settings.site_id)
    parts.cipher.require()
    parts.close()
    ensure_topics(parts.broker, settings)


def require_tables(database: Database, site_id: str) -> None:
    """Raises SettingError unless the tables are those of this version, and this site's.

    A read model of an older one will do: roles that write it wait, readers get an error, and the others don't need it.
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


def coordinator(settings: Settings, log: DecodedLog | None = None) -> Coordinator:
    """The leader's part of a coordinator."""
    from adapters.access.named import named_persons
    from adapters.duties.bulk import CarryOutBulk
    from adapters.duties.cleaning import CleanLog
    from adapters.duties.counting import CountFacets
    from adapters.duties.dispatching import Dispatch
    from adapters.duties.ending import EndJobs
    from adapters.duties.expiring import DeleteExpired
    from adapters.duties.probing import ProbeRemotes
    from adapters.duties.projections import CarryOutRequests, command
    from adapters.duties.recovery import RecoverLostWork
    from adapters.duties.reporting import Report
    from adapters.duties.retention import CollectContent, Retain
    from adapters.duties.rounds import Duty, Round
    from adapters.duties.scheduling import StartScheduledJobs
    from adapters.postgres.bulk import Bulks
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
    telling = [new_round(*duties) for duties in parts.telling_duties(database, application)]
    starting = StartScheduledJobs(application, Schedules(database), settings.cron_jitter)
    of_many = CarryOutBulk(Bulks(database), application, named_persons(settings, database))
    ending: list[Duty] = [EndJobs(application, work), starting, DeleteExpired(database, application), recovery]
    if settings.ckan_url:
        telling.append(new_round(of_many))  # it asks CKAN
    else:
        ending.append(of_many)
    failures = ChainMap(sending.failures, *(duties.failures for duties in telling))
    others = new_round(*ending, Report(workers, failures, Dispatch.name))

    days, keep = settings.retention_days, settings.retention_jobs
    retain = Retain(database, application, days=days, keep=keep)
    cleaning = CleanLog(parts.database, settings.log_timeframe)
    counting = [] if settings.ckan_url else [CountFacets(parts.database)]
    requests = CarryOutRequests(parts.database, command(settings.database_url))
    keeping = new_round(retain, CollectContent(parts.database, application), cleaning, requests, *counting)

    def begin() -> None:
        """An earlier leader may have ended between marking commands as sent and sending them: they go again."""
        work.forget_sent()
        recovery.begin()
        retain.begin()

    projector = parts.work_projector(log=log, news=news)

    def listener(wake: int) -> Listener:
        return Listener(parts.database, EVENTS, wake)

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
    projector = parts.read_model_projector(log)
    return ProjectionThread(projector, lambda wake: Listener(parts.database, EVENTS, wake), failed)


def test_run(parts: Parts, progress: Callable[[Progress], None], *, let_through: bool) -> TestRun:
    """A harvest in this process. An object has one attempt: nothing would start another one.

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


def server(settings: Settings) -> Server:
    """Answers HTTP. Raises SettingError when what it is made of isn't installed, or its address can't be used."""
    parts = Parts(settings, "serve")
    require_tables(parts.database, settings.site_id)
    parts.close()
    try:
        from adapters.roles.server import Server
    except ImportError as error:
        raise SettingError(f"{SERVER_MISSING} ({error})") from error
    return Server(settings)


def announcer(settings: Settings, tell: Callable[[News], None], anyone: Callable[[], bool]) -> Announcer:
    """Follows the read model for those who watch this process; `anyone`: whether anybody does."""
    from adapters.postgres.listener import CHANGES, Listener
    from adapters.postgres.read_model.changes import Changes
    from adapters.process.announcer import Announcer

    database = Parts(settings, "events").database
    return Announcer(lambda wake: Listener(database, CHANGES, wake), Changes(database), tell, anyone)


def latency_book(settings: Settings) -> LatencyBook:
    """Adds up how long answers took."""
    from adapters.process.latency_book import LatencyBook

    return LatencyBook(Parts(settings, "latencies").database)


def read_states(settings: Settings) -> ReadStates:
    """Reads the state that kept answers depend on."""
    from adapters.process.read_states import ReadStates

    return ReadStates(Parts(settings, "state").database)


def _consumer(parts: Parts, topic: str, channel: str, partitions: Sequence[int] | None) -> CommandConsumer:
    """Reads a topic; the consumer group has its name."""
    from adapters.kafka.consumer import CommandConsumer
    from adapters.postgres.listener import Listener

    announced = Listener(parts.database, channel) if partitions and parts.broker.embedded else None
    return CommandConsumer(parts.broker, topic, topic, partitions=partitions, announcements=announced)
