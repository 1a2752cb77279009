"""One job that a gather worker gathers, in its own process or, where the job may have ended a process before, in another."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from adapters.embedded.process import Process
from adapters.process.worker import GIVEN_BACK, REPLACED
from adapters.stages.gather import GatherRun
from adapters.stages.gather_ahead import Ahead
from adapters.stages.job_writes import Settled
from adapters.stages.listing import Stopped
from adapters.stages.stuck import ABORT_PATIENCE
from domain.errors import ServiceUnavailable

Spawn = Callable[[UUID, str], Process]
"""Starts a process that gathers a job for a worker."""


class Gathering:
    """One attempt at one job. `work` belongs to one thread, the rest to the one that watches."""

    def __init__(
        self, job_id: UUID, new_run: Callable[[Callable[[], bool]], GatherRun], stopping: Callable[[], bool], spawn: Spawn
    ) -> None:
        self.job_id = job_id
        self.begun = time.monotonic()
        self.aborted = False
        self.given_up = False
        self._stopping = stopping
        self._run = new_run(self._is_over)
        self._spawn = spawn
        self._process: Process | None = None

    def work(self, worker: str, ahead: Ahead | None, settled: Settled) -> bool:
        """Gather, in a process apart unless something was read `ahead`; False: the end is still being stored (`GatherRun.run`).

        Raises Stopped, HarvestError: the job is to be given back.
        """
        if ahead is None:
            self._gather_apart(worker)
            return True
        return self._run.run(self.job_id, worker, ahead, settled)

    def show_start(self, after: float) -> None:
        """Let people see that the gather has begun, `after` seconds after it has."""
        if self._process is None and time.monotonic() - self.begun > after:
            self._run.show_start()

    def _is_over(self) -> bool:
        return self.aborted or self._stopping()

    def _gather_apart(self, worker: str) -> None:
        attempts = self._run.attempts(self.job_id)
        self._process = self._spawn(self.job_id, worker)
        if self._is_over():
            self._process.terminate()
        with suppress(ChildProcessError):  # somebody has asked for its status already
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)  # its number stays its own until it is asked for
        self._end_children(self._process)
        status = self._process.wait()
        if status in (0, REPLACED):  # gathered, or given up by the process itself
            return
        if status == GIVEN_BACK or self._is_over():
            raise Stopped
        if self._run.attempts(self.job_id) == attempts:
            raise ServiceUnavailable(f"A process for one gather did not start (status {status}): its log says why")
        how = f"by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        message = f"gather_stage ended its process, {how}, after another process in which it ran had ended: it is given up"
        self._run.give_up(self.job_id, "worker_lost", message)

    @staticmethod
    def _end_children(process: Process) -> None:
        """End what the plugin started in a process of its own, which led its session."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)

    # watching

    def abort(self) -> bool:
        """Its job has ended: stop it; True when its thread is stuck and can't be stopped."""
        self.aborted = True
        if self._process is not None:
            self._process.kill()
            return False
        return self._run.silent() > ABORT_PATIENCE

    def give_up_when_stuck(self, limit: float) -> str:
        """Why this gather was given up: its harvester made no progress for too long; empty: it goes on.

        Raises ServiceUnavailable.
        """
        message = "" if self._process is not None else self._run.stuck(limit)
        if message:
            self._run.give_up(self.job_id, "timed_out", message)
            self.given_up = True
        return message

    def stop(self) -> None:
        """Ask a process to give its job back; a thread sees by itself that its worker ends."""
        if self._process is not None:
            self._process.terminate()
