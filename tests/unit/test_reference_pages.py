"""docs/commands.md and docs/settings.md say all there is, and nothing else."""

import re
from dataclasses import MISSING, fields
from typing import Any

import pytest

from adapters.cli.main import COMMANDS
from adapters.settings import Settings
from tests.support.reference_pages import API_PAGE, COMMANDS_PAGE, with_api_reference, with_reference
from tests.support.stack import ROOT

SETTINGS_PAGE = ROOT / "docs" / "settings.md"
ROW = re.compile(r"^\| `HARVEST_([A-Z_]+)` \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
OTHER_DEFAULTS = {"data_dir": "`~/.local/share/harvestlog`"}


def test_the_reference_of_commands_is_what_help_says() -> None:
    page = COMMANDS_PAGE.read_text(encoding="utf-8")

    assert page == with_reference(page), "run: python -m tests.support.reference_pages"


def test_the_reference_of_the_api_is_what_the_table_of_actions_says() -> None:
    page = API_PAGE.read_text(encoding="utf-8")

    assert page == with_api_reference(page), "run: python -m tests.support.reference_pages"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_table_of_commands(command: str) -> None:
    table = COMMANDS_PAGE.read_text(encoding="utf-8").partition("## Reference")[0]

    assert re.search(rf"^\|.*`{command}[` ]", table, re.MULTILINE), f"docs/commands.md has no row for {command}"


def test_every_setting_is_in_the_table_of_settings_with_its_default() -> None:
    rows = {name.lower(): (default, meaning) for name, default, _, meaning in ROW.findall(SETTINGS_PAGE.read_text("utf-8"))}

    assert rows.keys() == {f.name for f in fields(Settings)}
    assert {name: default for name, (default, _) in rows.items()} == {f.name: _default(f) for f in fields(Settings)}
    assert all(meaning for _, meaning in rows.values())


def _default(f: Any) -> str:
    if f.name in OTHER_DEFAULTS:
        return OTHER_DEFAULTS[f.name]
    value = f.default_factory() if f.default is MISSING else f.default
    if value == "":
        return "empty"
    return f"`{int(value) if isinstance(value, bool | float) else value}`"
