"""Postgres and broker for a machine that has neither: programs from wheels, run as children of one `harvester` process.

Whoever starts a server here holds the lock of the data folder (`DataFolder.lock`): `up` for its life, another command
for as long as it runs. So a server found running under a free lock is an orphan, and is stopped before a new start.
"""

from adapters.embedded.broker import EmbeddedBroker
from adapters.embedded.folder import DataFolder, End, Runtime, read_ends, read_runtime
from adapters.embedded.postgres import EmbeddedPostgres, running_url
from adapters.embedded.temporary import temporary_postgres

__all__ = [
    "DataFolder",
    "EmbeddedBroker",
    "EmbeddedPostgres",
    "End",
    "Runtime",
    "read_ends",
    "read_runtime",
    "running_url",
    "temporary_postgres",
]
