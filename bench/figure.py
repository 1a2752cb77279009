"""One measured figure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A value with the floor that it must reach (a ceiling when lower is better)."""

    name: str
    value: float
    unit: str
    floor: float
    roles: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    lower_is_better: bool = False

    @property
    def met(self) -> bool:
        """Whether it is good enough; a value that wasn't measured (0) isn't."""
        return 0 < self.value <= self.floor if self.lower_is_better else self.value >= self.floor

    def as_dict(self) -> dict[str, Any]:
        """As it stands in results.json."""
        rounded = round(self.value, 3 if self.value < 10 else 1)
        fields = {"name": self.name, "value": rounded, "unit": self.unit, "floor": self.floor, "met": self.met}
        return {**fields, "roles": dict(self.roles), "note": self.note}
