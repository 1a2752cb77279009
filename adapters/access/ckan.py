"""Persons of the configured CKAN: whose a token is and which roles they have, by two calls with the token itself.

`user_show` without an id answers with the token's own user, and `organization_list_for_user` with the organisations in which
that user has a role (`capacity`). So HARVEST_CKAN_TOKEN is not needed here. Answers are kept for less than a minute,
counted from when CKAN was asked: a token that is revoked there is refused here within that time.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from adapters.access.headers import UNKNOWN
from adapters.access.known import Known
from adapters.postgres.tokens import PERSON
from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from domain.access import ROLES, Caller
from domain.errors import ServiceUnavailable, TargetError, UnknownToken

KEPT = 50.0  # seconds that an answer is used; with the time of the calls themselves it stays under 60
REFUSED = 10.0  # seconds that a token counts as unknown
DOWN = 1.0  # seconds for which a CKAN that didn't answer isn't asked again
TIMEOUT = 5.0  # seconds for one call: requests wait for it
AT_A_TIME = 4  # tokens that are checked at the same time
QUEUED = 10.0  # seconds that a request waits until CKAN may be asked
MOST = 10_000  # answers kept, for valid and for invalid tokens each
ANSWERS = (401, 403, 404)  # CKAN's statuses for a token that it doesn't know


@dataclass(frozen=True, slots=True)
class _Answer:
    caller: Caller | None  # None: nobody's token
    until: float  # monotonic seconds


class _Kept:
    """The newest answers, by the hash of the token."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[bytes, _Answer] = OrderedDict()

    def get(self, key: bytes, now: float) -> _Answer | None:
        """An answer that hasn't expired."""
        answer = self._answers.get(key)
        if answer is not None and now >= answer.until:
            del self._answers[key]
            return None
        return answer

    def put(self, key: bytes, answer: _Answer) -> None:
        """Keep an answer; when there are too many, the oldest is dropped."""
        self._answers[key] = answer
        self._answers.move_to_end(key)
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)


class CkanPersons:
    """Asks CKAN whose a token is: once, however many requests carry it, and again when the answer has expired.

    Safe to share between threads. `ask_as` makes the API for a token.
    """

    def __init__(self, ask_as: Callable[[str], ActionAPI], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask_as = ask_as
        self._clock = clock
        self._known, self._unknown = _Kept(MOST), _Kept(MOST)  # separate, so that guesses can't push out valid tokens
        self._lock = threading.Lock()
        self._asking: dict[bytes, threading.Event] = {}
        self._slots = threading.BoundedSemaphore(AT_A_TIME)
        self._down: tuple[float, str] = (0.0, "")  # until when CKAN isn't asked, and why

    def caller(self, token: str) -> Caller:
        """Whose a token is; see `known`."""
        return self.known(token).caller

    def known(self, token: str) -> Known:
        """Whose a token is. Raises UnknownToken; ServiceUnavailable when CKAN doesn't say."""
        if token.startswith(PERSON):
            raise UnknownToken(UNKNOWN)  # one of our own, valid only without a CKAN
        key = hashlib.sha256(token.encode()).digest()
        while True:
            with self._lock:
                answer = self._kept(key)
                under_way = None if answer else self._asking.get(key)
                if answer is None and under_way is None:
                    self._asking[key] = threading.Event()
            if answer is not None:
                return self._as_known(answer)
            if under_way is None:
                return self._ask(key, token)
            under_way.wait()

    def _kept(self, key: bytes) -> _Answer | None:
        """Raises ServiceUnavailable in the seconds after CKAN didn't answer."""
        now = self._clock()
        answer = self._known.get(key, now) or self._unknown.get(key, now)
        if answer is None and now < self._down[0]:
            raise ServiceUnavailable(self._down[1])
        return answer

    def _as_known(self, answer: _Answer) -> Known:
        if answer.caller is None:
            raise UnknownToken(UNKNOWN)
        return Known(answer.caller, answer.until - self._clock())

    def _ask(self, key: bytes, token: str) -> Known:
        answer: _Answer | None = None
        try:
            with self._slot():
                with self._lock:
                    self._kept(key)  # raises if CKAN stopped answering while this waited
                asked_at = self._clock()
                caller = self._read(self._ask_as(token))
            answer = _Answer(caller, asked_at + (KEPT if caller else REFUSED))
            return self._as_known(answer)
        finally:
            with self._lock:
                if answer is not None:
                    (self._known if answer.caller else self._unknown).put(key, answer)
                self._asking.pop(key).set()

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=QUEUED):
            raise ServiceUnavailable(f"CKAN is slow to say who calls: {AT_A_TIME} questions are under way. Try again soon")
        try:
            yield
        finally:
            self._slots.release()

    def _read(self, api: ActionAPI) -> Caller | None:
        """The caller as CKAN knows them now; None for a token that it doesn't know."""
        try:
            user = api.call("user_show", {})
            if not isinstance(user, dict) or not user.get("name") or user.get("state") != "active":
                return None
            organisations = api.call("organization_list_for_user", {"permission": "read"})
        except TargetError as error:
            if isinstance(error, Refusal) and error.status in ANSWERS:
                return None
            raise self._failed(error) from error
        return Caller(str(user["name"]), user.get("sysadmin") is True, roles_of(organisations))

    def _failed(self, error: TargetError) -> ServiceUnavailable:
        message = f"CKAN doesn't say who calls, so nothing is done; try again soon. {error}"
        with self._lock:
            self._down = (self._clock() + DOWN, message)
        return ServiceUnavailable(message)


def roles_of(organisations: object) -> dict[str, str]:
    """The answer of organization_list_for_user as roles, by id and by name of the organisation."""
    rows = [row for row in organisations if isinstance(row, dict)] if isinstance(organisations, list) else []
    return {
        str(row[key]): str(row["capacity"])
        for row in rows
        for key in ("id", "name")
        if row.get(key) and row.get("capacity") in ROLES
    }
