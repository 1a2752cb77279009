"""A read model of another version of harvestlog: who may use it, and how it is replaced.

It is rebuilt by `initdb` (and `up`, at its start). Until then it stays as it is for those who read it with SQL and for the
programs that made it; this program's projector leaves it alone, and its other roles don't need it.
"""

import time

from adapters.postgres.database import Connection, Database
from adapters.postgres.positions import read_model_version
from adapters.postgres.read_model import tables as read_model
from adapters.postgres.read_model.progress import outdated, rebuild_progress
from adapters.postgres.read_model.rebuild import RebuildRunning, Tell, rebuild_read_model
from domain.errors import ReadModelOutdated, SettingError
from projections.model_version import MODEL_VERSION

CREATE_LOCK = "SELECT pg_advisory_xact_lock(ops.lock_key('read model'))"
LOOK_EVERY = 0.5  # seconds, at another process's rebuild


def upgrade_read_model(database: Database, tell: Tell) -> str:
    """Make the read model, or rebuild it when it is of an older version; what was done, "" when nothing was to do.

    Waits for another process that is at it. Raises SettingError for one that a newer harvestlog made.
    """
    with database.connection.transaction():
        database.query(CREATE_LOCK)
        if not read_model.exists(database.connection):
            read_model.create(database.connection, read_model.LIVE)
            return "read model"
    done = ""
    while (version := read_model_version(database)) != MODEL_VERSION:
        if version > MODEL_VERSION:
            raise SettingError(
                f"The read model was made by a newer harvestlog (its version is {version}, {MODEL_VERSION} is known here): "
                "upgrade this one"
            )
        try:
            rebuild_read_model(database, accept=True, tell=tell)
            done = "read model, rebuilt from the log"
        except RebuildRunning:
            _follow(database, tell)
    return done


def _follow(database: Database, tell: Tell) -> None:
    """Until the rebuild of another process is over."""
    while True:
        time.sleep(LOOK_EVERY)
        if (progress := rebuild_progress(database)) is None:
            return
        tell(progress)


def require_version(connection: Connection) -> None:
    """Raises ReadModelOutdated when the live read model isn't of this version: it must not be written to."""
    version = read_model.model_version(connection)
    if version != MODEL_VERSION:
        raise ReadModelOutdated(outdated(version))
