"""Carries out what somebody asked to be done with a projection: verify, rebuild, switch.

Each in a process of its own, as `harvester projections rebuild`: it takes minutes and processors, and the leader's threads
must be able to stop at once. A coordinator that ends leaves it running; the next leader begins again when it is over.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from adapters.postgres.database import Database
from adapters.postgres.projection_requests import ProjectionRequests
from adapters.postgres.read_model.progress import rebuild_progress

log = logging.getLogger(__name__)

MODES: Mapping[str, Sequence[str]] = {"verify": ["--verify"], "rebuild": [], "switch": ["--accept-differences"]}
LONGEST_ERROR = 2000  # characters
Start = Callable[[Sequence[str], IO[bytes], IO[bytes]], "subprocess.Popen[bytes]"]


def command(database_url: str) -> Start:
    """Starts `harvester` with arguments, on a database."""

    def start(arguments: Sequence[str], output: IO[bytes], errors: IO[bytes]) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "HARVEST_DATABASE_URL": database_url}
        line = [sys.executable, "-m", "adapters.cli", *arguments]
        return subprocess.Popen(line, stdout=output, stderr=errors, stdin=subprocess.DEVNULL, env=environment)

    return start


class CarryOutRequests:
    """Starts what waits, and notes what came of it."""

    name = "projections on request"
    trouble = "what was asked to be done with projections is not done"
    interval = 5.0
    pace = 5.0
    on_news = False

    def __init__(self, database: Database, start: Start) -> None:
        self._database = database
        self._requests = ProjectionRequests(database)
        self._start = start
        self._running: tuple[int, subprocess.Popen[bytes], IO[bytes], IO[bytes]] | None = None

    def run(self, now: datetime) -> bool:
        """One look; there is never more to do at once."""
        if self._running is not None:
            self._look(*self._running)
        elif (request := self._requests.next()) and rebuild_progress(self._database) is None:
            self._begin(request)
        return False

    def _begin(self, request: Mapping[str, Any]) -> None:
        arguments = ["projections", "rebuild", request["projection"], "--json", *MODES[request["mode"]]]
        output, errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 (closed once it has ended)
        self._requests.begin(request["id"])
        log.info("%s of %s begins, asked for by %s", request["mode"], request["projection"], request["asked_by"])
        self._running = (request["id"], self._start(arguments, output, errors), output, errors)

    def _look(self, request: int, process: "subprocess.Popen[bytes]", output: IO[bytes], errors: IO[bytes]) -> None:
        if process.poll() is None:
            return
        report, error = _outcome(output, errors)
        self._requests.end(request, report, error)
        self._running = None
        output.close()
        errors.close()
        log.info("what was asked of a projection has ended%s", f": {error}" if error else "")


def _outcome(output: IO[bytes], errors: IO[bytes]) -> tuple[dict[str, Any] | None, str]:
    """The report, or the last line of what went wrong."""
    output.seek(0)
    errors.seek(0)
    try:
        return json.loads(output.read()), ""
    except ValueError:
        lines = errors.read().decode(errors="replace").strip().splitlines()
        said = lines[-1] if lines else "The process that was to do it ended without a word"
        return None, said.removeprefix("Error: ")[-LONGEST_ERROR:]
