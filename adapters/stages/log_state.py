"""The log of a worker's process as it was before a plugin ran, and how it is put right.

`logging.config` disables every logger that is there unless it is told otherwise, `basicConfig(force=True)` puts its own handler
in place of ours, and `logging.shutdown` closes them all: each is one line in somebody's plugin.
"""

import logging
from collections.abc import Iterator
from typing import NamedTuple

OURS = ("adapters", "domain", "harvesters", "harvestlog", "projections")
NORMAL = (logging.NOTSET, False, True)  # of a logger that nobody has touched


class _Handler(NamedTuple):
    handler: logging.Handler
    level: int
    formatter: logging.Formatter | None
    filters: list[logging.Filter]

    @classmethod
    def of(cls, handler: logging.Handler) -> "_Handler":
        return cls(handler, handler.level, handler.formatter, list(handler.filters))  # type: ignore[arg-type]


class LogState:
    """Handlers of the root logger, and what the loggers are set to."""

    def __init__(self) -> None:
        self._handlers = [_Handler.of(handler) for handler in logging.root.handlers]
        self._level, self._filters = logging.root.level, logging.root.filters[:]
        self._loggers = {logger.name: _settings(logger) for logger in _loggers()}

    def restore(self) -> bool:
        """Put right what was changed; whether anything was. What plugins set for their own loggers stays, except `disabled`."""
        root = logging.root
        changed = [self._restore_handlers(), *(self._restore_logger(logger) for logger in _loggers())]
        if root.manager.disable or root.level != self._level or root.filters != self._filters:
            logging.disable(logging.NOTSET)
            root.setLevel(self._level)
            root.filters[:] = self._filters
            changed.append(True)
        return any(changed)

    def _restore_handlers(self) -> bool:
        own = [state.handler for state in self._handlers]
        others = [handler for handler in logging.root.handlers if handler not in own]
        kept = [*own, *(handler for handler in others if not _writes_to_a_stream(handler))]
        changed = logging.root.handlers != kept
        if changed:
            logging.root.handlers[:] = kept
        for state in self._handlers:
            if _Handler.of(state.handler) != state:
                state.handler.setLevel(state.level)
                state.handler.setFormatter(state.formatter)
                state.handler.filters[:] = state.filters
                changed = True
            reopen = getattr(state.handler, "reopen", None)
            changed = bool(reopen and reopen()) or changed
        return changed

    def _restore_logger(self, logger: logging.Logger) -> bool:
        before = self._loggers.get(logger.name)
        if before is None and logger.name.partition(".")[0] in OURS:
            before = NORMAL
        if before is None:
            before = (logger.level, False, logger.propagate)
        if _settings(logger) == before:
            return False
        level, logger.disabled, logger.propagate = before
        logger.setLevel(level)
        return True


def _loggers() -> Iterator[logging.Logger]:
    return (logger for logger in list(logging.root.manager.loggerDict.values()) if isinstance(logger, logging.Logger))


def _settings(logger: logging.Logger) -> tuple[int, bool, bool]:
    return logger.level, logger.disabled, logger.propagate


def _writes_to_a_stream(handler: logging.Handler) -> bool:
    """Whether it would say every line of this process a second time."""
    return isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler)
