"""A dataset with many files, and a job with many causes of errors: pages show some at a time, and lead to the others."""

import re
from collections.abc import Iterator

import pytest

from adapters.embedded import EmbeddedPostgres
from tests.acceptance.changing_remote import ChangingRemote
from tests.support.history_site import ONE, package
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import Response, text

FILES = 250
CAUSES = 120
CAUSE = """
    INSERT INTO harvest.error_cause (job_id, of_gather, cause, gaps, texts, gap_values, errors, records, first_error,
        last_error, examples)
    SELECT %(job)s, false, '3-' || left(md5(n::text), 16), 0, format('["Cause-%%s."]', n)::jsonb, '[]', n, n, now(), now(), '[]'
    FROM generate_series(1, %(number)s) AS n
"""


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("large")) as site, ChangingRemote() as remote:
        site.cli.call("harvest_source_create", name="city", url=remote.url, source_type="ckan")
        for version in (1, 2):
            remote.fill([package(version=version, resources=files(version))])
            site.cli.call("harvest_source_test", id="city", full=True)
        yield site


def files(version: int) -> list[dict[str, str]]:
    """Each at another address in each version."""
    return [
        {"id": f"r{number}", "name": f"File-{number}.", "url": f"https://example.org/{version}/{number}"}
        for number in range(1, FILES + 1)
    ]


def walked(site: PagesSite, path: str) -> list[Response]:
    """A page and those that follow it."""
    visitor, pages = site.visitor("admin"), list[Response]()
    while path:
        pages.append(visitor.get(path))
        following = re.search(r'rel="next" href="([^"]+)"', pages[-1].text.partition("<main")[2])
        path = following[1].replace("&amp;", "&") if following else ""
    return pages


@pytest.mark.parametrize(
    ("path", "pages"),
    [("/dataset/history-1", 3), (f"/harvest/-/dataset/{ONE}/changes", 3)],
)
def test_each_file_is_on_one_of_the_pages_that_follow_one_another(site: PagesSite, path: str, pages: int) -> None:
    shown = [text(page) for page in walked(site, path)]
    numbers = [number for page in shown for number in dict.fromkeys(re.findall(r"File-(\d+)\.", page))]

    assert len(shown) == pages
    assert sorted(map(int, numbers)) == list(range(1, FILES + 1))


def test_a_version_shows_some_differences_and_fields_and_where_the_others_are(site: PagesSite) -> None:
    first, *others = walked(site, f"/harvest/-/dataset/{ONE}/version?number=2&start=0")

    assert f"/harvest/-/dataset/{ONE}/changes?new=" in first.text
    assert "All differences" in text(first)
    assert "There are further fields" in text([first, *others][-1])


def test_each_cause_of_a_jobs_errors_is_on_one_of_the_pages_that_follow_one_another(site: PagesSite) -> None:
    site.source("failing", source_type="raising", config={"records": 3, "poison": ["record-1"]})
    job = site.cli.call("harvest_job_list", source_id="failing")["jobs"][0]["id"]
    with site.cli.parts.database.connect() as connection:
        connection.execute(CAUSE.encode(), {"job": job, "number": CAUSES})

    shown = [text(page) for page in walked(site, f"/harvest/failing/job/{job}")]
    numbers = [number for page in shown for number in dict.fromkeys(re.findall(r"Cause-(\d+)\.", page))]

    assert len(shown) == 3
    assert sorted(map(int, numbers)) == list(range(1, CAUSES + 1))
