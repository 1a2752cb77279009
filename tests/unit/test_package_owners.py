"""Our import names are plain words: no other distribution in the environment may own one of them."""

from importlib.metadata import packages_distributions

import pytest

NAMES = ("harvestlog", "domain", "projections", "harvesters", "adapters", "schemas")


@pytest.mark.parametrize("name", NAMES)
def test_no_other_distribution_owns_our_package(name: str) -> None:
    owners = set(packages_distributions().get(name, ()))

    assert owners == {"harvestlog"}
