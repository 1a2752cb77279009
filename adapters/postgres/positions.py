"""How far the log and its projections are: numbers of events. Reads only, and imports nothing that follows the log."""

from adapters.postgres.database import Database

NEWEST = "SELECT max(notification_id) FROM events.stored_event"
WORK = "SELECT notification_id FROM ops.checkpoint WHERE name = 'work'"
READ_MODEL = "SELECT notification_id FROM harvest.checkpoint"


def log_position(database: Database) -> int:
    """The number of the newest event, 0 in an empty log."""
    return int(database.query(NEWEST)[0][0] or 0)


def work_position(database: Database) -> int:
    """The number of the last event that the work projection has applied."""
    return int(database.query(WORK)[0][0])


def read_model_position(database: Database) -> int:
    """The number of the last event that the read model shows."""
    return int(database.query(READ_MODEL)[0][0])


def read_model_version(database: Database) -> int:
    """The version that the read model's tables were made with."""
    return int(database.query("SELECT model_version FROM harvest.checkpoint")[0][0])
