"""Parameters as scripts for ckanext-harvest send them."""

from typing import Any

import pytest

from adapters.actions.given import given

SEEN = "0123456789abcdef"


@pytest.mark.parametrize("config", [{}, {"records": 3}, {"version": "2.0.2"}, '{"version": "2.0.2"}'])
@pytest.mark.parametrize("action", ["harvest_source_patch", "harvest_source_update"])
def test_the_version_that_was_seen_is_passed_on_whatever_options_there_are(action: str, config: Any) -> None:
    values = {"id": "one", "config": config, "version": SEEN}

    assert given(action, values) == values


@pytest.mark.parametrize(
    ("action", "version", "config"),
    [
        ("harvest_source_patch", "2.0.2", {"version": "2.0.2"}),
        ("harvest_source_patch", "2.0.2", {"version": "3.0"}),
        ("harvest_source_patch", None, {}),
        ("harvest_source_update", 2, {}),
        ("harvest_source_create", SEEN, {}),
        ("harvest_source_create", SEEN, {"version": SEEN}),
    ],
)
def test_an_option_called_version_and_what_is_no_version_of_a_source_are_left_out(
    action: str, version: Any, config: Any
) -> None:
    assert given(action, {"id": "one", "config": config, "version": version}) == {"id": "one", "config": config}
