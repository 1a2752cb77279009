"""How this process logs: to standard error, as text or JSON, times in UTC, without secrets.

A line knows the job, source and object that its thread works on (`about`), also when a plugin or a library writes it.
`HARVEST_LOG_FORMAT=json` makes each line an object with `time`, `level`, `logger`, `message`, and `job`, `source`, `object`
where there is one.
"""

import logging
import sys
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar

from domain.secrets import mask_text

TEXT = "%(asctime)sZ %(levelname)s %(name)s: %(message)s"
FIELDS = ("job", "source", "object")

_NOTHING: Mapping[str, str] = {}
_about: ContextVar[Mapping[str, str]] = ContextVar("harvestlog_about", default=_NOTHING)
_entered: set["about"] = set()  # blocks that threads of this process are in


class about:  # noqa: N801  read as a sentence: with about(job=…)
    """Lines of this thread are about this job, source or object, until the block ends. A class, since each object costs it."""

    __slots__ = ("_ids", "_token")

    def __init__(self, **ids: str) -> None:
        self._ids = ids

    def __enter__(self) -> None:
        outer = _about.get()
        self._token = _about.set({**outer, **self._ids} if outer else self._ids)
        _entered.add(self)

    def __exit__(self, *_: object) -> None:
        _entered.discard(self)
        _about.reset(self._token)


def ids_of(record: logging.LogRecord) -> dict[str, str]:
    """The job, source and object that a line is about, as far as it is known; asked in the thread that says it."""
    return {**_about.get(), **{name: str(value) for name in FIELDS if (value := getattr(record, name, None))}}


def only_ids() -> dict[str, str]:
    """Job and source, if all threads of this process work for the same job: a thread that a plugin started is about it, too."""
    ids = [block._ids for block in list(_entered)]
    jobs = {scope["job"] for scope in ids if "job" in scope}
    if len(jobs) != 1:
        return {}
    return {name: value for scope in ids for name, value in scope.items() if name != "object"}


class _Text(logging.Formatter):
    """One line for people, in UTC."""

    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__(TEXT)
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The line, without secrets."""
        return mask_text(super().format(record))


class _Json(logging.Formatter):
    """One JSON object a line."""

    def __init__(self) -> None:
        super().__init__()
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The line, without secrets."""
        import json

        line = {
            "time": f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": mask_text(record.getMessage()),
            **ids_of(record),
        }
        if record.exc_info:
            line["traceback"] = mask_text(self.formatException(record.exc_info))
        return json.dumps(line)


def message_of(record: logging.LogRecord) -> str:
    """What a line says. A plugin's line whose values don't fit its text, or can't be shown, is its text from then on."""
    try:
        return record.getMessage()
    except Exception:
        record.msg, record.args = _text_of(record.msg), ()
        return str(record.msg)


def _text_of(words: object) -> str:
    try:
        return str(words)
    except Exception:
        return f"a line that is a {type(words).__name__} without text"


class NoRepeats(logging.Filter):
    """Drops a line that says what its logger said last, for `quiet` seconds; the next one says how often it was dropped."""

    def __init__(self, quiet: float = 600.0, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._quiet = quiet
        self._clock = clock
        self._last: dict[str, tuple[str, float, int]] = {}  # logger -> message, said at, dropped since

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is news."""
        message, now = message_of(record), self._clock()
        last, at, dropped = self._last.get(record.name, ("", 0.0, 0))
        if message == last and now - at < self._quiet:
            self._last[record.name] = (last, at, dropped + 1)
            return False
        self._last[record.name] = (message, now, 0)
        if dropped and message == last:
            record.msg, record.args = f"{message} (said {dropped} more times in {now - at:.0f} s)", ()
        return True


def to_standard_error(level: str, form: str = "text") -> None:
    """Log to standard error from now on; `form` is text or json. A second call replaces the first."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    handler.addFilter(NoRepeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.raiseExceptions = False  # a full disk or a closed terminal is no reason for a traceback
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # several lines a second while the broker is away; ours say it once
