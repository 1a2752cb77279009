"""Root's embedded Postgres runs as another user, and yet the rights of root's folders stay as they are."""

import os
from pathlib import Path

import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.embedded import account as accounts
from adapters.embedded.process import Account
from adapters.embedded.search_right import search_right
from adapters.postgres.database import Database
from domain.errors import SettingError

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="another user runs Postgres as itself")


@root_only
def test_a_home_that_only_root_may_enter_stays_closed(tmp_path: Path) -> None:
    if search_right() is None:
        pytest.skip("this system can't hand the right on")
    home = tmp_path / "home"
    data = home / ".local" / "share" / "harvestlog"
    data.mkdir(parents=True, mode=0o700)
    for folder in (home, home / ".local", home / ".local" / "share", data):
        folder.chmod(0o700)
    before = {folder: folder.stat().st_mode for folder in (data, *data.parents)}

    server = EmbeddedPostgres(data)
    server.start()
    try:
        database = Database(server.url)
        assert database.query("SELECT 1") == [(1,)]
        database.close()
        assert server.process is not None
        owner = Path(f"/proc/{server.process.pid}/status").read_text().partition("Uid:")[2].split()[0]
        assert owner != "0"
    finally:
        server.stop()

    assert {folder: folder.stat().st_mode for folder in (data, *data.parents)} == before


@root_only
def test_where_the_right_cant_be_handed_on_a_home_is_refused_and_stays_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    home.chmod(0o700)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(accounts, "search_right", lambda: None)

    with pytest.raises(SettingError, match=f"{home} can't be entered by the user harvestlog.*HARVEST_DATA_DIR"):
        accounts.let_through([home / "data"], Account(12345, 12345))

    assert home.stat().st_mode & 0o777 == 0o700
