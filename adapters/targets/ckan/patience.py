"""Calls of a CKAN that may be away for a while: they wait until it is back, instead of failing one dataset after the other."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from adapters.targets.ckan.api import ActionAPI
from domain.breakers import counts
from domain.errors import TargetError

log = logging.getLogger(__name__)

AWAY = frozenset({"unreachable", "http_502", "http_503", "http_504"})
"""Codes of errors that are of the whole CKAN; an HTTP 500 may be of one dataset."""
UNSURE = frozenset({"timeout", "disconnected"})
"""Codes of errors after which nobody knows: calls that were under way when CKAN went away end so."""
FIRST, LAST = 0.5, 10.0  # seconds between two looks


class Trouble(Protocol):
    """What all processes of a site know together of the target."""

    def target_succeeded(self) -> None:
        """A call was answered."""

    def target_failed(self, reason: str) -> None:
        """A call wasn't answered, or with HTTP 5xx."""

    def require_target(self) -> None:
        """Raises Postponed while nothing is to be sent to the target."""


class PatientAPI(ActionAPI):
    """An API whose calls wait while CKAN is away, for `patience` seconds of each absence. Safe to share between threads.

    The calls that met the absence fail with its error, and so do all calls after `patience` seconds, until one is answered.
    As soon as the site's breaker for the target opens, those that wait are refused with Postponed: they are made again later.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience: float,
        trouble: Trouble | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        **settings: Any,
    ) -> None:
        super().__init__(url, token, **settings)
        self._patience = patience
        self._trouble = trouble
        self._clock = clock
        self._sleep = sleep
        self._away_since: float | None = None
        self._reason = ""
        self._lock = threading.Lock()  # held by the one that looks

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        self._require()
        if self._away_since is not None:
            self._wait()
        try:
            result = super().call(action, data)
        except TargetError as error:
            self._note(error)
            raise
        self._away_since = None
        self._tell(None)
        return result

    def absence(self) -> tuple[float, str] | None:
        """For how many seconds CKAN has been away, and what the call that noticed it met; None: it answers."""
        since = self._away_since
        return None if since is None else (self._clock() - since, self._reason)

    def _require(self) -> None:
        if self._trouble is not None:
            self._trouble.require_target()

    def _tell(self, error: TargetError | None) -> None:
        if self._trouble is None:
            return
        if error is not None and counts(error.code):
            self._trouble.target_failed(str(error))
        else:
            self._trouble.target_succeeded()

    def _note(self, error: TargetError) -> None:
        self._tell(error)
        if error.code not in AWAY | UNSURE:
            self._away_since = None
        elif error.code in AWAY and self._away_since is None:
            self._reason = str(error)
            self._away_since = self._clock()
            log.warning("%s; waiting for it up to %g s", error, self._patience)

    def _wait(self) -> None:
        with self._lock:
            delay = FIRST
            while (since := self._away_since) is not None and self._clock() - since < self._patience:
                self._require()
                self._sleep(delay)
                delay = min(2 * delay, LAST)
                if self._answers():
                    log.info("CKAN answers again after %.0f s", self._clock() - since)
                    self._away_since = None

    def _answers(self) -> bool:
        try:
            super().call("status_show", {})
        except TargetError as error:
            self._tell(error)
            return error.code not in AWAY | UNSURE
        self._tell(None)
        return True
