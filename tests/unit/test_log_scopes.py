"""Which part a logger belongs to, and which parts a scope holds."""

from pathlib import Path

import pytest

from adapters.log_scopes import ALL, OURS, SCOPES, part_of
from adapters.settings import LOG_SCOPES, load
from domain.errors import SettingError


@pytest.mark.parametrize(
    ("logger", "part"),
    [
        ("adapters.actions.jobs", "actions"),
        ("adapters.actions.parameters", "validators"),
        ("adapters.roles.fetch_worker", "engine"),
        ("adapters.postgres.database", "model"),
        ("harvestlog.coordinator", "engine"),
        ("domain.jobs", "model"),
        ("harvesters.ckan.listing", "harvesters"),
        ("harvesters.loading", "validators"),
        ("some_plugin.gather", "harvesters"),
        ("urllib3.connectionpool", "harvesters"),
        ("domains_of_a_plugin", "harvesters"),
        ("root", "harvesters"),
    ],
)
def test_every_logger_belongs_to_a_part(logger: str, part: str) -> None:
    assert part_of(logger) == part


def test_every_scope_is_there_and_holds_parts_that_there_are() -> None:
    assert set(SCOPES) == set(LOG_SCOPES)
    assert set().union(*SCOPES.values()) == ALL == {part for _, part in OURS} | {"harvesters"}
    assert (SCOPES[-1], SCOPES[0], SCOPES[7]) == (frozenset[str](), ALL, frozenset({"harvesters"}))
    assert SCOPES[1] > SCOPES[2] > SCOPES[3] > SCOPES[4]


@pytest.mark.parametrize("scope", ["-2", "8"])
def test_another_scope_is_refused_by_name(scope: str) -> None:
    with pytest.raises(SettingError, match=f"HARVEST_LOG_SCOPE={scope} is none of"):
        load({"HARVEST_LOG_SCOPE": scope})


@pytest.mark.parametrize("scope", ["-1", "0", "7"])
def test_scopes_of_the_incumbent_are_taken(scope: str) -> None:
    assert load({"HARVEST_LOG_SCOPE": scope}).log_scope == int(scope)


def test_options_of_the_incumbent_are_read_from_its_ini(tmp_path: Path) -> None:
    ini = tmp_path / "ckan.ini"
    options = "ckan.harvest.log_scope = 0\nckan.harvest.log_level = loud\nckan.harvest.log_timeframe = 10\n"
    ini.write_text(f"[app:main]\n{options}")

    settings = load({"HARVEST_CKAN_INI": str(ini)})

    assert (settings.log_scope, settings.log_level, settings.log_timeframe) == (0, "DEBUG", 10.0)
