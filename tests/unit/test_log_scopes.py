"""Which part a logger belongs to, and which parts a scope holds."""

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
