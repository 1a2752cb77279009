"""Each page as JSON, by the same rights."""

from collections.abc import Iterator

import pytest

from adapters.embedded import EmbeddedPostgres
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import Visitor

JSON = {"Accept": "application/json"}
PAGES = ["/harvest", "/harvest/one", "/harvest/about/one", "/harvest/one/job", "/harvest/one/job/last", "/harvest/-/jobs"]
PAGES += ["/harvest/-/system", "/harvest/-/persons", "/harvest/-/me/sessions", "/dataset", "/harvest/edit/one"]


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("twins")) as site:
        yield site


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_which_calls_it_is_made_of_and_what_they_answered(site: PagesSite, path: str) -> None:
    admin = site.visitor("admin")

    by_query, by_header = admin.get(path, format="json"), site.visitor("admin", **JSON).get(path)
    link = admin.get(path).text

    assert by_query.headers["Content-Type"].startswith("application/json")
    assert by_query.json()["success"] is True
    assert [call["action"] for call in by_header.json()["calls"]] == [call["action"] for call in by_query.json()["calls"]]
    assert all(call["action"] and "result" in call for call in by_query.json()["calls"])
    assert f"{path}?format=json" in link


def test_a_twin_shows_nobody_more_than_the_page(site: PagesSite) -> None:
    anonymous = Visitor(site.url, **JSON)

    sources, hidden, jobs = (anonymous.get(path) for path in ("/harvest", "/harvest/secret", "/harvest/-/jobs"))

    assert "Geheim" not in sources.text
    assert "One source" in sources.text
    assert (hidden.status_code, jobs.status_code) == (403, 403)
    assert hidden.json()["error"]["__type"] == "Authorization Error"


def test_a_search_has_its_twin_with_the_same_hits(site: PagesSite) -> None:
    visitor = Visitor(site.url, **JSON)

    calls = visitor.get("/harvest", q="one source").json()["calls"]

    assert "One source" in str(calls)
    assert "hostile" not in str(
        calls[0]["result"]["sources"] if "sources" in calls[0]["result"] else calls[0]["result"]["results"]
    )
