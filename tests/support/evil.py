"""An object of a plugin that fails whenever it is looked at."""

from typing import Any


class Evil:
    """Can't be looked at."""

    def _fail(self, *_: object) -> Any:
        raise ZeroDivisionError("looked at")

    __str__ = __repr__ = __bool__ = __len__ = __iter__ = __getattr__ = __eq__ = __hash__ = _fail
