"""The dispatcher: the one producer of commands. It takes due work fairly and sends it, and again what was lost on the way.

What is in flight is about two seconds of measured throughput, so a job of 300,000 records never holds up one of 10.
"""

import logging
import time
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from adapters.kafka.producer import CommandProducer
from domain.commands import FetchObject, GatherJob
from domain.errors import ServiceUnavailable
from domain.rules import MIN_BUDGET, Waiting, next_budget, quotas

log = logging.getLogger(__name__)

BUDGET_INTERVAL = 0.25  # seconds between two looks at the throughput
BROKER_CHECK_INTERVAL = 2.0  # seconds between two looks at whether the broker is the same


class Work(Protocol):
    """The pending work that commands are made of."""

    def waiting(self, cap: int) -> list[Waiting]:
        """Jobs with how many objects are due and under way."""

    def take(self, quotas: dict[UUID, int]) -> list[FetchObject]:
        """Mark objects as sent; the commands to send."""

    def take_gather(self) -> list[GatherJob]:
        """Mark jobs as sent; the commands to send."""

    def announce(self, sent: list[FetchObject | GatherJob], cluster: str) -> None:
        """Wake those who read what was sent."""

    def give_back(self, unsent: list[FetchObject | GatherJob]) -> None:
        """What the broker didn't take waits again."""

    def forget_sent(self) -> None:
        """What was sent and not claimed waits again."""


class Dispatcher:
    """Sends commands for one site."""

    def __init__(self, work: Work, producer: CommandProducer, new_broker: Callable[[], None] | None = None) -> None:
        """`new_broker`, for the embedded broker, makes ready what came back empty, before anything is sent to it."""
        self._work = work
        self._producer = producer
        self._new_broker = new_broker
        self._budget = MIN_BUDGET
        self._finished = 0
        self._measured_at = time.monotonic()
        self._cluster = ""
        self._next_check = 0.0

    def finished(self, objects: int) -> None:
        """Tell how many objects got their outcome."""
        self._finished += objects

    def dispatch(self) -> int:
        """Send what may be sent now; how many commands that were. Raises ServiceUnavailable."""
        if time.monotonic() >= self._next_check:
            self._check_broker()
        gather: list[FetchObject | GatherJob] = [*self._work.take_gather()]
        waiting = self._work.waiting(self._budget)
        under_way = sum(job.under_way for job in waiting)
        self._measure(under_way)
        due = any(job.due for job in waiting)
        share = quotas(waiting, self._budget - under_way) if due else {}
        commands = gather + (list(self._work.take(share)) if share else [])
        return self._send(commands) if commands else 0

    def _send(self, commands: list[FetchObject | GatherJob]) -> int:
        try:
            if self._new_broker is not None and self._check_broker():
                return 0  # these wait again, too
            unsent = list(self._producer.send(commands))
        except ServiceUnavailable:
            self._work.give_back(commands)
            raise
        if unsent:
            log.warning("%d of %d commands were not acknowledged by the broker", len(unsent), len(commands))
            self._work.give_back(unsent)
        if self._new_broker is not None:
            # the embedded broker doesn't wake those who wait for an answer
            self._work.announce([*{*commands} - {*unsent}], self._cluster)
        return len(commands)

    def _measure(self, under_way: int) -> None:
        elapsed = time.monotonic() - self._measured_at
        if elapsed >= BUDGET_INTERVAL:
            self._budget = next_budget(self._budget, under_way, self._finished, elapsed)
            self._finished = 0
            self._measured_at = time.monotonic()

    def _check_broker(self) -> bool:
        """Whether the broker has another cluster id: it is another one, or came back empty, and what was sent waits again.

        The embedded broker is asked before anything is sent. Raises ServiceUnavailable when it doesn't answer.
        """
        self._next_check = time.monotonic() + BROKER_CHECK_INTERVAL
        cluster = self._producer.cluster_id()
        if not cluster and self._new_broker is not None:
            raise ServiceUnavailable("The embedded broker does not answer")
        emptied = bool(cluster and self._cluster and cluster != self._cluster)
        if emptied:
            log.warning("the broker lost its messages (cluster %s is now %s): sending again", self._cluster, cluster)
            if self._new_broker is not None:
                self._new_broker()
            self._work.forget_sent()
        self._cluster = cluster or self._cluster
        return emptied
