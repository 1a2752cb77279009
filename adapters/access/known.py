"""What was found out about who calls, and for how long it holds."""

from dataclasses import dataclass

from domain.access import Caller


@dataclass(frozen=True, slots=True)
class Known:
    """Who calls, and for how many seconds that holds unless the tables of persons and tokens change."""

    caller: Caller
    seconds: float
