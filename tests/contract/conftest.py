"""Fixtures of these tests, next to those that all tests share."""

from collections.abc import Iterator

import pytest

from adapters.bootstrap import Parts
from adapters.targets.catalogue import LocalCatalogue
from tests.integration.one_database import emptied, one_database
from tests.support.ckan_site import CkanSite, ckan_site
from tests.support.fakes import MemoryTarget

__all__ = ["emptied", "one_database"]

Catalogue = MemoryTarget | LocalCatalogue | CkanSite


@pytest.fixture(params=["fake", "catalogue", pytest.param("ckan", marks=pytest.mark.ckan)])
def target(request: pytest.FixtureRequest) -> Iterator[Catalogue]:
    if request.param == "fake":
        yield MemoryTarget()
    elif request.param == "catalogue":
        parts: Parts = request.getfixturevalue("emptied")
        yield parts.catalogue
    else:
        with ckan_site() as site:
            yield site
