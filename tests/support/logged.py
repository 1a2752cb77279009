"""What one logger said during a test, and loggers as they were before it: they belong to all tests of a process."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


def logged(caplog: pytest.LogCaptureFixture, logger: str) -> list[str]:
    """The logger's lines, in their order; threads of other tests may say something through others."""
    return [record.getMessage() for record in caplog.records if record.name == logger]


@contextmanager
def own_logging() -> Iterator[None]:
    """Commands log to the standard error of a process of their own, and some silence the loggers of what is away."""
    root, handlers, raises = logging.getLogger(), logging.getLogger().handlers[:], logging.raiseExceptions
    loggers = [root, *(logging.getLogger(name) for name in ("adapters", "adapters.targets", "kafka"))]
    levels = [logger.level for logger in loggers]
    try:
        yield
    finally:
        root.handlers[:], logging.raiseExceptions = handlers, raises
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
