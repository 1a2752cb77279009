"""What a plugin says while `run-test` runs it: its log lines and its prints, on standard error."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

OURS = ("adapters", "domain", "projections", "eventsourcing", "psycopg", "urllib3", "kafka")
"""Loggers whose lines are about harvestlog, not about the plugin: from WARNING on."""


@contextmanager
def plugin_output(level: str = "INFO") -> Iterator[None]:
    """Show log lines of the plugin from `level` on; what it prints doesn't get among the command's own output."""
    root = logging.getLogger()
    before = root.level, root.handlers, {name: logging.getLogger(name).level for name in OURS}
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root.handlers = [handler]
    root.setLevel(level)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        root.handlers = before[1]
        root.setLevel(before[0])
        for name, own in before[2].items():
            logging.getLogger(name).setLevel(own)


def log_level() -> str:
    """HARVEST_LOG_LEVEL, as for the roles."""
    return os.environ.get("HARVEST_LOG_LEVEL", "INFO")
