"""The embedded Postgres for the length of one command."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from adapters.embedded.folder import DataFolder, Runtime, read_runtime
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.settings import Settings
from domain.errors import Refused

PATIENCE = 30.0  # seconds to wait for another command that has the data folder


@contextmanager
def temporary_postgres(settings: Settings) -> Iterator[str]:
    """Yield the address of the database: the configured one, that of the running `up`, or a server of our own.

    A server of our own is stopped at the end; commands that need one at the same time run one after the other.
    """
    if settings.database_url:
        yield settings.database_url
    elif runtime := read_runtime(settings.data_dir):
        yield runtime.database_url
    else:
        with _own_or_found(settings) as url:
            yield url


@contextmanager
def _own_or_found(settings: Settings) -> Iterator[str]:
    folder = DataFolder(settings.data_dir)
    with ExitStack() as stack:
        if runtime := _lock_or_find(folder, stack):
            yield runtime.database_url
        else:
            postgres = EmbeddedPostgres(folder.path)
            stack.callback(postgres.stop)
            postgres.start()
            yield postgres.url


def _lock_or_find(folder: DataFolder, stack: ExitStack) -> Runtime | None:
    """Take the lock; or, when an `up` had it because it was just starting, the place of its services."""
    try:
        stack.enter_context(folder.lock(PATIENCE))
    except Refused:
        if runtime := read_runtime(folder.path):
            return runtime
        raise
    return None
