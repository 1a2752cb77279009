"""Addresses as people paste them: stored in one form, or refused with a hint."""

import re

import pytest

from domain.addresses import checked_address, normalise_url
from harvesters.ckan import CKANHarvester
from harvesters.ckan.address import public_address, site_address


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        ("https://data.example.org", "https://data.example.org"),
        (" \thttps://data.example.org/\n", "https://data.example.org/"),
        ("<https://data.example.org/>", "https://data.example.org/"),
        ('"https://data.example.org/"', "https://data.example.org/"),
        ("HTTPS://Data.Example.org/A?b=C", "HTTPS://Data.Example.org/A?b=C"),
        ("https://data.example.org/feed#top", "https://data.example.org/feed"),
        ("https://data.example.org/feed?map=1&layer=2#top", "https://data.example.org/feed?map=1&layer=2"),
        ("http://gate:open@127.0.0.1:8080/", "http://gate:open@127.0.0.1:8080/"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("http://under_score.example/", "http://under_score.example/"),
        ("https://dätä.example/", "https://dätä.example/"),
        ("http://ckan", "http://ckan"),
    ],
)
def test_an_address_is_stored_without_what_surrounds_it(pasted: str, stored: str) -> None:
    assert checked_address(pasted) == stored


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("data.example.org", "Did you mean https://data.example.org?"),
        ("data.example.org:8080/dataset", "Did you mean https://data.example.org:8080/dataset?"),
        ("localhost:5000", "Did you mean https://localhost:5000?"),
        ("127.0.0.1:5000/dataset", "Did you mean http://127.0.0.1:5000/dataset?"),
        ("ckan:5000", "Did you mean https://ckan:5000?"),
        ("//data.example.org/dataset", "Did you mean https://data.example.org/dataset?"),
        ("https:/data.example.org", "Did you mean https://data.example.org?"),
        ("http//data.example.org", "Did you mean http://data.example.org?"),
        ("https:data.example.org", "Did you mean https://data.example.org?"),
        ("https:///data.example.org", "Did you mean https://data.example.org?"),
        ("ftp://data.example.org", "Must start with http:// or https://"),
        ("file:///srv/data.json", "A file can't be harvested: put it on a web server"),
        ("FILE:/srv/data.json", "A file can't be harvested: put it on a web server"),
        ("javascript:alert(1)", "Must start with http:// or https://"),
        ("https://data.example.org/my portal", "Holds a blank: https://data.example.org/my portal"),
        ("https://a.example https://b.example", "Enter one address"),
        ("https://a.example/\x00", "Holds a blank"),
        ("http://", "Names no host"),
        ("http://:80/", "Names no host"),
        ("http://[::1/", "Is not a URL"),
        ("http://data.example:port/", "Is not a URL"),
        ("http://data.example:99999/", "Is not a URL"),
        ("http://data.example:0/", "a host that can't be"),
        ("http://*/", "a host that can't be"),
        ("http://data..example/", "a host that can't be"),
        ("http://" + "ä" * 80 + "/", "Is not a URL"),
        ("http:/anna:secret@data.example", "Did you mean http://"),
    ],
)
def test_what_is_no_address_is_refused_with_a_hint(pasted: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        checked_address(pasted)

    assert said in str(caught.value)
    assert "secret@" not in str(caught.value)


@pytest.mark.parametrize(
    ("pasted", "site"),
    [
        ("https://data.example.org", "https://data.example.org"),
        ("https://data.example.org///", "https://data.example.org"),
        ("https://data.example.org/dataset", "https://data.example.org"),
        ("https://data.example.org/dataset/", "https://data.example.org"),
        ("https://data.example.org/dataset/?page=2&sort=name", "https://data.example.org"),
        ("https://data.example.org/de/dataset", "https://data.example.org/de"),
        ("https://data.example.org/ckan/organization", "https://data.example.org/ckan"),
        ("https://data.example.org/group/", "https://data.example.org"),
        ("https://data.example.org/harvest", "https://data.example.org"),
        ("https://data.example.org/api", "https://data.example.org"),
        ("https://data.example.org/api/3", "https://data.example.org"),
        ("https://data.example.org/api/3/action/", "https://data.example.org"),
        ("https://data.example.org/api/3/action/package_search?rows=10&start=5", "https://data.example.org"),
        ("https://data.example.org/api/action/package_list", "https://data.example.org"),
        ("https://data.example.org/api/2/rest/dataset/some-name", "https://data.example.org"),
        ("https://data.example.org/?utm_source=mail", "https://data.example.org"),
        ("http://gate:open@data.example.org/dataset", "http://gate:open@data.example.org"),
        ("https://data.example.org/about", "https://data.example.org"),
        ("https://data.example.org/de/about/", "https://data.example.org/de"),
        ("https://data.example.org/user/login", "https://data.example.org"),
        ("https://data.example.org/ckan/dashboard/datasets", "https://data.example.org/ckan"),
        ("https://data.example.org/index.html", "https://data.example.org"),
        ("https://data.example.org/feeds/dataset.atom", "https://data.example.org"),
        ("https://data.example.org/data", "https://data.example.org/data"),
        ("https://data.example.org/about/data", "https://data.example.org/about/data"),
        ("https://data.example.org/users", "https://data.example.org/users"),
        ("https://data.example.org/apis", "https://data.example.org/apis"),
        ("https://data.example.org/datasets", "https://data.example.org/datasets"),
        ("https://data.example.org/api/hub", "https://data.example.org/api/hub"),
    ],
)
def test_the_address_of_a_ckan_is_cut_to_its_site(pasted: str, site: str) -> None:
    assert CKANHarvester().validate_url(pasted) == site
    assert site_address(pasted) == site
    assert "open" not in public_address(pasted)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("https://data.example.org/dataset/street-trees", "Is the page of one dataset"),
        ("https://data.example.org/dataset/street-trees/resource/1", "enter https://data.example.org"),
        (
            "https://data.example.org/organization/parks",
            'Enter https://data.example.org with the option {"organizations_filter_include": ["parks"]}',
        ),
        ("https://data.example.org/organization/about/parks", '{"organizations_filter_include": ["parks"]}'),
        ("https://data.example.org/dataset/activity/trees", "Is the page of one dataset"),
        (
            "https://data.example.org/data/catalog.jsonld",
            "Is a document, catalog.jsonld, and no CKAN: https://data.example.org/data/catalog.jsonld. "
            "Enter the address of the site, such as https://data.example.org",
        ),
        ("https://data.example.org/catalog.xml?page=2", "Is a document, catalog.xml, and no CKAN"),
        ("https://anna:secret@data.example.org/data.json", "such as https://anna:***@data.example.org"),
        ("https://data.example.org/group/climate/", '{"groups_filter_include": ["climate"]}'),
        ("https://data.example.org/dataset?organization=parks&page=3", '{"organizations_filter_include": ["parks"]}'),
        ("https://data.example.org/dataset?groups=a&groups=b", '{"groups_filter_include": ["a", "b"]}'),
        ("https://data.example.org/dataset?q=trees", "Has a query (q) that a harvest of a CKAN does not use"),
        ("https://data.example.org/api/3/action/package_search?fq=organization:parks", "Has a query (fq)"),
        ("https://anna:secret@data.example.org/?q=trees", "Enter https://anna:***@data.example.org"),
    ],
)
def test_less_than_a_site_is_refused_with_what_to_enter(pasted: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        CKANHarvester().validate_url(pasted)

    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def test_two_addresses_that_differ_in_the_query_differ() -> None:
    assert normalise_url("https://a.example/wfs?map=1") != normalise_url("https://a.example/wfs?map=2")


@pytest.mark.parametrize(
    "pasted",
    [
        "https://data.example.org\u200b",
        "\ufeffhttps://data.example.org",
        "https://data.\u00adexample.org",
        "https://data.example.org%20",
        "https://data.example\u200d.org\u200c",
    ],
)
def test_what_nobody_sees_of_a_pasted_address_is_cut(pasted: str) -> None:
    assert checked_address(pasted) == "https://data.example.org"


@pytest.mark.parametrize(
    "address", ["https://example.ir/\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "https://example.org/?q=a%20"]
)
def test_what_belongs_to_an_address_stays(address: str) -> None:
    assert checked_address(address) == address


@pytest.mark.parametrize("address", ["http://:80/", "http://?x", "http://#x"])
def test_no_address_is_proposed_that_names_no_host_either(address: str) -> None:
    with pytest.raises(ValueError, match="Names no host") as caught:
        checked_address(address)

    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("http:\\\\data.example.org", "http://data.example.org"),
        ("https:\\data.example.org", "https://data.example.org"),
        ("https://data.example.org,", "https://data.example.org"),
        ("https://data.example.org;", "https://data.example.org"),
        ("view-source:https://data.example.org/dataset", "https://data.example.org/dataset"),
        ("[Open data](https://data.example.org)", "https://data.example.org"),
        ("Portal: https://data.example.org/de", "https://data.example.org/de"),
        ("URL=https://me:pass@data.example.org", "https://me:***@data.example.org"),
    ],
)
def test_the_address_in_what_was_pasted_is_proposed(pasted: str, meant: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"Did you mean {meant}?")) as caught:
        checked_address(pasted)

    assert "pass" not in str(caught.value)
