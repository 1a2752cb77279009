"""The operating system's user that runs Postgres, which refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from adapters.embedded.process import Account, wait_until
from domain.errors import SettingError

ACCOUNT_NAME = "harvestlog"  # added when we are root


def account_for(data: Path) -> Account | None:
    """The owner of `data`, or of what it will be; None when we aren't root and so run it ourselves."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid:
        return Account(owner.st_uid, owner.st_gid)
    return _known_account() or _added_account()


def _known_account() -> Account | None:
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def _added_account() -> Account:
    if shutil.which("useradd"):
        subprocess.run(["useradd", "--system", "--no-create-home", ACCOUNT_NAME], capture_output=True, check=False)
        wait_until(lambda: _known_account() is not None, 5.0)  # another process may be adding it
    if account := _known_account():
        return account
    raise SettingError(
        f"Postgres does not run as root and the user {ACCOUNT_NAME} could not be added: run harvester as another "
        "user, or set HARVEST_DATABASE_URL"
    )


def give(path: Path, account: Account | None) -> None:
    """Make `path` the account's; nothing to do when it is ourselves."""
    if account:
        os.chown(path, account.uid, account.gid)


def let_through(paths: Iterable[Path], account: Account | None) -> None:
    """Let the account reach `paths`; their parent folders can still not be listed by others."""
    if account is None:
        return
    for folder in {parent for path in paths for parent in path.parents}:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode & 0o7777 | 0o001)
