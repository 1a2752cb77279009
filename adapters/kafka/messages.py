"""What a consumer hands out: commands with their place in the log, and messages that can't be read."""

from dataclasses import dataclass

from domain.commands import FetchObject, GatherJob

Command = GatherJob | FetchObject


@dataclass(frozen=True, slots=True)
class Delivery:
    """One command and where it came from.

    `assignment` numbers the time during which this consumer holds the partition without a break: what is reported as
    done after the partition was lost and won again is ignored.
    """

    command: Command
    partition: int
    offset: int
    assignment: int


@dataclass(frozen=True, slots=True)
class Poison:
    """A message that can't be decoded, with its bytes as they came; `value` is None for a message without any."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    reason: str
    assignment: int
