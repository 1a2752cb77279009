"""What a person has to look at: a pure decision over what the parts of a site say about themselves.

Durations are seconds by the database's clock. Each problem is a sentence that says what is wrong and what to do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SILENT_AFTER = 15.0  # seconds without a report; a process that waits for the database reports late
STILL_AFTER = 900.0  # seconds in which nothing happens in a job that is being worked on
LEAST_FREE, ENOUGH_FREE, LEAST_SHARE = 10**9, 20 * 10**9, 5  # bytes, bytes, percent of a disk
BEHIND_AFTER = 30.0  # seconds that an event may wait for a projection
ROLES = {"gather-consumer": "gather", "fetch-consumer": "fetch"}
"""Roles that must run for a harvest, and what they are called."""
HANGS, DIED = "hangs or was stopped", "was killed, or can't reach the database"


@dataclass(frozen=True)
class Process:
    """One process of a role as it reported last. `present`: its session still holds its mark in the database."""

    role: str
    host: str
    pid: int
    started: float  # seconds ago
    silent: float  # seconds since its last report
    present: bool = False
    leads: bool = False

    @property
    def alive(self) -> bool:
        """Whether it has reported lately, and its session is still there."""
        return self.silent <= SILENT_AFTER and (self.present or self.role not in ROLES)

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.role} on {self.host} (pid {self.pid})"


@dataclass(frozen=True)
class Still:
    """An unfinished job in which nothing has happened for so long."""

    job_id: str
    source: str
    gather: str  # waiting, running or finished
    seconds: float
    retries_later: bool = False  # all that is left waits for another attempt


@dataclass(frozen=True)
class Health:
    """What is known about a site."""

    leader: bool
    processes: Sequence[Process] = ()
    waiting: dict[str, int] = field(default_factory=dict)  # by role: jobs or records that wait for a worker
    moved: float | None = None  # seconds since any unfinished job moved; None: there is none
    still: Sequence[Still] = ()
    behind: dict[str, tuple[int, float]] = field(default_factory=dict)  # by projection: events, age of the oldest
    failing: dict[str, str] = field(default_factory=dict)  # what the leader can't do at present, and why
    dead_letters: int = 0  # of the last day
    unsent: tuple[int, str] = (0, "")  # notices that could not be sent so far, and why the oldest could not
    restarts: Mapping[str, str] = field(default_factory=dict)  # by role: why the `up` of this machine starts one at present


def problems(health: Health) -> list[str]:
    """What a person has to look at; nothing when all is well."""
    checks = (_leader, _missing, _silent, _still, _behind, _dead_letters, _unsent)
    return [problem for check in checks for problem in check(health)]


def _leader(health: Health) -> Iterable[str]:
    if not health.leader:
        jobs = health.waiting.get("coordinator", 0)
        wait = f" and {_number(jobs, 'unfinished job')} {'waits' if jobs == 1 else 'wait'}" if jobs else ""
        if why := health.restarts.get("coordinator"):
            yield f"No coordinator leads{wait}: `harvester up` starts one; {why}"
        else:
            yield f"No coordinator leads{wait}: start `harvester up` or `harvester coordinator`"
        return
    leader = _leading(health)
    if leader is not None and not leader.alive:
        yield f"The {leader.name} leads and has not moved for {duration(leader.silent)}: restart it"
        return
    for duty, message in health.failing.items():
        yield f"The coordinator fails at {duty}, and tries again: {message}"


def _leading(health: Health) -> Process | None:
    """The process that leads; an earlier leader that was killed still reports that it leads."""
    return min((process for process in health.processes if process.leads), key=lambda process: process.silent, default=None)


def _missing(health: Health) -> Iterable[str]:
    for role, kind in ROLES.items():
        if any(process.role == role and process.alive for process in health.processes):
            continue
        waiting = health.waiting.get(role, 0)
        what = "job" if kind == "gather" else "record"
        wait = f" and {_number(waiting, what)} {'waits' if waiting == 1 else 'wait'} for one" if waiting else ""
        yield f"No {kind} worker runs{wait}: {_how_to_have_one(role, health)}"


def _how_to_have_one(role: str, health: Health) -> str:
    """What to do when no worker of a role is alive: start one, restart those that hang, or wait for the one that starts."""
    start = f"start `harvester up` or `harvester {role}`"
    silent = sorted((process for process in health.processes if process.role == role), key=lambda process: process.silent)
    hanging = [process for process in silent if process.present]
    more = f", and {len(silent) - 1} more" if len(silent) > 1 else ""
    if hanging:
        return f"the {hanging[0].name}{more} has not reported for {duration(hanging[0].silent)}, it {HANGS}; restart it"
    if why := health.restarts.get(role):
        return f"`harvester up` starts one; {why}"
    return f"{start}. The {silent[0].name}{more} {DIED}" if silent else start


def _silent(health: Health) -> Iterable[str]:
    leader = _leading(health)
    for process in health.processes:
        if process.alive or process is leader or (not process.present and _replaced(process, health.processes)):
            continue
        if process.role in ROLES and not any(other.alive and other.role == process.role for other in health.processes):
            continue  # it is told with what is missing
        how = HANGS if process.present else DIED
        yield f"The {process.name} has not reported for {duration(process.silent)}: it {how}; restart it"


def _replaced(process: Process, processes: Iterable[Process]) -> bool:
    """Whether another one of its kind was started on its host since it went silent, as a supervisor does."""
    return any(
        other.alive
        and (other.role, other.host) == (process.role, process.host)
        and other.started <= process.silent + SILENT_AFTER
        for other in processes
    )


def _still(health: Health) -> Iterable[str]:
    for job in health.still:
        if job.retries_later or job.seconds < STILL_AFTER:
            continue
        if job.gather == "waiting" and health.moved is not None and health.moved < STILL_AFTER:
            continue  # others are being worked on: it waits for its turn
        stages = {"waiting": "it waits to be gathered", "running": "it is being gathered"}
        stage = stages.get(job.gather, "records are under way")
        yield (
            f"Job {job.job_id} of source {job.source} has made no progress for {duration(job.seconds)} ({stage}): see the logs "
            f"of the workers, or stop it with `harvester job-abort {job.job_id}`"
        )


def _behind(health: Health) -> Iterable[str]:
    for name, (events, seconds) in health.behind.items():
        if events and seconds > BEHIND_AFTER:
            yield (
                f"The projection {name} is {_number(events, 'event')} behind, the oldest from {duration(seconds)} ago: see the "
                "log of the coordinator"
            )


def _dead_letters(health: Health) -> Iterable[str]:
    if health.dead_letters:
        yield (
            f"{_number(health.dead_letters, 'message')} of the last day could not be decoded (ops.dead_letter): another "
            "program writes to our topics, or versions of harvestlog are mixed"
        )


def _unsent(health: Health) -> Iterable[str]:
    number, reason = health.unsent
    if number:
        yield f"{_number(number, 'notice')} could not be sent so far ({reason}): see `harvester notices --unsent`"


def disk_problem(folder: str, free: int, total: int) -> str:
    """What to say about a disk that is nearly full (bytes), "" when it isn't."""
    if free >= LEAST_FREE and (free >= ENOUGH_FREE or free * 100 >= LEAST_SHARE * total):
        return ""
    return (
        f"The disk of {folder} has {_gigabytes(free)} GB left of {_gigabytes(total)} GB: free some space, or set "
        "HARVEST_DATA_DIR to a folder on another disk. `harvester disk` shows what takes how much"
    )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.0f}" if size >= 10**10 else f"{size / 1e9:.2g}"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def duration(seconds: float) -> str:
    """A duration as a person says it, in its two largest units."""
    units = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
    remaining = round(max(0.0, seconds))
    parts: list[str] = []
    for unit, size in units:
        if remaining >= size and len(parts) < 2:
            parts.append(f"{remaining // size} {unit}")
            remaining %= size
        elif parts:
            break
    return " ".join(parts) or "0 s"
