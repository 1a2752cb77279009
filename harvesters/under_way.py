"""The objects that `HarvestObject.get` finds: the one of a stage that runs, or all that a gather has saved."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harvesters.views import HarvestObject


class ById:
    """Objects of a list that may grow, by id."""

    def __init__(self, objects: "Sequence[HarvestObject]") -> None:
        self._objects = objects
        self._seen: dict[str, HarvestObject] = {}
        self._upto = 0

    def get(self, object_id: str) -> "HarvestObject | None":
        """The object with this id, None when there is none."""
        new = self._objects[self._upto :]
        self._upto += len(new)
        self._seen |= {item.id: item for item in new}
        return self._seen.get(object_id)


OBJECTS: ContextVar[ById | None] = ContextVar("harvest_objects", default=None)
"""Those of this thread."""


@contextmanager
def under_way(objects: "Sequence[HarvestObject]") -> Iterator[None]:
    """Let `HarvestObject.get` find these, in this thread."""
    token = OBJECTS.set(ById(objects))
    try:
        yield
    finally:
        OBJECTS.reset(token)
