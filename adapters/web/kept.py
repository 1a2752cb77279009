"""Answers of reads that are kept in the process, and given again only as long as nothing changed that they depend on.

Whoever asks gets an answer that holds everything committed before they asked, whichever process wrote it: the state that an
answer depends on is read for each request, one statement for all that come at a time, in the event loop and without a thread
(decision 0058). While the database doesn't say it, nothing is kept and every call takes the long way.
"""

import asyncio
import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.actions.table import Action, api_actions
from adapters.process.read_states import ReadStates
from adapters.web.answers import failure
from adapters.web.api import Answered, answered, call_by_name, values_of_query
from adapters.web.border import local_path
from adapters.web.site import Site
from domain.access import Caller
from domain.errors import HarvestError

KEPT = 10.0  # seconds at most: that a pause of a source ends by the clock is shown so late
MOST_BYTES = 32_000_000  # of kept answers in a process
MOST_CALLERS = 10_000
LONGEST = 4000  # bytes of credentials by which a caller is remembered; headers that say nothing may be longer
PREFIXES = ("/api/3/action/", "/api/action/")
CREDENTIALS = (b"authorization", b"x-ckan-api-key", b"x-harvest-caller")

State = tuple[bytes, ...]
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer with what it depends on, until when it is kept at most."""

    state: State
    until: float  # monotonic seconds
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Remembered:
    caller: Caller
    rights: Key  # callers of equal rights get equal answers
    version: bytes
    until: float


class Answers:
    """Answers by what was asked and by whose rights."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._answers: dict[Key, KeptAnswer] = {}  # the oldest first
        self._bytes = 0

    def get(self, key: Key, state: State, now: float) -> KeptAnswer | None:
        """The answer, unless something changed since."""
        answer = self._answers.get(key)
        return answer if answer is not None and answer.state == state and now < answer.until else None

    def put(self, key: Key, answer: KeptAnswer, now: float) -> None:
        """Keep an answer; the oldest ones are dropped for it."""
        self._drop(key)
        self._answers[key] = answer
        self._bytes += _size(key, answer)
        while self._answers:
            oldest = next(iter(self._answers))
            if self._bytes <= self._most and now < self._answers[oldest].until:
                break
            self._drop(oldest)

    def _drop(self, key: Key) -> None:
        answer = self._answers.pop(key, None)
        if answer is not None:
            self._bytes -= _size(key, answer)


def _size(key: Key, answer: KeptAnswer) -> int:
    """Bytes of an answer and of what was asked, which may be longer."""
    return len(answer.body) + sum(len(part) for part in key if isinstance(part, bytes | str))


class KeptAnswers:
    """Answers GET requests of actions whose answers may be kept; all others pass. Plain ASGI, inside the event loop."""

    def __init__(self, app: ASGIApp, site: Site, states: ReadStates) -> None:
        self._app = app
        self._site = site
        self._states = states
        self._actions = {name: action for name, action in api_actions().items() if action.reads and action.kept is not None}
        self._answers = Answers()
        self._callers: dict[Key, _Remembered] = {}
        self._under_way: dict[tuple[Key, State], asyncio.Task[Answered]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        action = self._action(scope)
        state = await self._states.now() if action is not None else None
        if action is None or state is None:
            await self._app(scope, receive, send)
            return
        scope["endpoint"], scope["path_params"] = call_by_name, {"name": action.name}  # as the router would say
        answer = await self._answer(Request(scope, receive), action, state)
        if isinstance(answer, Response):
            await answer(scope, receive, send)
            return
        start: Message = {"type": "http.response.start", "status": 200, "headers": list(answer.headers)}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})

    def _action(self, scope: Scope) -> Action | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        path = local_path(scope)
        return next((self._actions.get(path.removeprefix(prefix)) for prefix in PREFIXES if path.startswith(prefix)), None)

    async def _answer(self, request: Request, action: Action, state: State) -> KeptAnswer | Response:
        try:
            caller = await self._caller(request, state[-1])
            self._site.admit(request, caller.caller)
        except HarvestError as error:
            return failure(request, action.name, error)
        key = (action.name, request.scope["query_string"], str(request.base_url), *caller.rights)
        kept = self._answers.get(key, state, time.monotonic())
        if kept is not None:
            return kept
        shared = self._under_way.get((key, state))
        if shared is not None:
            result = await asyncio.shield(shared)
            if result.keep:
                return result.response
        return await self._run(request, action, caller.caller, key, state)

    async def _run(self, request: Request, action: Action, caller: Caller, key: Key, state: State) -> Response:
        """Ask the action, in a thread, for all who ask the same until it answers."""
        values = values_of_query(request)
        task = asyncio.create_task(self._site.run(lambda: answered(self._site, request, action, values, caller)))
        self._under_way[key, state] = task
        try:
            result = await asyncio.shield(task)
        finally:
            if self._under_way.get((key, state)) is task:
                del self._under_way[key, state]
        if result.keep:
            now = time.monotonic()
            response = result.response
            self._answers.put(key, KeptAnswer(state, now + KEPT, tuple(response.raw_headers), bytes(response.body)), now)
        return result.response

    async def _caller(self, request: Request, version: bytes) -> _Remembered:
        """Who calls. Raises NotAuthorized, TooManyCalls, ServiceUnavailable."""
        credentials = tuple(item for item in request.scope["headers"] if item[0] in CREDENTIALS)
        remembered = self._callers.get(credentials)
        if remembered is not None and remembered.version == version and time.monotonic() < remembered.until:
            return remembered
        asked = time.monotonic()
        answer = await self._site.run(lambda: self._site.known(request))
        remembered = _Remembered(answer.caller, rights(answer.caller), version, asked + answer.seconds)
        self._callers.pop(credentials, None)
        if sum(len(value) for _, value in credentials) <= LONGEST:
            self._callers[credentials] = remembered
        while len(self._callers) > MOST_CALLERS:
            del self._callers[next(iter(self._callers))]
        return remembered


def rights(caller: Caller) -> Key:
    """What a caller may see and do depends on this alone."""
    return bool(caller.name), caller.sysadmin, tuple(sorted(caller.roles.items())), tuple(sorted(caller.scope))
