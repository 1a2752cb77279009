"""When nothing is sent to a remote host or to the target: breakers that failures open and probes close, and pauses by people.

Pure rules; the clock is handed in. A breaker opens after several failures in a row: no connection, or an answer of HTTP 5xx.
A job that is past its deadline isn't held by a breaker any longer: it ends, with the error that the remote gives.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

from domain.health import duration

FIRST_PROBE, LAST_PROBE = 5.0, 300.0  # seconds after opening, and between two probes at most
CALM = 600.0  # seconds without trouble after which a breaker that opens again begins with the first wait
COUNTED = frozenset({"unreachable", "disconnected", "timeout", "slow"})
"""Codes of errors that are of a whole remote, besides those of HTTP 5xx."""
FETCHING = frozenset({"harvest", "retry"})
"""Kinds of jobs that ask the remote; all kinds write into the target."""
USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Stop:
    """What nothing is sent to at present: a `host` (`name:port`, or a name: all its ports), or the `target`.

    A `breaker` lets jobs go that are past their deadline; what a person paused stays until it is resumed.
    """

    scope: str
    name: str = ""
    breaker: bool = False


@dataclass(frozen=True, slots=True)
class Dispatchable:
    """What decides about whether a job's commands may be sent; `url` is its source's."""

    job_id: UUID
    kind: str
    created: datetime
    url: str


def held_jobs(jobs: Iterable[Dispatchable], stops: Collection[Stop], now: datetime, deadline: float) -> frozenset[UUID]:
    """The jobs whose commands must wait; `deadline` is in seconds after a job's creation."""
    paused = {(stop.scope, stop.name) for stop in stops if not stop.breaker}
    in_trouble = paused | {(stop.scope, stop.name) for stop in stops}
    oldest = now - timedelta(seconds=deadline)
    return frozenset(job.job_id for job in jobs if _needs(job, in_trouble if job.created > oldest else paused))


def _needs(job: Dispatchable, stopped: Collection[tuple[str, str]]) -> bool:
    """Whether a job's commands need a host or target of these."""
    if ("target", "") in stopped:
        return True
    remote = remote_of(job.url)
    return job.kind in FETCHING and (("host", remote) in stopped or ("host", remote.rpartition(":")[0]) in stopped)


def trouble(scope: str, name: str, reason: str, failures: int, seconds: float, probe_in: float) -> str:
    """An open breaker as a problem for people; `seconds` since it opened, and until the next probe."""
    what = f"host {shown_remote(name)}" if scope == "host" else "the target"
    return (
        f"Nothing is sent to {what} for {duration(seconds)}, after {failures:,} failures in a row ({reason}). It is asked "
        f"again in {duration(probe_in)}, and what waits for it goes on when it answers"
    )


def counts(code: str) -> bool:
    """Whether an error with this code says that the whole remote, or the whole target, is in trouble."""
    return code in COUNTED or code.startswith("http_5")


def probe_wait(probes: int, openings: int) -> float:
    """Seconds until the next probe, by how many weren't answered, and how often it opened before without a calm in between."""
    return float(min(FIRST_PROBE * 2 ** min(probes + openings, 10), LAST_PROBE))


@lru_cache(maxsize=10_000)
def remote_of(url: str) -> str:
    """`name:port` of an address, in lower case; empty when it has no host."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    return f"{host}:{port or USUAL_PORTS.get(parts.scheme, 80)}" if host else ""


def shown_remote(name: str) -> str:
    """A remote's name for people: without a port that goes without saying."""
    host, _, port = name.rpartition(":")
    return host if port in ("80", "443") else name


def origin_of(url: str) -> str:
    """Scheme, host and port of an address: all of it that holds no secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
