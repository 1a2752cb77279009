"""Lets a program that root starts as another user reach its files in folders that only root may enter, such as /root.

The folders stay as they are. The right to pass through goes along with the process (Linux, an ambient capability:
capabilities(7)), and its children inherit it.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path

PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 47, 2  # <linux/prctl.h>
CAPABILITY_VERSION = 0x20080522  # <linux/capability.h>
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
FAILED = 126  # exit status of a child that could not change its user


def search_right() -> int | None:
    """The number of the least capability that this process can hand on for it; None when it has none."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return None
    effective = _effective()
    return next((number for number in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if effective & 1 << number), None)


def _effective() -> int:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)


def become(uid: int, gid: int, right: int) -> Callable[[], None]:
    """What a child calls between fork and exec to be another user with that right; all is looked up before the fork."""
    libc = ctypes.CDLL(None)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    rights = (ctypes.c_uint32 * 6)(*([1 << right] * 3), 0, 0, 0)  # effective, permitted, inheritable

    def change() -> None:
        os.setgroups([])
        os.setgid(gid)
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setuid(uid)
        if libc.capset(header, rights) or libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, right, 0, 0):
            os._exit(FAILED)

    return change
