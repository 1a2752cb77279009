"""The live read model: whoever writes it also tells those who watch what has changed, by the very same commit.

A rebuild writes with the plain writer: it counts nothing and tells nobody.
"""

from collections.abc import Collection, Iterator, Sequence

import orjson

from adapters.postgres.activity import add_activity
from adapters.postgres.database import Connection
from adapters.postgres.listener import CHANGES
from adapters.postgres.read_model.writer import ReadModelWriter
from projections.activity import activity
from projections.recorded import Recorded

IDS = 150  # in one message, which may have 8,000 bytes
NOTIFY = "SELECT pg_notify(%(channel)s, message) FROM unnest(%(messages)s::text[]) AS message"


class AnnouncedReadModel:
    """Applies events to the live read model, counts them for metrics, and announces the jobs and sources that they touch."""

    def __init__(self, writer: ReadModelWriter) -> None:
        self._writer = writer

    def apply(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """Write what the events change, within the caller's transaction."""
        touched = self._writer.write(connection, events)
        add_activity(connection, activity(events))
        announced = [*messages("jobs", touched.jobs), *messages("sources", touched.sources)]
        if announced:
            connection.execute(NOTIFY, {"channel": CHANGES, "messages": announced})


def messages(kind: str, ids: Collection[str]) -> Iterator[str]:
    """The messages that name all of these jobs or sources."""
    ordered = sorted(ids)
    for first in range(0, len(ordered), IDS):
        yield orjson.dumps({kind: ordered[first : first + IDS]}).decode()


def announced_ids(payloads: Sequence[str]) -> tuple[set[str], set[str]]:
    """The jobs and the sources that messages name."""
    jobs: set[str] = set()
    sources: set[str] = set()
    for payload in filter(None, payloads):
        message = orjson.loads(payload)
        jobs.update(message.get("jobs", ()))
        sources.update(message.get("sources", ()))
    return jobs, sources
