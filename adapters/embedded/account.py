"""The operating system's user that runs Postgres, which refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from adapters.embedded.process import Account, wait_until
from adapters.embedded.search_right import search_right
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
    """Where the account can't be given the right to pass, open the parent folders of `paths` to it; they can't be listed.

    Raises SettingError rather than change the rights of somebody's home folder.
    """
    if account is None or search_right() is not None:
        return
    closed = {parent for path in paths for parent in path.parents if not parent.stat().st_mode & 0o001}
    if homes := sorted(closed & {Path(entry.pw_dir) for entry in pwd.getpwall()} | closed & {Path.home()}):
        raise SettingError(
            f"{homes[0]} can't be entered by the user {ACCOUNT_NAME}, as which Postgres runs when root starts it: set "
            "HARVEST_DATA_DIR to a folder outside of it, such as /var/lib/harvestlog, install harvestlog outside of it, or run "
            "harvester as another user"
        )
    for folder in closed:
        folder.chmod(folder.stat().st_mode & 0o7777 | 0o001)
