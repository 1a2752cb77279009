"""What a command needs before it can work: settings, and a database that is there, initialised and projected."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from adapters.bootstrap import Parts, initialise, require_tables
from adapters.embedded import temporary_postgres
from adapters.postgres.leadership import has_leader
from adapters.postgres.work.gather_memory import log_position
from adapters.settings import Settings, load
from domain.errors import SettingError

PROJECTED_WITHIN = 5.0  # seconds; a coordinator that leads needs milliseconds


@contextmanager
def connected(*, fresh: bool = False) -> Iterator[Parts]:
    """Parts with a usable database: the configured one, the running `up`'s, or the embedded one for this command.

    The embedded database is initialised by the way; a configured one must have been, unless `fresh`.
    """
    settings = load()
    with temporary_postgres(settings) as url:
        settings = replace(settings, database_url=url) if settings.own_postgres else settings
        if not fresh:
            _check(settings)
        parts = Parts(settings)
        try:
            yield parts
        finally:
            parts.database.close()


def _check(settings: Settings) -> None:
    database = Parts(settings).database
    try:
        require_tables(database)
    except SettingError:
        if not load().own_postgres:
            raise
        initialise(settings)
    finally:
        database.close()


def show_current(parts: Parts) -> None:
    """Bring the read model up to now: wait for the coordinator, or project here when none leads."""
    position = log_position(parts.database)
    projector = parts.read_model_projector()
    if projector.position() >= position:
        return
    if not has_leader(parts.database):
        parts.work_projector().catch_up()
        projector.catch_up()
        return
    end = time.monotonic() + PROJECTED_WITHIN
    while projector.position() < position and time.monotonic() < end:
        time.sleep(0.01)
