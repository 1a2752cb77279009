"""What is tried with every page is tried with all of them."""

import pytest

from adapters.web.pages import routes
from adapters.web.pages.page import shows
from bench.large_dataset import Entered
from bench.pages import InTheLog, addresses
from tests.support.every_page import PAGES
from tests.support.full_read_model import Size

LISTS = {
    "browser tests": list(PAGES.values()),
    "bench": list(addresses(Size(), InTheLog("bulk", Entered("dataset", "name", ("1", "2"), "job", "cause"))).values()),
}
SHOWN = [route for route in routes if "GET" in (route.methods or ()) and shows(route.endpoint) and not route.path.endswith("/")]


@pytest.mark.parametrize("name", LISTS)
def test_every_page_that_has_an_address_is_among_them(name: str) -> None:
    paths = [path.partition("?")[0] for path in LISTS[name]]

    first = [next((route.path for route in routes if route.path_regex.match(path)), None) for path in paths]

    assert {route.path for route in SHOWN} - set(first) == set()
