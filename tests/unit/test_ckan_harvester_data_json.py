"""Catalogues in data.json, and what becomes of fields in the forms of old and other software."""

from typing import Any

import pytest

from harvesters.ckan import CKANHarvester
from harvesters.ckan.drupal import Drupal
from harvesters.ckan.forms import of_data_json
from harvesters.testing import Harness
from tests.support.memory_ckan import MemoryCkan, remote_package
from tests.support.old_remotes import SITE, Site


def harness(**config: Any) -> Harness:
    return Harness(CKANHarvester, SITE, config)


def extras(package: dict[str, Any]) -> dict[str, Any]:
    return {extra["key"]: extra["value"] for extra in package["extras"]}


def test_a_data_json_is_read_where_there_is_no_api_at_all() -> None:
    dataset = {
        "@type": "dcat:Dataset",
        "identifier": "parks-1",
        "title": "Trees",
        "description": "All of them",
        "keyword": ["trees", "parks"],
        "modified": "2024-05-01",
        "publisher": {"@type": "org:Organization", "name": "City"},
        "contactPoint": {"fn": "Jane", "hasEmail": "mailto:jane@example.org"},
        "accessLevel": "public",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "distribution": [{"downloadURL": "https://a.example/t.csv", "mediaType": "text/csv", "title": "Table"}],
    }
    site = Site(lambda path, query: {"dataset": [dataset]} if path == "/data.json" else None)

    result = harness().harvest(site)

    package = result.dataset("parks-1")
    assert (package["title"], package["notes"], package["maintainer"]) == ("Trees", "All of them", "Jane")
    assert package["maintainer_email"] == "jane@example.org"
    assert [tag["name"] for tag in package["tags"]] == ["trees", "parks"]
    assert package["resources"][0]["url"] == "https://a.example/t.csv"
    assert extras(package)["accessLevel"] == "public"


def test_a_site_that_offers_nothing_is_told_with_the_first_error() -> None:
    result = harness().harvest(Site(lambda path, query: None))

    assert not result.complete
    assert len(result.gather_errors) == 1
    assert "package_search" in result.gather_errors[0]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Wed, 10/31/2012 - 12:00", "2012-10-31T12:00:00"),
        ("Wed, 07/03/2018 - 08:30", "2018-03-07T08:30:00"),
        ("Sun, 02/30/2018 - 08:30", "Sun, 02/30/2018 - 08:30"),
        ("2018-03-07", "2018-03-07"),
    ],
)
def test_the_weekday_tells_which_number_of_a_date_is_the_month(written: str, stored: str) -> None:
    assert Drupal().dataset({"metadata_created": written})["metadata_created"] == stored


def test_a_dataset_that_is_not_published_is_private() -> None:
    assert [Drupal().dataset({"private": word})["private"] for word in ("Published", "Unpublished", "")] == [False, True, False]


@pytest.mark.parametrize("size", ["1.2.3 MB", "...  KB", "9" * 400 + " TB"])
def test_a_size_that_is_no_number_stays_as_it_is(size: str) -> None:
    assert Drupal().dataset({"resources": [{"size": size}]})["resources"] == [{"size": size}]


def test_fields_of_data_json_without_a_place_become_extras() -> None:
    package = of_data_json({"identifier": "i", "theme": ["a"], "temporal": "2000/2001", "spatial": ""})

    assert extras(package) == {"theme": '["a"]', "temporal": "2000/2001"}


def test_data_json_is_not_read_for_a_source_that_has_datasets_of_the_api() -> None:
    remote = MemoryCkan(remote_package(1))
    source = harness()
    source.harvest(remote.site)
    catalogue = {"dataset": [{"identifier": "other-id", "title": "The same"}]}

    result = source.harvest(Site(lambda path, query: catalogue if path == "/data.json" else None))

    assert (result.complete, result.statuses) == (False, {})
    assert source.catalogue.show(remote_package(1)["id"]) is not None


EITHER_WAY = "Mon, 03/12/2012 - 10:00"  # both the 12th of March and the 3rd of December were Mondays


def test_a_date_of_drupals_that_has_two_readings_is_read_as_the_sites_others() -> None:
    month_first, day_first = Drupal(), Drupal()
    month_first.learn({"metadata_created": "Wed, 10/31/2012 - 12:00"})
    day_first.learn({"resources": [{"created": "Date changed  Wed, 31/10/2012 - 12:00"}]})

    dates = [site.dataset({"metadata_modified": EITHER_WAY})["metadata_modified"] for site in (month_first, day_first)]

    assert dates == ["2012-03-12T10:00:00", "2012-12-03T10:00:00"]


def test_a_weekday_tells_the_order_of_a_sites_dates_too() -> None:
    dataset = Drupal().dataset({"metadata_modified": EITHER_WAY, "metadata_created": "Thu, 01/03/2012"})

    assert (dataset["metadata_modified"], dataset["metadata_created"]) == ("2012-12-03T10:00:00", "2012-03-01T00:00:00")


@pytest.mark.parametrize("others", [[], ["Wed, 10/31/2012", "Wed, 31/10/2012"], ["Fri, 06/06/2014"]])
def test_a_date_of_drupals_is_never_guessed(others: list[str]) -> None:
    site = Drupal()
    for date in others:
        site.learn({"metadata_created": date})

    assert site.dataset({"metadata_modified": EITHER_WAY})["metadata_modified"] == EITHER_WAY


def test_a_date_on_the_same_day_and_month_has_one_meaning() -> None:
    assert Drupal().dataset({"metadata_modified": "Fri, 06/06/2014"})["metadata_modified"] == "2014-06-06T00:00:00"
