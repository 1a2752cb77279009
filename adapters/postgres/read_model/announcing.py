"""The live read model: whoever writes it also tells those who watch what has changed, by the very same commit.

A rebuild writes with the plain writer: it counts nothing and tells nobody.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

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
        texts = [*messages("jobs", touched.jobs), *messages("sources", touched.sources)]
        if texts:
            texts.append(orjson.dumps({"position": events[-1].number}).decode())  # whoever has it has the others, too
            connection.execute(NOTIFY, {"channel": CHANGES, "messages": texts})


def messages(kind: str, ids: Collection[str]) -> Iterator[str]:
    """The messages that name all of these jobs or sources."""
    ordered = sorted(ids)
    for first in range(0, len(ordered), IDS):
        yield orjson.dumps({kind: ordered[first : first + IDS]}).decode()


@dataclass(slots=True)
class Announced:
    """The jobs and the sources that messages name, and the position up to which all are told; 0: the messages don't say."""

    jobs: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    position: int = 0


def announced(payloads: Sequence[str]) -> Announced:
    """What messages say."""
    said = Announced()
    for payload in filter(None, payloads):
        message = orjson.loads(payload)
        said.jobs.update(message.get("jobs", ()))
        said.sources.update(message.get("sources", ()))
        said.position = max(said.position, message.get("position", 0))
    return said
