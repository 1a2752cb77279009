"""Names and tags in the form that CKAN accepts."""

from typing import Any

import pytest

from harvesters.ckan import CKANHarvester
from harvesters.dataset.tags import why_no_tag
from harvesters.names import clean_tags, dataset_name, munge_name, munge_tag
from harvesters.testing import Harness
from tests.support.memory_ckan import URL, MemoryCkan, remote_package


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ({"name": "valid_name-1"}, "valid_name-1"),
        ({"name": "a" * 100}, "a" * 100),
        ({"name": "a" * 101}, "a" * 95),
        ({"name": "Straßenbäume Groß Lüßen"}, "strassenbaume-gross-lussen"),
        ({"name": None, "title": "Trees and branches - survey."}, "trees-and-branches-survey"),
        ({"title": "街路樹"}, "the-guid"),
        ({"title": {"de": "Bäume"}}, "the-guid"),
        ({"name": "x"}, "x_"),
        ({"name": "!!", "title": ""}, "the-guid"),
    ],
)
def test_a_name_is_kept_where_ckan_allows_it(package: dict[str, Any], name: str) -> None:
    assert dataset_name(package, "the:guid") == name


def test_a_long_title_keeps_its_year() -> None:
    name = munge_name("Numbers of everything that can be counted " * 5 + "2019")

    assert len(name) <= 95
    assert name.endswith("-2019")


@pytest.mark.parametrize("year", ["2011-12", "2011-2012", "98", "1871"])
def test_what_looks_like_a_year_stays_at_the_end_of_a_long_title(year: str) -> None:
    """Reference E.5: the rule of CKAN's munge_title_to_name."""
    name = munge_name(f"{'Numbers of everything that can be counted ' * 5}{year}")

    assert (len(name) <= 95, name.endswith(f"-{year}")) == (True, True)


@pytest.mark.parametrize(("title", "name"), [("Þórsmörk Đakovo", "thorsmork-dakovo"), ("Æðey ÐÞ", "aedey-dth")])
def test_letters_of_other_languages_in_latin_script_become_ascii(title: str, name: str) -> None:
    assert munge_name(title) == name


@pytest.mark.parametrize(
    ("tag", "munged"),
    [
        ("unchanged", "unchanged"),
        ("s p a c e s", "s-p-a-c-e-s"),
        ("random:other%character&_.here", "randomothercharacterhere"),
        ("river--lake", "river--lake"),
        ("two  spaces", "two--spaces"),
        ("a", "a_"),
        ("街", ""),
        ("x" * 130, "x" * 100),
    ],
)
def test_tags_are_munged(tag: str, munged: str) -> None:
    assert munge_tag(tag) == munged
    assert not munged or munge_tag(munged.rstrip("_")) == munged


def test_cleaned_tags_keep_order_and_fields() -> None:
    tags = [{"name": "Zoo", "id": "1"}, {"name": "街"}, {"name": "zoo"}, {"name": "Bus Stop"}]

    assert clean_tags(tags) == [{"name": "zoo", "id": "1"}, {"name": "bus-stop"}]


def test_that_cleaning_leaves_nothing_of_tags_in_other_scripts_is_told_once_a_job() -> None:
    names = ["防災", "Überblick", "تعليم", " "]
    packages = [remote_package(number, tags=[{"name": name} for name in names]) for number in (1, 2)]

    result = Harness(CKANHarvester, URL, {"clean_tags": True}).harvest(MemoryCkan(*packages).site)

    told = [warning for record in result.records.values() for warning in record.warnings]
    assert told == ["tags: option clean_tags leaves nothing of those without letters a-z or digits; they are left out"]
    assert [tag["name"] for tag in result.dataset(packages[1]["id"])["tags"]] == ["uberblick"]


@pytest.mark.parametrize(("name", "hint"), [("Trees, old", " (option clean_tags replaces them)"), ("避難所・避難場所", "")])
def test_a_refused_tag_is_told_what_would_help_it_only_where_it_would(name: str, hint: str) -> None:
    assert why_no_tag(name, 0) == f"'{name}' has other characters than letters, digits, blanks, - _ .{hint}"
