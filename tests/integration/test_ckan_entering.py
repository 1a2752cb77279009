"""What the configuration of a source names in a real CKAN: vocabularies, groups, users."""

import os
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from adapters.actions.sources import checked_config
from adapters.bootstrap import Parts
from domain.errors import ValidationError
from domain.sources import SourceFields
from tests.contract.test_target import owner, package
from tests.support.ckan_site import CkanSite, ckan_site

pytestmark = pytest.mark.ckan


@pytest.fixture
def site() -> Iterator[CkanSite]:
    with ckan_site() as known:
        yield known


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_tag_is_stored_in_its_vocabulary(site: CkanSite, by: str) -> None:
    vocabulary = site.api.call("vocabulary_create", {"name": f"v-{uuid4().hex[:10]}", "tags": [{"name": "Water"}]})
    given = package(f"t-{uuid4().hex[:12]}", tags=[{"name": "Water"}, {"name": "Water", "vocabulary_id": vocabulary[by]}])

    site.save(given, owner())

    shown = site.show(given["id"])
    assert shown is not None
    assert {(tag["name"], tag["vocabulary_id"]) for tag in shown["tags"]} == {("Water", None), ("Water", vocabulary["id"])}


def test_a_tag_of_a_vocabulary_that_this_ckan_lacks_is_a_free_tag(site: CkanSite) -> None:
    given = package(f"t-{uuid4().hex[:12]}", tags=[{"name": "geo", "vocabulary_id": str(uuid4())}, {"name": "geo"}])

    site.save(given, owner())

    shown = site.show(given["id"])
    assert shown is not None
    assert [(tag["name"], tag["vocabulary_id"]) for tag in shown["tags"]] == [("geo", None)]


def test_what_a_configuration_names_is_looked_up(site: CkanSite) -> None:
    assert site.resolve_vocabulary(str(uuid4())) is None
    assert not site.has_user(f"nobody-{uuid4().hex[:8]}")


def test_a_configuration_is_accepted_once_the_group_that_it_names_is_there(site: CkanSite, emptied: Parts) -> None:
    settings = replace(emptied.settings, ckan_url=os.environ["HARVEST_CKAN_URL"], ckan_token=site.token)
    name = f"g-{uuid4().hex[:10]}"
    config = f'{{"default_groups": ["{name}"]}}'
    fields = SourceFields(name, f"https://{name}.example", "ckan", config=config)

    with pytest.raises(ValidationError) as caught:
        checked_config(fields, Parts(settings).asked_target)
    site.api.call("group_create", {"name": name})
    try:
        checked = checked_config(fields, Parts(settings).asked_target)
    finally:
        site.purge("group", name)

    assert caught.value.errors["config"].endswith(f"Default group not found: {name}")
    assert checked.config == config
