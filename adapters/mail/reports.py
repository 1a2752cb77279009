"""What mail about a job says of its source and its errors, read from the log and the read model."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from adapters.mail.texts import Details, ObjectErrors
from adapters.postgres.database import Database
from adapters.postgres.positions import read_model_position
from adapters.postgres.read_model.queries import ReadModel
from domain.application import Harvesting
from domain.errors import ReadModelOutdated
from domain.notices import JobEnd
from domain.sources import HarvestSource

JOB_ERRORS = 20
OBJECTS = 20  # whose errors are shown
OBJECT_ERRORS = 200  # of them
WITHIN = timedelta(minutes=10)  # after its end a job's mail goes out without errors that are not in the read model


class Reports:
    """Reads what mail says. The read model may be behind, or being rebuilt: mail waits for it, but not for long."""

    def __init__(self, database: Database, application: Harvesting) -> None:
        self._database = database
        self._application = application

    def details(self, end: JobEnd, number: int, now: datetime, *, errors: bool) -> Details | None:
        """Details of a job that ended with the event of that number; None: its errors are not there yet."""
        config = self._application.load(HarvestSource, UUID(end.source_id)).fields.config
        if not errors:
            return Details(config)
        try:
            if read_model_position(self._database) >= number:
                return self._with_errors(end, config)
        except ReadModelOutdated:
            pass
        return None if now - datetime.fromisoformat(end.ended) < WITHIN else Details(config, read=False)

    def _with_errors(self, end: JobEnd, config: str) -> Details:
        model = ReadModel(self._database)
        gather = model.gather_errors(end.job_id, JOB_ERRORS)
        objects = model.object_errors(end.job_id, OBJECT_ERRORS)
        records = _by_object(objects)
        complete = gather.next is None and objects.next is None and len(records) <= OBJECTS
        job_errors = [str(row["message"]) for row in gather]
        return Details(config, job_errors, records[:OBJECTS], complete)


def _by_object(rows: Sequence[dict[str, Any]]) -> list[ObjectErrors]:
    records: dict[str, ObjectErrors] = {}
    for row in rows:
        key = str(row["object_id"])
        message = str(row["message"]) + (f" (line {row['line']})" if row["line"] else "")
        earlier = records.get(key)
        where = row["original_url"]
        guid = f"{row['guid']} ({where})" if where else str(row["guid"])
        records[key] = ObjectErrors(guid, [*(earlier.messages if earlier else ()), message])
    return list(records.values())
