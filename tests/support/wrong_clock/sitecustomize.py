"""A wall clock that is wrong by WRONG_CLOCK seconds, for a whole process: put this folder first in its PYTHONPATH.

Python imports this module before any other, so all code of the process gets these clocks; the monotonic clock stays right.
"""

import datetime
import os
import time
from collections.abc import Callable
from typing import Any

right = datetime.datetime
right_time: Callable[[], float] = time.time
shift = datetime.timedelta(seconds=float(os.environ.get("WRONG_CLOCK", "0")))


class _Kind(type):
    """Times that come from elsewhere, such as the database driver, are datetimes too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, right)


class _Wrong(right, metaclass=_Kind):
    def __new__(cls, *arguments: Any, **options: Any) -> Any:
        return right(*arguments, **options)

    now = staticmethod(lambda tz=None: right.now(tz) + shift)  # type: ignore[assignment]
    utcnow = staticmethod(lambda: right.now(datetime.UTC).replace(tzinfo=None) + shift)  # type: ignore[assignment]
    fromisoformat = staticmethod(right.fromisoformat)  # type: ignore[assignment]
    fromtimestamp = staticmethod(right.fromtimestamp)  # type: ignore[assignment]
    combine = staticmethod(right.combine)  # type: ignore[assignment]
    strptime = staticmethod(right.strptime)  # type: ignore[assignment]


if shift:
    datetime.datetime = _Wrong  # type: ignore[misc]
    time.time = lambda: right_time() + shift.total_seconds()
