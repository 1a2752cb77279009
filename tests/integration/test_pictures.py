"""Pictures over HTTP: the hours of a night, jobs and datasets by day, causes over the last jobs; each with its numbers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.embedded import EmbeddedPostgres
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import Visitor, text

POISON = {"records": 3, "poison": ["record-1"], "false": ["record-2"]}


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("pictures")) as site:
        site.source("failing", source_type="raising", title="Failing", config=POISON)
        site.source("mended", source_type="raising", title="Mended", config=POISON)
        site.cli.call("harvest_source_patch", id="mended", config={"records": 3, "false": ["record-2"]})
        site.cli.call("harvest_source_test", id="mended")
        yield site


def test_the_worst_sources_of_the_night_come_first_with_their_hours(site: PagesSite) -> None:
    page = site.visitor("admin").get("/harvest/-/overview")
    night = site.cli.call("harvest_night_show")

    names = [row["name"] for row in night["sources"]]
    assert set(names[:2]) == {"failing", "mended"}
    assert night["count"] == len(names) == 5
    assert {row["name"]: row["jobs"] for row in night["sources"]}["mended"] == 2
    assert page.text.index("/harvest/failing") < page.text.index("/harvest/one")
    assert 'class="with_errors busy' in page.text
    failing = night["sources"][names.index("failing")]
    assert f"/harvest/failing/job/{failing['hours'][-1]['job_id']}" in page.text
    assert "1 job, 1 with errors" in text(page)


def test_a_night_is_told_a_page_at_a_time_and_those_of_earlier_days_too(site: PagesSite) -> None:
    first = site.cli.call("harvest_night_show", limit=2)
    rest = [site.cli.call("harvest_night_show", limit=2, offset=offset) for offset in (2, 4, 6)]
    earlier = site.visitor("admin").get("/harvest/-/overview", until="2020-01-02T00:00")

    pages = [[row["name"] for row in answer["sources"]] for answer in (first, *rest)]
    assert [len(names) for names in pages] == [2, 2, 1, 0]
    assert len({name for names in pages for name in names}) == 5
    assert "No jobs in these hours." in text(earlier)
    assert "2020-01-01 00:00 UTC" in text(earlier)


def test_private_sources_and_what_went_wrong_are_only_for_those_who_may_see_them(site: PagesSite) -> None:
    everybody, editor, sysadmin = (text(site.visitor(person).get("/harvest/-/overview")) for person in ("", "editor", "admin"))

    assert "Geheim" not in everybody
    assert "Geheim" in editor
    assert "Problems of the last 24 hours" not in everybody + editor
    assert "Problems of the last 24 hours" in sysadmin
    assert "first error" in sysadmin
    anonymous = site.visitor().get("/harvest/-/overview").text
    assert "/harvest/failing/job" not in anonymous
    assert site.visitor().get("/harvest/statistics/failing").text.count("first error") == 0


@pytest.mark.parametrize("until", ["xx", "2020-13-01", "0001-01-01T00:00", "9999-12-31T23:59+00:00"])
def test_a_strange_time_is_now_on_the_page_and_an_error_of_the_action(site: PagesSite, until: str) -> None:
    page = site.visitor().get("/harvest/-/overview", until=until)
    refused = Visitor(site.url).session.get(f"{site.url}/api/3/action/harvest_night_show", params={"until": until}, timeout=30)

    assert page.status_code == 200
    assert "had jobs" in text(page)
    assert refused.status_code == 409
    assert "is no time" in refused.json()["error"]["until"][0]


def test_the_largest_causes_say_whether_they_are_gone(site: PagesSite) -> None:
    mended = site.cli.call("harvest_cause_series", source_id="mended")
    page = text(site.visitor("editor").get("/harvest/statistics/mended"))

    states = {cause["state"]: cause for cause in mended["causes"]}
    assert [len(cause["by_job"]) for cause in mended["causes"]] == [2] * len(mended["causes"])
    assert states["gone"]["by_job"][1] == 0
    assert states["recurring"]["by_job"] != [0, 0]
    assert sum(sum(cause["by_job"]) for cause in mended["causes"]) == sum(cause["error_count"] for cause in mended["causes"])
    assert "gone" in page
    assert "recurring" in page
    assert f"Grouped by rule {mended['rule']}." in page


def test_datasets_by_day_are_those_that_there_were(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    with pages_site(postgres, tmp_path) as site:
        source = site.source("counted", records=5)
        [grown] = site.cli.call("harvest_statistics_series", source_id="counted", days=2)
        site.cli.call("harvest_source_patch", id="counted", config={"records": 2})
        site.cli.call("harvest_source_test", id="counted")
        page = site.visitor().get("/harvest/statistics/counted")

        days = site.cli.call("harvest_statistics_series", source_id="counted", days=2)  # of two, if midnight has passed
        assert source["datasets"] == 0
        assert grown["datasets"] == site_count(grown)
        assert days[-1]["datasets"] == site.cli.call("harvest_source_show", id="counted")["datasets"]
        assert sum(day["jobs"] for day in days) == 2
        assert sum(day["jobs_finished"] + day["jobs_with_errors"] for day in days) == 2
        assert 'class="area"' in page.text
        assert "Jobs per day, by how they ended" in text(page)


def site_count(day: dict[str, int]) -> int:
    """What one day's jobs have left."""
    return day["added"] - day["deleted"]


@pytest.mark.parametrize("path", ["/harvest/-/overview", "/harvest/statistics/failing"])
def test_a_page_of_pictures_is_there_in_german_with_its_numbers_as_tables(site: PagesSite, path: str) -> None:
    page = site.visitor("admin").get(path, lang="de")

    assert page.status_code == 200
    assert page.text.count("Als Tabelle") >= page.text.count('class="chart"')
    assert "ursache" in text(page).lower()
