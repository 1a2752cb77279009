"""Reads the state that kept answers depend on, for the event loop of a server: one statement for all that ask at a time.

Straight on libpq, without a thread: a thousand reads a second may ask. Whoever asks gets a state that was read after they
asked, so what was committed before is in it, whichever process wrote it.
"""

import asyncio
import logging

from psycopg import Error, pq

from adapters.postgres.database import Connection, Database
from adapters.postgres.read_state import STATE
from domain.errors import HarvestError

log = logging.getLogger(__name__)

NAME = b"read_state"
PATIENCE = 5.0  # seconds that a state may take; then the connection counts as lost
PAUSE = 1.0  # seconds between two attempts to connect

State = tuple[bytes, ...]


class ReadStates:
    """States, read over a connection of its own. For one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._socket = -1  # of the connection; one that is lost doesn't tell any more
        self._asked: asyncio.Future[State | None] | None = None  # by the statement that runs
        self._next: asyncio.Future[State | None] | None = None  # by whoever asked since it was sent
        self._patience: asyncio.TimerHandle | None = None
        self._connecting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect. Call it, and all else, in the event loop."""
        self._loop = asyncio.get_running_loop()
        self._connecting = self._loop.create_task(self._connect())

    async def stop(self) -> None:
        """Close the connection."""
        if self._connecting is not None:
            self._connecting.cancel()
        self._lose()

    async def now(self) -> State | None:
        """The state at some time after this was called; None when it can't be found out now."""
        if self._connection is None:
            return None
        if self._asked is None:
            waiting = self._asked = self._loop.create_future()
            self._send()
        else:
            waiting = self._next = self._next or self._loop.create_future()
        return await asyncio.shield(waiting)

    async def _connect(self) -> None:
        while self._connection is None:
            try:
                connection = await self._loop.run_in_executor(None, self._open)
            except (HarvestError, Error) as error:
                log.debug("answers are not kept now: %s", error)
                await asyncio.sleep(PAUSE)
                continue
            self._connection, self._socket = connection, connection.pgconn.socket
            self._loop.add_reader(self._socket, self._read)
        self._connecting = None

    def _open(self) -> Connection:
        connection = self._database.connect()
        result = connection.pgconn.prepare(NAME, STATE.encode())
        if result.status != pq.ExecStatus.COMMAND_OK:
            connection.close()
            raise Error(connection.pgconn.get_error_message())
        connection.pgconn.nonblocking = 1
        return connection

    def _send(self) -> None:
        assert self._connection is not None
        try:
            self._connection.pgconn.send_query_prepared(NAME, None)
            self._connection.pgconn.flush()
        except Error as error:
            self._lost(error)
            return
        self._patience = self._loop.call_later(PATIENCE, self._lost, TimeoutError(f"no answer within {PATIENCE:.0f} s"))

    def _read(self) -> None:
        """Something came from the server: an answer, or its end."""
        assert self._connection is not None
        pgconn = self._connection.pgconn
        try:
            pgconn.consume_input()
            if self._asked is None or pgconn.is_busy():
                return
            result, state = pgconn.get_result(), None
            while result is not None:
                if result.status != pq.ExecStatus.TUPLES_OK or result.ntuples != 1:
                    raise Error(pgconn.get_error_message())
                state = tuple(result.get_value(0, column) or b"" for column in range(result.nfields))
                result = pgconn.get_result()
        except Error as error:
            self._lost(error)
            return
        self._answer(state)

    def _answer(self, state: State | None) -> None:
        if self._patience is not None:
            self._patience.cancel()
        asked, self._asked, self._next = self._asked, self._next, None
        if asked is not None and not asked.done():
            asked.set_result(state)
        if self._asked is not None:
            self._send()

    def _lost(self, error: Exception) -> None:
        log.debug("answers are not kept until the database answers again: %s", error)
        self._lose()
        if self._connecting is None:
            self._connecting = self._loop.create_task(self._connect())

    def _lose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._loop.remove_reader(self._socket)
            connection.close()
        if self._patience is not None:
            self._patience.cancel()
        for waiting in (self._asked, self._next):
            if waiting is not None and not waiting.done():
                waiting.set_result(None)
        self._asked = self._next = None
