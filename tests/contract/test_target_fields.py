"""One value has one fate: the local catalogue keeps of an odd dataset what a CKAN keeps, and both tell what they left out.

The right-hand values are CKAN's own answers to package_create where it takes the value, and what the rules of
`harvesters.dataset` make of it where CKAN would refuse it or fail.
"""

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import TargetError
from harvesters.target import FieldPolicy
from tests.contract.conftest import Catalogue
from tests.contract.test_target import owner, package, shown

RESOURCE = str(uuid4())
LONG = "x" * 1_000_000
DEEP: list[Any] = []
for _ in range(150):
    DEEP = [DEEP]


def resources(**fields: Any) -> dict[str, Any]:
    """A dataset of one resource with these fields."""
    return {"resources": [{"url": "http://a/b", **fields}]}


def in_view(stored_package: dict[str, Any], path: str) -> Any:
    """A value of what a target shows: a field, `resources.size` of the first resource, or all names, keys and values."""
    if path == "tags":
        return sorted(tag["name"] for tag in stored_package.get("tags") or ())
    if path == "extras":
        own = ("harvest_object_id", "harvest_source_id", "harvest_source_title", "harvest_content_hash")
        return {extra["key"]: extra["value"] for extra in stored_package.get("extras") or () if extra["key"] not in own}
    field, _, inner = path.partition(".")
    if not inner:
        return stored_package.get(field) or None
    entries = stored_package.get(field) or [{}]
    return entries[0].get(inner) or None


CARRIED: list[tuple[dict[str, Any], str, Any]] = [
    ({"title": 2019}, "title", "2019"),
    ({"version": 2}, "version", "2"),
    ({"notes": True}, "notes", "true"),
    ({"author": ["a", 1]}, "author", '["a",1]'),
    ({"title": "Broken \ud83d emoji"}, "title", "Broken \ufffd emoji"),
    ({"notes": "a\0b"}, "notes", "ab"),
    ({"notes": LONG}, "notes", LONG),
    ({"author_email": " mailto:x@example.org "}, "author_email", "x@example.org"),
    ({"maintainer_email": ""}, "maintainer_email", None),
    ({"tags": ["tree", {"name": "tree"}]}, "tags", ["tree"]),
    ({"tags": [{"name": 2019}, {"name": "x\ud83d"}, {"name": "Übung 日本"}]}, "tags", ["2019", "Übung 日本"]),
    ({"extras": {"a": "b"}}, "extras", {"a": "b"}),
    ({"extras": [{"key": "n", "value": 10**25}]}, "extras", {"n": str(10**25)}),
    ({"extras": [{"key": "n", "value": None}]}, "extras", {"n": ""}),
    ({"extras": [{"key": "n", "value": [1, {"a": True}]}]}, "extras", {"n": '[1,{"a":true}]'}),
    ({"extras": [{"key": "k", "value": "1"}, {"key": "k", "value": "1"}]}, "extras", {"k": "1"}),
    ({"extras": [{"key": "harvest_source_id", "value": "of the remote's own harvest"}]}, "extras", {}),
    ({"author": []}, "author", None),
    ({"notes": {}}, "notes", None),
    ({"title": {}}, "title", "trees"),
    (resources(name=[]), "resources.name", None),
    ({"title": {"mul": "Trees"}}, "title", "Trees"),
    ({"title": {"hsb": "Štomy"}}, "title", "Štomy"),
    ({"notes": {"ext": "csv"}}, "notes", '{"ext":"csv"}'),
    ({"title": {"sr-Latn": "Drveće", "und": None}}, "title", "Drveće"),
    ({"tags": [2019, 20.5, "tree"]}, "tags", ["20.5", "2019", "tree"]),
    ({"tags": ["e\u0301te\u0301", "\u00e9t\u00e9"]}, "tags", ["\u00e9t\u00e9"]),
    (resources(created="2021\u201107\u201102"), "resources.created", "2021-07-02T00:00:00"),
    (resources(created="2021-07-02T08:00:00\u221201:00"), "resources.created", "2021-07-02T09:00:00"),
    ({"title": ""}, "title", "trees"),
    ({"title": None}, "title", "trees"),
    ({"title": " \n"}, "title", "trees"),
    ({"type": None}, "type", "dataset"),
    ({"type": " dataset\n"}, "type", "dataset"),
    ({"type": " \n"}, "type", "dataset"),
    (resources(url=" http://a/c \n"), "resources.url", "http://a/c"),
    (resources(url="data/c.csv"), "resources.url", "http://data/c.csv"),
    (resources(url="//a/c"), "resources.url", "http://a/c"),
    (resources(url="ftp://a/c"), "resources.url", "ftp://a/c"),
    (resources(url="http://[::1]:80/a[1]"), "resources.url", "http://[::1]:80/a[1]"),
    (resources(extras={"dpi": "300"}), "resources.dpi", "300"),
    (resources(name="Own", extras={"name": "Other"}), "resources.name", "Own"),
    (resources(size="1024"), "resources.size", 1024),
    (resources(size=1024.0), "resources.size", 1024),
    (resources(name=5), "resources.name", "5"),
    (resources(format=["CSV"]), "resources.format", "CSV"),
    (resources(custom={"a": [1, "b"]}), "resources.custom", {"a": [1, "b"]}),
    (resources(custom=10**25), "resources.custom", str(10**25)),
    (resources(last_modified="2021-07-02T10:00:00+02:00"), "resources.last_modified", "2021-07-02T08:00:00"),
    (resources(created=1625212800), "resources.created", "2021-07-02T08:00:00"),
]
LEFT_OUT: list[tuple[dict[str, Any], str, Any, str]] = [
    ({"author_email": "a@example.org; c@example.org"}, "author_email", None, "author_email: no e-mail address"),
    ({"maintainer_email": {"a": "b"}}, "maintainer_email", None, "maintainer_email: no e-mail address"),
    ({"version": "v" * 150}, "version", None, "version: longer than 100 characters"),
    ({"url": f"http://a/{LONG}"}, "url", None, "url: longer than the 32766 bytes"),
    ({"metadata_modified": "soon"}, "", None, "metadata_modified: no date"),
    ({"type": ["dataset"]}, "", None, "type: must be a short text"),
    ({"private": "perhaps"}, "private", None, "private: neither true nor false"),
    ({"resources": {"url": "http://a"}}, "resources.url", None, "resources: must be a list"),
    ({"resources": ["http://a"]}, "resources.url", None, "resources: entry 0 is no resource"),
    ({"tags": "tree"}, "tags", [], "tags: must be a list"),
    ({"tags": [float("nan"), float("inf"), "tree"]}, "tags", ["tree"], "tags: entry 0 is no tag"),
    ({"tags": ["Adults' Services", "R&D", "good"]}, "tags", ["good"], 'tags: "Adults\' Services"'),
    ({"tags": [{"name": ""}, {"name": "good"}]}, "tags", ["good"], "tags: entry 0 has no name"),
    ({"tags": [{"name": "1"}, {"name": "t" * 101}, None]}, "tags", [], "tags: '1' is shorter than 2"),
    ({"groups": [None]}, "groups", None, "groups: entry 0"),
    ({"groups": [{"title": "neither id nor name"}]}, "groups", None, "groups: entry 0"),
    ({"extras": [{"value": "b"}]}, "extras", {}, "extras: entry 0 has no key"),
    ({"extras": [None, {"key": "a", "value": "1"}]}, "extras", {"a": "1"}, "extras: entry 0 is no extra"),
    ({"extras": [{"key": "title", "value": "b"}]}, "extras", {}, "extras: the key 'title'"),
    ({"extras": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}, "extras", {"a": "1"}, "extras: the key 'a'"),
    (resources(extras=["a"]), "resources.extras", None, "resources: entry 0, extras: must be an object"),
    ({"": "x"}, "", None, "fields: one has no name"),
    (resources(size="12 KB"), "resources.size", None, "resources: entry 0, size: no whole number"),
    (resources(size="None"), "resources.size", None, "resources: entry 0, size: no whole number"),
    (resources(size=1.5), "resources.size", None, "resources: entry 0, size: no whole number"),
    (resources(last_modified="02/07/2021"), "resources.last_modified", None, "resources: entry 0, last_modified: no date"),
    (resources(format=["CSV", "ZIP"]), "resources.format", None, "resources: entry 0, format: must be text"),
    (resources(url={"a": "b"}), "resources.url", None, "resources: entry 0, url: must be text"),
    (resources(url="http://[::1"), "resources.url", None, "resources: entry 0, url: no address, 'http://[::1'"),
    (resources(url="http://a\u2100b/"), "resources.url", None, "resources: entry 0, url: no address"),
    (resources(url="//[x"), "resources.url", None, "resources: entry 0, url: no address"),
    (resources(url=f"http://a/{LONG}"), "resources.url", None, "resources: entry 0, url: longer than"),
]


@pytest.mark.parametrize(("fields", "path", "kept"), CARRIED, ids=[str(fields)[:50] for fields, *_ in CARRIED])
def test_what_can_be_carried_is_carried(target: Catalogue, fields: dict[str, Any], path: str, kept: Any) -> None:
    stored = target.save(package(**fields), owner())

    assert in_view(shown(target, stored.package_id), path) == kept
    assert [loss for loss in stored.losses if path != "tags"] == []


@pytest.mark.parametrize(("fields", "path", "kept", "told"), LEFT_OUT, ids=[str(fields)[:50] for fields, *_ in LEFT_OUT])
def test_an_odd_optional_value_is_left_out_and_told(
    target: Catalogue, fields: dict[str, Any], path: str, kept: Any, told: str
) -> None:
    stored = target.save(package(**fields), owner())

    stored_package = shown(target, stored.package_id)
    assert stored_package["title"] == "Trees"
    if path:
        assert in_view(stored_package, path) == kept
    first = stored.losses[0]
    assert (first.message.replace('"', "'").startswith(told.replace('"', "'")), first.of_job) == (True, False), first.message


@pytest.mark.parametrize(("fields", "path", "kept", "told"), LEFT_OUT, ids=[str(fields)[:50] for fields, *_ in LEFT_OUT])
def test_a_source_may_want_such_a_dataset_to_fail(
    target: Catalogue, fields: dict[str, Any], path: str, kept: Any, told: str
) -> None:
    strict = replace(owner(), fields=FieldPolicy(on_invalid="fail"))

    with pytest.raises(TargetError) as refused:
        target.save(package(**fields), strict)

    assert (refused.value.code, refused.value.field, refused.value.retryable) == ("validation", told.partition(":")[0], False)
    assert str(refused.value).replace('"', "'").startswith(told.replace('"', "'"))
    assert target.show("trees") is None


def test_a_number_that_python_itself_writes_no_more_is_text_like_any_other(target: Catalogue) -> None:
    stored = target.save(package(notes=10**5000, extras={"n": -(10**5000)}), owner())

    stored_package = shown(target, stored.package_id)
    assert (stored_package["notes"], in_view(stored_package, "extras")) == ("1" + "0" * 5000, {"n": "-1" + "0" * 5000})
    assert stored.losses == ()


def test_a_resource_id_that_is_there_twice_becomes_two_that_stay(target: Catalogue) -> None:
    given = package(
        resources=[{"id": RESOURCE, "url": "http://a"}, {"id": RESOURCE, "url": "http://b"}, {"id": 7, "url": "c:d"}]
    )
    target.save(given, owner())
    first = [resource["id"] for resource in shown(target, given["id"])["resources"]]

    target.save(given, replace(owner(job=2), held=True))

    again = [resource["id"] for resource in shown(target, given["id"])["resources"]]
    assert first == again
    assert (first[0], len(set(first))) == (RESOURCE, 3)


@pytest.mark.parametrize("size", [1e300, 2**70, str(2**70), -(2**64)])
def test_a_size_beyond_64_bits_loses_no_dataset(target: Catalogue, size: float | str) -> None:
    stored = target.save(package(**resources(size=size)), owner())

    kept = in_view(shown(target, stored.package_id), "resources.size")
    told = [loss.message.partition(",")[0] for loss in stored.losses]
    assert (kept, told) in ((str(int(size)), []), (None, ["resources: entry 0"]))


@pytest.mark.parametrize("given", [{"_version_": "zz"}, {"extras": [{"key": "_version_", "value": "5"}]}])
def test_what_a_search_index_keeps_for_itself_loses_no_dataset(target: Catalogue, given: dict[str, Any]) -> None:
    stored = target.save(package(**given), owner())

    assert shown(target, stored.package_id)["title"] == "Trees"


def test_a_field_and_an_extra_of_one_name_that_differ_are_both_kept_or_one_is_told(target: Catalogue) -> None:
    given = package(spatial_coverage="Bonn", extras=[{"key": "spatial_coverage", "value": "Köln"}])

    stored = target.save(given, owner())

    stored_package = shown(target, stored.package_id)
    kept = {stored_package.get("spatial_coverage"), in_view(stored_package, "extras").get("spatial_coverage")} - {None}
    told = [loss.message for loss in stored.losses if not loss.of_job]
    assert kept == {"Bonn", "Köln"} or (kept == {"Köln"} and told[0].startswith("spatial_coverage: ") and "'Bonn'" in told[0])


@pytest.mark.parametrize("where", ["title", "extras", "custom", "resource"])
def test_values_of_any_depth_are_kept_as_text(target: Catalogue, where: str) -> None:
    given = {
        "title": {"title": DEEP},
        "extras": {"extras": [{"key": "deep", "value": DEEP}]},
        "custom": {"custom": DEEP},
        "resource": resources(custom=DEEP),
    }[where]

    stored = target.save(package(**given), owner())

    assert str(shown(target, stored.package_id)).count("[[[[") > 10


def test_an_unknown_field_is_kept_where_it_is_or_as_an_extra(target: Catalogue) -> None:
    stored = target.save(package(spatial_coverage="Bonn", contacts=[{"name": "Office"}]), owner())

    stored_package = shown(target, stored.package_id)
    extras = in_view(stored_package, "extras")
    kept = {name: stored_package.get(name) or extras.get(name) for name in ("spatial_coverage", "contacts")}
    assert kept["spatial_coverage"] == "Bonn"
    assert kept["contacts"] in ([{"name": "Office"}], '[{"name":"Office"}]')


BY_LANGUAGE = {"de": "Bäume", "fr": "Arbres", "en": "", "it": None}


@pytest.mark.parametrize(
    ("languages", "value", "kept"),
    [
        ((), BY_LANGUAGE, "Bäume"),
        (("fr", "de"), BY_LANGUAGE, "Arbres"),
        (("it", "fr-CH"), BY_LANGUAGE, "Arbres"),
        ((), {**BY_LANGUAGE, "en": "Trees"}, "Trees"),
        (("de",), {"en_GB": "Trees"}, "Trees"),
        ((), {"de": ""}, None),
    ],
)
def test_a_value_by_language_is_kept_in_one_that_is_the_same_everywhere(
    target: Catalogue, languages: tuple[str, ...], value: Any, kept: str | None
) -> None:
    whose = replace(owner(), fields=FieldPolicy(languages=languages))

    stored = target.save(package(notes=value, **resources(name=value)), whose)

    stored_package = shown(target, stored.package_id)
    assert (in_view(stored_package, "notes"), in_view(stored_package, "resources.name")) == (kept, kept)
    several = len(value) > 1
    assert [loss.of_job for loss in stored.losses] == [True, True] * several


@pytest.mark.parametrize(
    ("text", "translated", "kept"),
    [
        (BY_LANGUAGE, {"de": "Bäume", "fr": "Arbres"}, {"de": "Bäume", "fr": "Arbres"}),
        (BY_LANGUAGE, {"deu": "Bäume", "fra": "Arbres", "en": "Trees"}, {"deu": "Bäume", "fra": "Arbres", "en": "Trees"}),
        (BY_LANGUAGE, {"de": "Bäume"}, {"de": "Bäume", "fr": "Arbres"}),
        (BY_LANGUAGE, {"de": "Bäume", "fr": ""}, {"de": "Bäume", "fr": "Arbres"}),
        (BY_LANGUAGE, '{"de": "Bäume"}', {"de": "Bäume", "fr": "Arbres"}),
    ],
)
def test_nothing_is_lost_where_another_field_carries_all_languages(
    target: Catalogue, text: Any, translated: Any, kept: Any
) -> None:
    named = {"name": text, "name_translated": translated}

    stored = target.save(package(notes=text, notes_translated=translated, **resources(**named)), owner())

    stored_package = shown(target, stored.package_id)
    of_dataset = stored_package.get("notes_translated") or in_view(stored_package, "extras").get("notes_translated")
    of_resource = in_view(stored_package, "resources.name_translated")
    assert (in_view(stored_package, "notes"), in_view(stored_package, "resources.name")) == ("Bäume", "Bäume")
    assert [as_object(of_dataset), as_object(of_resource)] == [kept, kept]
    assert [loss for loss in stored.losses if "one language" in loss.message] == []


def test_texts_that_differ_from_those_by_language_are_told(target: Catalogue) -> None:
    stored = target.save(package(notes=BY_LANGUAGE, notes_translated={"de": "Wald", "fr": "Arbres"}), owner())

    assert [loss.message.partition(":")[0] for loss in stored.losses if "one language" in loss.message] == ["notes"]


def as_object(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
