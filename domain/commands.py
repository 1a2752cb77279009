"""Commands that travel over Kafka: ids and an epoch, no state.

The state that a command works on is in the event log; what may run is decided when a worker claims it.
"""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class GatherJob:
    """Gather the records of one job."""

    job_id: UUID
    epoch: int  # number of the dispatch; a claim of an older epoch is void

    @property
    def key(self) -> UUID:
        """Message key: commands of one job stay in order."""
        return self.job_id


@dataclass(frozen=True, slots=True)
class FetchObject:
    """Fetch and import one harvest object."""

    object_id: UUID
    epoch: int  # number of the dispatch; a claim of an older epoch is void

    @property
    def key(self) -> UUID:
        """Message key: commands of one object stay in order."""
        return self.object_id
