"""The action that returns the site's numbers for monitoring. All come from the database: any process returns the same ones."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from domain.access import Right

Sample = tuple[Mapping[str, str], float]
"""Labels and a value."""
GAUGE, COUNTER = "gauge", "counter"
MOST_BREAKERS = 100  # hosts that have a series of their own


@dataclass(frozen=True)
class Metric:
    """One metric: its name, what it means, its labels."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()


METRICS = (
    Metric("harvestlog_info", GAUGE, "Always 1; the version of harvestlog.", ("version",)),
    Metric("harvestlog_coordinator_leads", GAUGE, "1 while a coordinator leads, else 0."),
    Metric("harvestlog_processes", GAUGE, "Processes that have reported in the last 15 s.", ("role",)),
    Metric("harvestlog_threads", GAUGE, "Threads of those processes.", ("role",)),
    Metric("harvestlog_threads_busy", GAUGE, "Threads of those processes that work on something.", ("role",)),
    Metric("harvestlog_read_model_current", GAUGE, "1 if the read model is of this version, 0 while it has to be rebuilt."),
    Metric("harvestlog_projection_lag_events", GAUGE, "Events that a projection has not applied yet.", ("projection",)),
    Metric("harvestlog_projection_lag_seconds", GAUGE, "Age of the oldest event that it has not applied.", ("projection",)),
    Metric("harvestlog_topic_lag", GAUGE, "Commands on a topic that no worker has taken yet.", ("topic",)),
    Metric("harvestlog_dead_letters", GAUGE, "Messages of the last day that could not be decoded."),
    Metric("harvestlog_jobs_unfinished", GAUGE, "Jobs that have not ended, by the state of their gather.", ("gather",)),
    Metric("harvestlog_records_pending", GAUGE, "Gathered records that have no outcome yet."),
    Metric("harvestlog_records_in_flight", GAUGE, "Records that workers have in hand."),
    Metric("harvestlog_records_waiting_for_retry", GAUGE, "Records that failed and wait for another attempt."),
    Metric("harvestlog_held_jobs", GAUGE, "Jobs whose deletions wait for a person."),
    Metric("harvestlog_held_deletions", GAUGE, "Deletions that wait for a person."),
    Metric("harvestlog_stopped_jobs", GAUGE, "Jobs of which nothing is sent, for a breaker or a pause."),
    Metric("harvestlog_breakers_open", GAUGE, "Hosts, or the target, that nothing is sent to at present.", ("scope",)),
    Metric(
        "harvestlog_breaker_open_seconds",
        GAUGE,
        f"For how long nothing has been sent to a host or the target; of {MOST_BREAKERS} at most.",
        ("scope", "name"),
    ),
    Metric("harvestlog_notices_unsent", GAUGE, "Mail and webhooks that were not sent.", ("channel", "state")),
    Metric("harvestlog_sources", GAUGE, "Sources.", ("state",)),
    Metric("harvestlog_datasets", GAUGE, "Datasets that the sources hold."),
    Metric(
        "harvestlog_source_last_success_timestamp_seconds",
        GAUGE,
        "When an active source was last harvested with success, 0: never; of the 1,000 with the oldest success.",
        ("source",),
    ),
    Metric("harvestlog_database_bytes", GAUGE, "Size of the database."),
    Metric("harvestlog_events_total", COUNTER, "Events of the log."),
    Metric("harvestlog_records_gathered_total", COUNTER, "Records that got an object."),
    Metric("harvestlog_records_fetched_total", COUNTER, "Records that were fetched."),
    Metric("harvestlog_records_total", COUNTER, "Records by their outcome.", ("outcome",)),
    Metric("harvestlog_errors_total", COUNTER, "Errors of gathers and records, by code.", ("code",)),
    Metric("harvestlog_retries_total", COUNTER, "Attempts at a record that failed and are repeated, by code.", ("code",)),
    Metric("harvestlog_jobs_created_total", COUNTER, "Jobs by what started them.", ("trigger",)),
    Metric("harvestlog_jobs_ended_total", COUNTER, "Jobs by how they ended.", ("outcome",)),
)
"""All metrics but those of HTTP, which the server adds."""
COUNTED = {
    "events": "harvestlog_events_total",
    "gathered": "harvestlog_records_gathered_total",
    "fetched": "harvestlog_records_fetched_total",
    "records": "harvestlog_records_total",
    "errors": "harvestlog_errors_total",
    "retries": "harvestlog_retries_total",
    "jobs_created": "harvestlog_jobs_created_total",
    "jobs_ended": "harvestlog_jobs_ended_total",
}
"""Counters by their name in ops.activity."""


@action(Right.SYSADMIN, reads=True, listed="metrics")
def harvest_metrics_show(session: Session, _asked: Parameters) -> dict[str, Any]:
    """The site's numbers for monitoring; counters may restart at zero.

    While the read model needs a rebuild, numbers that come from it are left out.
    """
    samples: dict[str, list[dict[str, Any]]] = {}
    for read in _READERS:
        for name, labels, value in read(session):
            samples.setdefault(name, []).append({"labels": dict(labels), "value": float(value)})
    return {
        "metrics": [
            {"name": metric.name, "type": metric.kind, "help": metric.help, "samples": samples.get(metric.name, [])}
            for metric in METRICS
        ]
    }


Read = Iterator[tuple[str, Mapping[str, str], float]]


def _site(session: Session) -> Read:
    from adapters.postgres.disk import database_bytes
    from adapters.postgres.work.site_state import dead_letters_of_the_day, lag

    database = session.parts.database
    yield "harvestlog_info", {"version": version("harvestlog")}, 1
    yield "harvestlog_database_bytes", {}, database_bytes(database)
    yield "harvestlog_dead_letters", {}, dead_letters_of_the_day(database)
    for projection, (events, seconds) in lag(database).items():
        yield "harvestlog_projection_lag_events", {"projection": projection}, events
        yield "harvestlog_projection_lag_seconds", {"projection": projection}, seconds


def _processes(session: Session) -> Read:
    from adapters.postgres.leadership import has_leader
    from adapters.postgres.work.gauges import processes
    from domain.health import SILENT_AFTER

    database = session.parts.database
    yield "harvestlog_coordinator_leads", {}, has_leader(database)
    for role, number, threads, busy in processes(database, SILENT_AFTER):
        yield "harvestlog_processes", {"role": role}, number
        yield "harvestlog_threads", {"role": role}, threads
        yield "harvestlog_threads_busy", {"role": role}, busy


def _pending(session: Session) -> Read:
    from adapters.postgres.work.gauges import pending, unsent

    left, site = pending(session.parts.database), session.parts.settings.site_id
    for state, number in left.jobs.items():
        yield "harvestlog_jobs_unfinished", {"gather": state}, number
    yield "harvestlog_records_pending", {}, left.records
    yield "harvestlog_records_in_flight", {}, left.records_claimed
    yield "harvestlog_records_waiting_for_retry", {}, left.records_later
    yield "harvestlog_topic_lag", {"topic": f"{site}.harvest.gather"}, left.gathers_sent
    yield "harvestlog_topic_lag", {"topic": f"{site}.harvest.fetch"}, left.records_sent
    for channel, state, number in unsent(session.parts.database):
        yield "harvestlog_notices_unsent", {"channel": channel, "state": state}, number


def _breakers(session: Session) -> Read:
    from adapters.postgres.work.breakers import Breakers
    from adapters.postgres.work.site_state import database_time

    breakers = Breakers(session.parts.database)
    held, now, open_ones = (
        breakers.held(session.parts.settings.job_deadline),
        database_time(session.parts.database),
        breakers.open(),
    )
    yield "harvestlog_stopped_jobs", {}, len(held)
    for scope in ("host", "target"):
        yield "harvestlog_breakers_open", {"scope": scope}, sum(breaker.scope == scope for breaker in open_ones)
    for breaker in sorted(open_ones, key=lambda breaker: breaker.opened_at)[:MOST_BREAKERS]:
        seconds = (now - breaker.opened_at).total_seconds()
        yield "harvestlog_breaker_open_seconds", {"scope": breaker.scope, "name": breaker.name}, seconds


def _read_model(session: Session) -> Read:
    from adapters.postgres.read_model.deletions import Deletions
    from adapters.postgres.read_model.progress import why_outdated
    from adapters.postgres.work.gauges import last_successes, sources

    database = session.parts.database
    current = not why_outdated(database)
    yield "harvestlog_read_model_current", {}, current
    if not current:
        return
    jobs, deletions = Deletions(session.model).count_held()
    yield "harvestlog_held_jobs", {}, jobs
    yield "harvestlog_held_deletions", {}, deletions
    active, inactive, datasets = sources(database)
    yield "harvestlog_sources", {"state": "active"}, active
    yield "harvestlog_sources", {"state": "inactive"}, inactive
    yield "harvestlog_datasets", {}, datasets
    for source, seconds in last_successes(database):
        yield "harvestlog_source_last_success_timestamp_seconds", {"source": source}, seconds or 0.0


def _activity(session: Session) -> Read:
    from adapters.postgres.activity import read_activity

    labels = {metric.name: metric.labels for metric in METRICS}
    for (counted, label), total in read_activity(session.parts.database).items():
        if name := COUNTED.get(counted):
            yield name, dict.fromkeys(labels[name], label), total


_READERS: tuple[Callable[[Session], Read], ...] = (_site, _processes, _pending, _breakers, _read_model, _activity)
