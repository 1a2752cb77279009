"""What a site, or a source, may want of every target: names with hex digits, fields that updates leave alone."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations
from uuid import uuid4

import pytest

from adapters.bootstrap import Parts
from adapters.targets.catalogue import LocalCatalogue
from domain.errors import TargetError
from harvesters.target import Owner, SiteRules
from tests.contract.conftest import Catalogue
from tests.contract.test_target import THEIRS, owner, package, shown

HEX = re.compile(r"[0-9a-f]{5}")


def by_hex(**of: str) -> Owner:
    return replace(owner(**of), name_append="random-hex")  # type: ignore[arg-type]


def test_a_taken_name_gets_hex_digits_where_the_source_wants_them(target: Catalogue) -> None:
    name = f"t{uuid4().hex[:8]}"
    target.save(package(name), owner(THEIRS))
    given = package(name)

    stored = target.save(given, by_hex())
    again = target.save(given, replace(by_hex(content="b"), held=True))

    assert stored.name.startswith(name)
    assert HEX.fullmatch(stored.name.removeprefix(name))
    assert again.name == stored.name


def test_the_digits_are_the_same_whenever_the_record_is_imported(target: Catalogue) -> None:
    name = f"t{uuid4().hex[:8]}"
    target.save(package(name), owner(THEIRS))

    first = target.save(package(name), by_hex())
    target.delete(first.package_id, by_hex())
    second = target.save(package(name), by_hex())

    assert second.name == first.name


def test_the_site_says_what_is_put_behind_a_name_and_a_source_may_say_otherwise(target: Catalogue) -> None:
    target.rules = SiteRules(name_append="random-hex")
    name = f"t{uuid4().hex[:8]}"
    target.save(package(name), owner(THEIRS))

    by_site = target.save(package(name), owner(guid="a")).name
    by_source = target.save(package(name), replace(owner(guid="b"), name_append="number-sequence")).name

    assert HEX.fullmatch(by_site.removeprefix(name))
    assert by_source == f"{name}1"


def test_a_long_name_with_digits_is_cut_to_100_characters(target: Catalogue) -> None:
    name = (uuid4().hex * 4)[:100]
    target.save(package(name), owner(THEIRS))

    stored = target.save(package(name), by_hex())

    assert (len(stored.name), stored.name[:95]) == (100, name[:95])
    assert HEX.fullmatch(stored.name[95:])


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_of_new_datasets_with_one_name_the_first_guid_gets_it_whoever_is_stored_first(target: Catalogue, order: str) -> None:
    name = f"t{uuid4().hex[:8]}"
    ids = {guid: str(uuid4()) for guid in order}

    names = _saved(target, name, ids, lambda step: [step(guid) for guid in order])

    assert names["a"] == name
    assert all(HEX.fullmatch(names[guid].removeprefix(name)) for guid in "bc")


def test_so_it_is_when_many_are_stored_at_once(target: Catalogue) -> None:
    name = f"t{uuid4().hex[:8]}"
    ids = {guid: str(uuid4()) for guid in "hgfedcba"}

    with ThreadPoolExecutor(6) as pool:
        names = _saved(target, name, ids, lambda step: list(pool.map(step, ids)))

    assert names["a"] == name
    assert len(set(names.values())) == len(ids)
    assert all(HEX.fullmatch(names[guid].removeprefix(name)) for guid in "bcdefgh")


def _saved(
    target: Catalogue, name: str, ids: dict[str, str], run: Callable[[Callable[[str], object]], object]
) -> dict[str, str]:
    """The names of datasets that are all new in one job."""
    owners = {guid: by_hex(guid=guid) for guid in ids}
    new = {whose.object_id: guid for guid, whose in owners.items()}

    def records(keys: object) -> dict[str, str]:
        return {key: guid for key, guid in new.items() if key in keys}  # type: ignore[operator]

    run(lambda guid: target.save(package(name, ids[guid]), replace(owners[guid], new_records=records)))
    return {guid: str(shown(target, identity)["name"]) for guid, identity in ids.items()}


@pytest.mark.parametrize("by_site", [True, False])
def test_an_update_leaves_the_fields_that_are_to_be_kept(target: Catalogue, by_site: bool) -> None:
    if by_site:
        target.rules = SiteRules(kept_fields=("notes", "tags", "version"))
    given = package(notes="People's", tags=[{"name": "theirs"}])
    target.save(given, owner())
    update = {**given, "title": "New", "notes": "Remote's", "tags": [{"name": "remote"}], "version": "2"}
    kept = () if by_site else ("notes", "tags")

    target.save(update, replace(owner(job=2, content="b"), held=True, previous=owner().object_id, kept_fields=kept))

    package_now = shown(target, given["id"])
    assert (package_now["title"], package_now["notes"]) == ("New", "People's")
    assert [tag["name"] for tag in package_now["tags"]] == ["theirs"]


def test_extras_that_are_kept_leave_ours_right(target: Catalogue) -> None:
    given = package(extras=[{"key": "by", "value": "people"}])
    target.save(given, owner())
    whose = replace(owner(job=2, content="b"), held=True, kept_fields=("extras",))

    target.save({**given, "extras": [{"key": "by", "value": "remote"}, {"key": "more", "value": "x"}]}, whose)

    extras = {extra["key"]: extra["value"] for extra in shown(target, given["id"])["extras"]}
    assert (extras["by"], "more" in extras) == ("people", False)
    assert extras["harvest_object_id"] == whose.object_id


def test_a_new_dataset_gets_all_fields(target: Catalogue) -> None:
    given = package(notes="Remote's")

    target.save(given, replace(owner(), kept_fields=("notes",)))

    assert shown(target, given["id"])["notes"] == "Remote's"


def test_id_and_name_have_rules_of_their_own(target: Catalogue) -> None:
    given = package()
    target.save(given, owner())
    whose = replace(owner(job=2, content="b"), held=True, kept_fields=("id", "name", "state"))

    target.save({**given, "title": "New"}, whose)

    assert shown(target, given["id"])["title"] == "New"


def test_a_site_may_leave_out_our_extras_and_datasets_are_found_all_the_same(emptied: Parts) -> None:
    catalogue = LocalCatalogue(emptied.database, SiteRules(marked=False))
    given = package(extras=[{"key": "spatial", "value": "{}"}])
    catalogue.save(given, owner())

    shown_extras = [extra["key"] for extra in shown(catalogue, given["id"])["extras"]]
    updated = catalogue.save({**given, "title": "New"}, replace(owner(job=2, content="b"), held=True))
    with pytest.raises(TargetError, match="not this source's"):
        catalogue.save(given, owner(THEIRS))

    assert (shown_extras, updated.package_id) == (["spatial"], given["id"])
    assert catalogue.delete(given["id"], owner(job=3))
