"""A CKAN's ini is read as CKAN reads it; its options give settings, and the environment goes before it."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from adapters.ckan_ini import OPTIONS
from adapters.cli.main import COMMANDS, main
from adapters.settings import Settings, configuration, idle_options, load
from domain.errors import SettingError
from tests.support.stack import ROOT

INI = """
[DEFAULT]
debug = false
site = data.example.org
[app:main]
use = egg:ckan
sqlalchemy.url = postgresql+psycopg2://ckan:p%%40ss@db/ckan?sslmode=require
ckan.site_id = portal
ckan.site_url = https://%(site)s/
ckan.root_path = /data/{{LANG}}
ckan.harvest.timeout = 90
ckan.harvest.log_level = warning
ckan.harvest.status_mail.errored = True
smtp.server = mail.example.org:587
smtp.starttls = true
smtp.password = hidden
[formatter_generic]
format = %(asctime)s %(message)s
"""


def written(folder: Path, text: str = INI, name: str = "ckan.ini") -> dict[str, str]:
    """The environment that names an ini file with this text."""
    (folder / name).write_text(text)
    return {"HARVEST_CKAN_INI": str(folder / name)}


def test_its_options_give_settings_and_each_says_where_it_came_from(tmp_path: Path) -> None:
    read = configuration(written(tmp_path))

    assert read.settings.database_url == "postgresql://ckan:p%40ss@db/ckan?sslmode=require"
    assert read.settings.site_id == "portal"
    assert read.settings.ckan_url == "https://data.example.org/data"
    assert (read.settings.log_level, read.settings.status_mail_errored) == ("WARNING", True)
    assert (read.settings.smtp_server, read.settings.smtp_starttls) == ("mail.example.org:587", True)
    assert read.settings.smtp_password == "hidden"
    assert read.settings.gather_timeout == 5400.0  # seconds; CKAN's option is in minutes
    assert read.origins["site_id"] == f"ckan.site_id in {tmp_path / 'ckan.ini'}"
    assert "lease" not in read.origins


def test_the_environment_goes_before_the_settings_file_and_that_before_the_ini(tmp_path: Path) -> None:
    (tmp_path / "settings").write_text("HARVEST_SITE_ID=from-file\nHARVEST_GATHER_TIMEOUT=7\n")
    environment = written(tmp_path) | {"HARVEST_SETTINGS_FILE": str(tmp_path / "settings"), "HARVEST_SITE_ID": "mine"}

    read = configuration(environment)

    assert (read.settings.site_id, read.settings.gather_timeout) == ("mine", 7.0)
    assert read.origins["site_id"] == "environment"
    assert read.origins["gather_timeout"] == str(tmp_path / "settings")


def test_what_ckan_takes_from_its_environment_goes_before_the_file(tmp_path: Path) -> None:
    variables = {"CKAN_SITE_ID": "other", "CKAN__HARVEST__TIMEOUT": "1", "CKAN_SQLALCHEMY_URL": "postgresql://db/two"}

    settings = load(written(tmp_path) | variables)

    assert (settings.site_id, settings.gather_timeout, settings.database_url) == ("other", 60.0, "postgresql://db/two")
    assert load(variables) == load({})  # without an ini they are CKAN's alone


def test_a_file_may_build_on_another(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    written(tmp_path / "base", "[app:main]\nckan.site_id = base\nckan.harvest.timeout = 2\nuse = egg:ckan\n")
    environment = written(tmp_path, "[app:main]\nuse = config:base/ckan.ini\nckan.site_id = top\n")

    settings = load(environment)

    assert (settings.site_id, settings.gather_timeout) == ("top", 120.0)


@pytest.mark.parametrize("password", ["100%", "a%b", "%(nobody)s"])
def test_a_sign_that_ckan_would_stumble_over_is_taken_as_it_is(tmp_path: Path, password: str) -> None:
    settings = load(written(tmp_path, f"[app:main]\nsqlalchemy.url = postgresql://u:{password}@db/x\n"))

    assert settings.database_url == f"postgresql://u:{password}@db/x"


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("ckan.harvest.mq.type = redis", "no effect: commands go over Kafka"),
        ("ckanext.harvest.user_name = harvest", "no effect: imports are made by the user of HARVEST_CKAN_TOKEN"),
        ("ckan.harvest.timout = 5", "(did you mean ckan.harvest.timeout?): it has no effect"),
        ("ckanext.harvest.new_option = 5", "is not an option that harvestlog knows"),
    ],
)
def test_an_option_without_effect_is_named(tmp_path: Path, option: str, said: str) -> None:
    lines = idle_options(written(tmp_path, f"[app:main]\n{option}\nckan.plugins = harvest\nsolr_url = x\n"))

    assert len(lines) == 1
    assert said in lines[0]
    assert lines[0].startswith(f"{option.partition(' ')[0]} in {tmp_path}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "can't be read"),
        ("not an ini", "can't be read"),
        ("[other]\n", r"no section \[app:main\]"),
        ("[app:main]\nckan.harvest.timeout = soon\n", "ckan.harvest.timeout in .*: 'soon' is not a whole number"),
        ("[app:main]\nckan.site_id = a b\n", r"HARVEST_SITE_ID='a b'.*\(set by ckan.site_id in "),
        ("[app:main]\nckan.harvest.timeout = -1\n", r"\(set by ckan.harvest.timeout in "),
    ],
)
def test_an_ini_that_is_wrong_is_refused_by_its_name(tmp_path: Path, text: str | None, said: str) -> None:
    environment = {"HARVEST_CKAN_INI": str(tmp_path / "ckan.ini")} if text is None else written(tmp_path, text)

    with pytest.raises(SettingError, match=said):
        load(environment)


def test_every_option_gives_a_setting_that_there_is_or_says_why_it_gives_none() -> None:
    names = {field.name for field in fields(Settings)}

    assert {option.setting for option in OPTIONS.values() if option.setting} <= names
    assert all(bool(option.setting) != bool(option.note) for option in OPTIONS.values())


def every_command(group: click.Group, names: Iterator[str]) -> Iterator[click.Command]:
    context = click.Context(group)
    for name in names:
        command = group.get_command(context, name)
        assert command is not None
        yield command
        if isinstance(command, click.Group):
            yield from every_command(command, iter(command.commands))


def test_every_command_takes_the_ini_before_and_behind_its_name() -> None:
    commands = [main, *every_command(main, iter(COMMANDS))]

    assert all(any("-c" in option.opts for option in command.params) for command in commands)


def test_the_page_on_parity_lists_every_option_with_its_setting() -> None:
    page = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8").partition("## Options")[2].partition("\n## ")[0]
    rows = {row.split("|")[1]: row for row in page.splitlines() if row.startswith("| `")}

    for key, option in OPTIONS.items():
        row = next((row for names, row in rows.items() if f"`{key}`" in names or _short(key, names)), "")
        assert row, key
        assert not option.setting or f"`HARVEST_{option.setting.upper()}`" in row, key


def _short(key: str, names: str) -> bool:
    """`ckan.harvest.mq.type`, `.hostname`: the second stands for ckan.harvest.mq.hostname."""
    stem, _, last = key.rpartition(".")
    return f"`.{last}`" in names and f"`{stem}." in names
