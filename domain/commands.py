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
        """Message key."""
        return self.job_id

    @property
    def turn(self) -> int:
        """A number that chooses the partition: a command that a busy worker refused goes to another one."""
        return self.job_id.int + self.epoch


@dataclass(frozen=True, slots=True)
class FetchObject:
    """Fetch and import one harvest object."""

    object_id: UUID
    epoch: int  # number of the dispatch; a claim of an older epoch is void

    @property
    def key(self) -> UUID:
        """Message key: commands of one object stay in order."""
        return self.object_id

    @property
    def turn(self) -> int:
        """A number that chooses the partition."""
        return self.object_id.int
