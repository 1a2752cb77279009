"""How much room the disk of a folder has."""

import os
from pathlib import Path


def disk_space(folder: Path) -> tuple[int, int] | None:
    """Free bytes and all bytes of the disk that a folder is on, or would be on; None where the system doesn't tell."""
    for place in (folder, *folder.parents):
        try:
            state = os.statvfs(place)
        except (OSError, AttributeError):
            continue
        return state.f_bavail * state.f_frsize, state.f_blocks * state.f_frsize
    return None
