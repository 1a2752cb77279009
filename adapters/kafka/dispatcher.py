"""The dispatcher: the one producer of commands. It takes due work fairly and sends it, and sends lost commands again.

What is in flight is about two seconds of measured throughput, of all jobs and of each (`domain.pace`), so a job of 300,000
records never holds up one of 10. Each lane has no more gathers in flight than it has threads, or than end within two seconds.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Protocol
from uuid import UUID

from adapters.kafka.producer import CommandProducer
from domain.commands import FetchObject, GatherJob
from domain.errors import ServiceUnavailable
from domain.rules import LANES, MIN_BUDGET, MIN_GATHERS, Waiting, gather_room, next_budget, next_gather_budget, quotas

log = logging.getLogger(__name__)

BUDGET_INTERVAL = 0.25  # seconds between two looks at the throughput
LOOK_INTERVAL = 0.5  # seconds between two looks for jobs that are due again, or whose command was lost
BROKER_CHECK_INTERVAL = 2.0  # seconds between two looks at whether the broker is the same
SILENT_CHECK_INTERVAL = 1.0  # seconds, while Kafka doesn't answer
SILENT_FOR = 3.0  # seconds after which Kafka counts as away: one of its brokers may have died, and the others answer soon


class Work(Protocol):
    """The pending work that commands are made of."""

    def has_jobs(self) -> bool:
        """Whether there is a job that has not ended."""

    def gathering(self) -> dict[int, int]:
        """How many gathers are under way, by lane."""

    def gather_threads(self) -> int:
        """How many threads the gather workers have for each lane."""

    def take_gather(self, rooms: Mapping[int, int], held: Collection[UUID]) -> list[GatherJob]:
        """Mark jobs as sent, that many of each lane, none of those that are held; the commands to send."""

    def announce(self, sent: list[FetchObject | GatherJob], cluster: str) -> None:
        """Wake those who read what was sent."""

    def give_back(self, unsent: list[FetchObject | GatherJob]) -> None:
        """What the broker didn't take waits again."""

    def forget_sent(self) -> None:
        """What was sent and not claimed waits again."""


class Objects(Protocol):
    """The objects that wait, and those that are under way."""

    outcomes: int
    created: bool
    gathered: Counter[int]

    @property
    def under_way(self) -> int:
        """Objects that are sent or claimed."""

    @property
    def due_in(self) -> float:
        """Seconds until an object that waits for another attempt is due; infinite when none waits."""

    def refresh(self) -> None:
        """Learn what changed: `outcomes` since the last time, jobs that were `created`, and `gathered` ones by lane."""

    def waiting(self, held: Collection[UUID]) -> list[Waiting]:
        """Jobs whose turn it is, with how many objects are due and under way; held ones are left out."""

    def take(self, quotas: Mapping[UUID, int]) -> list[FetchObject]:
        """Mark objects as sent; the commands to send."""


class Dispatcher:
    """Sends commands for one site."""

    def __init__(
        self,
        work: Work,
        objects: Objects,
        producer: CommandProducer,
        new_broker: Callable[[], None] | None = None,
        held: Callable[[], Collection[UUID]] = frozenset,
    ) -> None:
        """`new_broker`, for the embedded broker, makes ready what came back empty, before anything is sent to it.

        `held` names the jobs for which nothing is sent at present: their remote or the target is in trouble, or paused.
        """
        self._work = work
        self._held = held
        self._objects = objects
        self._producer = producer
        self._new_broker = new_broker
        self._budget = MIN_BUDGET
        self._gather_budgets = dict.fromkeys(sorted(set(LANES.values())), MIN_GATHERS)
        self._finished = 0
        self._short = False  # since the last look at the throughput the budget has held something back
        self._gathered: Counter[int] = Counter()
        self._gathering: Mapping[int, int] = {}  # how many were under way when that was asked last, by lane
        self._measured_at = self._gathers_measured_at = time.monotonic()
        self._threads = 0
        self._cluster = ""
        self._next_check = 0.0
        self._silent_since: float | None = None  # monotonic seconds; Kafka has not answered since
        self._look = True  # there may be jobs to gather
        self._next_look = 0.0
        self.more = False  # there may be more to send at once
        self.idle = False  # there was no job at the last pass

    @property
    def due_in(self) -> float:
        """Seconds until there is something to send of which no event tells; infinite when nothing is known."""
        return self._objects.due_in

    @property
    def in_doubt(self) -> bool:
        """Whether Kafka did not answer lately: it is asked again soon."""
        return self._silent_since is not None

    def dispatch(self) -> int:
        """Send what may be sent now; how many commands that were. Raises ServiceUnavailable.

        Without jobs no more is asked than whether there are some, and the broker, whose absence people are to see also when
        there is nothing to send.
        """
        if check := time.monotonic() >= self._next_check:
            self._check_broker()
        if self.idle and not self._work.has_jobs():
            self._require_broker()
            return 0
        if check or self.idle:
            self._threads = self._work.gather_threads()
        self.idle = False
        sent = self._pass()
        self.idle = not (sent or self.more or self._objects.under_way or self._work.has_jobs())
        if not sent:
            self._require_broker()
        return sent

    def _pass(self) -> int:
        self._objects.refresh()
        gathering = self._count_gathers()
        self._measure(self._objects.under_way, gathering)
        held = self._held()
        commands: list[FetchObject | GatherJob] = [*self._take_gather(gathering, held)]
        waiting = self._objects.waiting(held)
        share = quotas(waiting, self._budget - self._objects.under_way) if waiting else {}
        self._short |= sum(job.due for job in waiting) > sum(share.values())
        fetch = self._objects.take(share) if share else []
        self.more = bool(fetch) and self._objects.under_way < self._budget
        commands += fetch
        return self._send(commands) if commands else 0

    def _count_gathers(self) -> Mapping[int, int]:
        """How many are under way; hardly anything but what is sent here makes them more, so none stay none until a look."""
        self._look = self._look or self._objects.created or time.monotonic() >= self._next_look
        if self._look or self._gathering:
            self._gathering = self._work.gathering()
        return self._gathering

    def _take_gather(self, gathering: Mapping[int, int], held: Collection[UUID]) -> list[GatherJob]:
        """Looked for when there may be some: after news of jobs, while there are more than may be sent, and now and then."""
        if not self._look:
            return []
        rooms = {
            lane: gather_room(budget, gathering.get(lane, 0), self._threads) for lane, budget in self._gather_budgets.items()
        }
        commands = self._work.take_gather(rooms, held)
        self._look = bool(commands) or 0 in rooms.values()
        self._next_look = time.monotonic() + LOOK_INTERVAL
        return commands

    def _send(self, commands: list[FetchObject | GatherJob]) -> int:
        try:
            if self._new_broker is not None and self._check_broker():
                return 0  # these wait again, too
            unsent = list(self._producer.send(commands))
        except ServiceUnavailable:
            self._work.give_back(commands)
            self._next_check, self._silent_since = 0.0, time.monotonic() - SILENT_FOR  # until it answers
            raise
        if unsent:
            self._work.give_back(unsent)
        if self._new_broker is not None:
            # the embedded broker doesn't wake those who wait for an answer
            self._work.announce([*{*commands} - {*unsent}], self._cluster)
        return len(commands)

    def _measure(self, under_way: int, gathering: Mapping[int, int]) -> None:
        self._finished += self._objects.outcomes
        self._gathered.update(self._objects.gathered)
        now = time.monotonic()
        elapsed = now - self._measured_at
        half_is_done = self._finished * 2 >= self._budget  # then nobody waits for the interval
        if elapsed >= BUDGET_INTERVAL or half_is_done:
            self._budget = next_budget(self._budget, under_way, self._finished, elapsed, short=self._short)
            self._finished, self._short = 0, False
            self._measured_at = now
        elapsed = now - self._gathers_measured_at
        if elapsed >= BUDGET_INTERVAL or (elapsed > 0 and self._gathers_used_up()):
            self._gather_budgets = {
                lane: next_gather_budget(budget, gathering.get(lane, 0), self._gathered[lane], elapsed, self._threads)
                for lane, budget in self._gather_budgets.items()
            }
            self._gathered.clear()
            self._gathers_measured_at = now

    def _gathers_used_up(self) -> bool:
        """As many gathers of a lane have ended as were let out at a time: the workers wait for us, so nobody waits for the
        interval."""
        return any(self._gathered[lane] >= budget for lane, budget in self._gather_budgets.items())

    def _check_broker(self) -> bool:
        """Whether the broker has another cluster id: it is another one, or came back empty, and what was sent waits again.

        The embedded broker is asked before anything is sent. Raises ServiceUnavailable when it doesn't answer.
        """
        cluster = self._producer.cluster_id()
        if not cluster and self._new_broker is not None:
            raise ServiceUnavailable("The embedded broker does not answer")  # and the next pass asks again
        self._note_silence(silent=not cluster)
        emptied = bool(cluster and self._cluster and cluster != self._cluster)
        if emptied:
            log.warning("the broker lost its messages (cluster %s is now %s): sending again", self._cluster, cluster)
            if self._new_broker is not None:
                self._new_broker()
            self._work.forget_sent()
        self._cluster = cluster or self._cluster
        return emptied

    def _note_silence(self, *, silent: bool) -> None:
        now = time.monotonic()
        since = self._silent_since if self._silent_since is not None else now
        self._silent_since = since if silent else None
        self._next_check = now + (SILENT_CHECK_INTERVAL if silent else BROKER_CHECK_INTERVAL)

    def _require_broker(self) -> None:
        """Raises ServiceUnavailable when Kafka has been silent for a while. Whoever sends learns it from that."""
        if self._silent_since is not None and time.monotonic() - self._silent_since >= SILENT_FOR:
            raise self._producer.unavailable()
