"""What a process logs is kept in the database as well, as far as the settings want that."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters.postgres.database import Database
from adapters.settings import Settings

if TYPE_CHECKING:
    from adapters.process.log_keeper import LogKeeper


def keep_log(settings: Settings, role: str) -> LogKeeper | None:
    """Keep what this process logs in the database as well, from now on; None when nothing is to be kept (HARVEST_LOG_SCOPE)."""
    from adapters.log_scopes import SCOPES
    from adapters.postgres.log_lines import LogLines
    from adapters.process.log_keeper import LogKeeper

    if not SCOPES[settings.log_scope]:
        return None
    database = Database(settings.database_url, f"harvestlog log of {role}")
    lines = LogLines(database, f"{role} on {socket.gethostname()}, pid {os.getpid()}", settings.log_lines)
    keeper = LogKeeper(lines, settings.log_scope, settings.log_lines)
    logging.getLogger().addHandler(keeper)
    keeper.start()
    return keeper


@contextmanager
def log_kept(settings: Settings, role: str) -> Iterator[None]:
    """Keep what is logged in the block in the database as well; what was said last is stored when it ends."""
    keeper = keep_log(settings, role)
    try:
        yield
    finally:
        if keeper:
            logging.getLogger().removeHandler(keeper)
            keeper.close()
