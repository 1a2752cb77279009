"""Searches in the local catalogue: what is counted is what is there, for whoever asks."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.targets.catalogue_search import FACETS, CatalogueSearch, add_up
from domain.access import ANONYMOUS, EVERY_SOURCE, Caller, Sight, sight
from domain.search import Filter
from harvesters.target import Owner, SiteRules
from tests.conftest import new_database

MEMBER = sight(Caller("anna", roles={"zkm": "member"}))


@pytest.fixture(scope="module")
def parts(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    with new_database(postgres, tmp_path_factory.mktemp("catalogue")) as settings:
        parts = Parts(settings)
        yield parts
        parts.close()


@pytest.fixture(autouse=True)
def empty(parts: Parts) -> None:
    parts.database.query("TRUNCATE catalogue.package")


def owner(source: str = "one", **more: Any) -> Owner:
    return replace(Owner(source, source.title(), "guid", str(uuid4()), ""), **more)


def package(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": str(UUID(int=number)), "name": f"dataset-{number}", "title": f"Dataset {number}", **fields}


def search(parts: Parts, who: Sight = EVERY_SOURCE, **query: Any) -> dict[str, Any]:
    return CatalogueSearch(parts.database, SiteRules()).search(sight=who, facets=FACETS, facet_limit=1000, **query)


def counted(packages: Mapping[int, Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """The facets of these packages, counted here."""
    facets: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for one in packages.values():
        facets["tags"].update({tag["name"] for tag in one["tags"]})
        facets["groups"].update({group["name"] for group in one["groups"]})
        facets["res_format"].update({resource["format"] for resource in one["resources"]})
        facets["license_id"].update([one["license_id"]])
        facets["harvest_source_id"].update([one["source"]])
    return facets


def test_counts_are_right_whatever_came_changed_and_went(parts: Parts) -> None:
    chance, there = random.Random(7), dict[int, dict[str, Any]]()
    for step in range(150):
        number, source = chance.randrange(30), chance.choice(["one", "two"])
        fields = {
            "tags": [{"name": f"tag-{chance.randrange(5)}"} for _ in range(chance.randrange(4))],
            "groups": [{"name": chance.choice("ab")}],
            "resources": [{"url": "http://127.0.0.1/", "format": chance.choice(["CSV", "PDF"])}],
            "license_id": chance.choice(["cc0", "cc-by"]),
        }
        what = chance.choice(["save", "save", "save", "delete", "hide", "purge"])
        if what == "save":
            source = there[number]["source"] if number in there else source
            parts.catalogue.save(package(number, **fields), owner(source, adopt=True))
            there[number] = {**fields, "source": source}
        elif number in there:
            on_removed = "purge" if what == "purge" else "delete"
            whose = owner(there.pop(number)["source"], hide=what == "hide", on_removed=on_removed)
            assert parts.catalogue.delete(package(number)["id"], whose)
        if step % 40 == 17:
            add_up(parts.database)

    found = search(parts, rows=1000)
    assert found["count"] == len(there) == len(found["results"])
    assert {name: Counter(values) for name, values in found["facets"].items()} == {**counted(there)}

    while add_up(parts.database):
        pass
    assert search(parts, rows=1000) == found

    of_one = {number: fields for number, fields in there.items() if fields["license_id"] == "cc0"}
    matches = search(parts, filters=[Filter("license_id", ("cc0",))])
    assert matches["count"] == len(of_one)
    assert {name: Counter(values) for name, values in matches["facets"].items()} == counted(of_one)


def test_what_somebody_does_not_see_is_not_counted_for_them(parts: Parts) -> None:
    session = Session(parts)
    fields = {"url": "http://127.0.0.1/hidden", "source_type": "noop"}
    session.call("harvest_organization_create", name="zkm")
    hidden = session.call("harvest_source_create", name="hidden", owner_org="zkm", private=True, **fields)["id"]
    for number, source, private in [(1, "open", False), (2, hidden, False), (3, hidden, True), (4, "open", True)]:
        organization = "zkm" if number != 4 else "another"
        parts.catalogue.save(package(number, private=private, owner_org=organization, license_id="cc0"), owner(source))

    def names(who: Sight, **query: Any) -> tuple[list[str], int, dict[str, int]]:
        found = search(parts, who, **query)
        return [row["name"] for row in found["results"]], found["count"], found["facets"]["license_id"]

    for before_or_after_adding_up in range(2):
        for query in ({}, {"q": "dataset"}):
            assert names(sight(ANONYMOUS), **query) == (["dataset-1"], 1, {"cc0": 1}), before_or_after_adding_up
            assert names(MEMBER, **query) == (["dataset-1", "dataset-2", "dataset-3"], 3, {"cc0": 3})
            assert names(EVERY_SOURCE, **query)[1:] == (4, {"cc0": 4})
        add_up(parts.database)


def test_odd_values_are_counted_and_found(parts: Parts) -> None:
    tags = ["a:b", 'it\'s "quoted"', "Straße, Ü", "{x,y}", "x" * 700]
    odd = [{"tags": [{"name": tag} for tag in tags]}, {"tags": "none", "groups": [None, {}], "resources": {}}, {"tags": None}]
    for number, fields in enumerate(odd, start=1):
        parts.database.query(
            "INSERT INTO catalogue.package (id, name, package) VALUES (%(name)s, %(name)s, %(package)s)",
            name=f"dataset-{number}",
            package=json.dumps(fields),
        )

    shown = [*tags[:-1], "x" * 595]
    assert search(parts)["facets"]["tags"] == dict.fromkeys(sorted(shown, key=str.encode), 1)
    for tag in tags:
        assert [row["name"] for row in search(parts, filters=[Filter("tags", (tag,))])["results"]] == ["dataset-1"], tag
    assert search(parts, filters=[Filter("tags", ("a:b",), none=True)])["count"] == 2
    assert search(parts, filters=[Filter("license_id", ("",))])["count"] == 3


def test_a_page_is_in_the_order_that_is_asked_for(parts: Parts) -> None:
    for number in range(6):
        parts.catalogue.save(package(number, title=f"Title {number % 3}", notes="some words"), owner())

    def names(**query: Any) -> list[str]:
        return [row["name"] for row in search(parts, **query)["results"]]

    expected = ["dataset-2", "dataset-5", "dataset-1", "dataset-4", "dataset-0", "dataset-3"]
    for query in ({}, {"q": "words"}):
        assert names(sort=[("title", True)], **query) == expected
        assert names(sort=[("title", True), ("title", False), ("name", True)], rows=3, start=1, **query) == [
            "dataset-2",
            "dataset-4",
            "dataset-1",
        ]
        assert names(rows=2, start=5, **query) == ["dataset-5"]
        assert names(start=6, **query) == names(rows=0, **query) == []
