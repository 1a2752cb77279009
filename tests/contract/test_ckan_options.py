"""Options of a CKAN source give the same datasets in each target: the local catalogue, its fake, and a real CKAN."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from harvesters.ckan import CKANHarvester
from harvesters.testing import Harness
from tests.contract.conftest import Catalogue
from tests.support.ckan_site import CkanSite
from tests.support.memory_ckan import MemoryCkan, remote_package

OURS = ("harvest_object_id", "harvest_source_id", "harvest_source_title", "harvest_content_hash", "harvest_wanted_name")
TITLE = "City of Trees"


class Case:
    """One dataset of a remote, harvested into a target."""

    def __init__(self, target: Catalogue, **fields: Any) -> None:
        self.target = target
        self.stem = f"t{uuid4().hex[:10]}"
        self.url = f"https://{self.stem}.example"
        self.package = remote_package(1, id=str(uuid4()), name=self.stem, **fields)
        self.group: dict[str, Any] = {
            "id": str(uuid4()),
            "name": f"g-{self.stem}",
            "title": "Group",
            "description": "D",
            "users": ["x"],
        }
        self.organization: dict[str, Any] = {
            "id": str(uuid4()),
            "name": f"o-{self.stem}",
            "title": "Owner",
            "is_organization": True,
        }
        self.remote = MemoryCkan(self.package, groups=(self.group, self.organization))
        self.result: Any = None

    def harvest(self, config: Mapping[str, Any], url: str = "") -> dict[str, Any]:
        """The dataset as the target shows it."""
        source = Harness(CKANHarvester, url or self.url, config, title=TITLE)
        source.catalogue = self.target  # type: ignore[assignment]
        self.source = source.source
        self.result = source.harvest(self.remote.site)
        assert (self.result.gather_errors, self.result.errors) == ((), [])
        shown = self.target.show(self.package["id"])
        assert shown is not None
        return shown

    def clean(self) -> None:
        """Groups and organisations of a real CKAN aren't removed with the dataset."""
        if isinstance(self.target, CkanSite):
            self.target.purge("dataset", self.package["id"])
            self.target.purge("group", self.group["name"])
            self.target.purge("organization", self.organization["name"])


@pytest.fixture
def case(target: Catalogue, request: pytest.FixtureRequest) -> Any:
    made: list[Case] = []

    def make(**fields: Any) -> Case:
        made.append(Case(target, **fields))
        return made[-1]

    yield make
    for one in made:
        one.clean()


def tags(package: Mapping[str, Any]) -> list[str]:
    return sorted(tag["name"] for tag in package["tags"])


def extras(package: Mapping[str, Any]) -> dict[str, Any]:
    return {extra["key"]: extra["value"] for extra in package["extras"] if extra["key"] not in OURS}


def test_default_tags_and_clean_tags(case: Any) -> None:
    given = [{"name": "Green Trees"}, {"name": "Überblick"}]
    config = {"default_tags": [{"name": "geo"}, {"name": "Namibia"}]}

    assert tags(case(tags=given).harvest(config)) == ["Green Trees", "Namibia", "geo", "Überblick"]
    assert tags(case(tags=given).harvest({**config, "clean_tags": True})) == ["geo", "green-trees", "namibia", "uberblick"]


def test_default_extras_with_their_six_replacements_and_override(case: Any) -> None:
    config = {
        "default_extras": {
            "encoding": "utf8",
            "about": "{harvest_source_id} {harvest_source_title} {harvest_job_id} {harvest_object_id}",
            "link": "{harvest_source_url}/dataset/{dataset_id}",
        }
    }
    kept = case(extras=[{"key": "encoding", "value": "latin1"}])
    overridden = case(extras=[{"key": "encoding", "value": "latin1"}])

    first = extras(kept.harvest(config, f"{kept.url}/"))
    second = extras(overridden.harvest({**config, "override_extras": True}))

    assert (first["encoding"], second["encoding"]) == ("latin1", "utf8")
    assert first["link"] == f"{kept.url}/dataset/{kept.package['id']}"
    source_id, *title, job_id, object_id = first["about"].split()
    assert (source_id, " ".join(title)) == (kept.source.id, TITLE)
    assert all(len(word) == 36 for word in (job_id, object_id))


def test_default_groups(case: Any) -> None:
    dataset = case()
    dataset.target.resolve_group(dataset.group, create=True)

    shown = dataset.harvest({"default_groups": [dataset.group["name"]]})

    assert [group["name"] for group in shown["groups"]] == [dataset.group["name"]]


@pytest.mark.parametrize("policy", [None, "only_local", "create"])
@pytest.mark.parametrize("is_here", [True, False])
def test_remote_groups(case: Any, policy: str | None, is_here: bool) -> None:
    dataset = case()
    dataset.package["groups"] = [{"id": dataset.group["id"], "name": dataset.group["name"]}]
    if is_here:
        dataset.target.resolve_group(dataset.group, create=True)

    shown = dataset.harvest({"remote_groups": policy} if policy else {})

    joined = policy == "create" or (policy == "only_local" and is_here)
    assert [group["id"] for group in shown.get("groups", ())] == ([dataset.group["id"]] if joined else [])


@pytest.mark.parametrize("knows_organizations", [True, False])
@pytest.mark.parametrize("policy", [None, "only_local", "create"])
@pytest.mark.parametrize("is_here", [True, False])
def test_remote_orgs_also_where_the_remote_has_them_as_groups(
    case: Any, policy: str | None, is_here: bool, knows_organizations: bool
) -> None:
    dataset = case()
    dataset.remote.knows_organizations = knows_organizations
    dataset.package["organization"] = {"id": dataset.organization["id"], "name": dataset.organization["name"]}
    if is_here:
        dataset.target.resolve_organization(dataset.organization, create=True)

    shown = dataset.harvest({"remote_orgs": policy} if policy else {})

    joined = policy == "create" or (policy == "only_local" and is_here)
    assert (shown.get("owner_org") == dataset.organization["id"]) == joined


@pytest.mark.parametrize("asked", [True, False])
def test_private_datasets_come_where_they_are_asked_for_and_stay_private(case: Any, asked: bool) -> None:
    dataset = case(private=asked)

    shown = dataset.harvest({"include_private": asked, "api_key": "k"})

    assert bool(shown["private"]) is asked


def test_whose_a_dataset_is_is_among_its_extras(case: Any) -> None:
    dataset = case()

    shown = dataset.harvest({})

    found = {extra["key"]: extra["value"] for extra in shown["extras"]}
    assert (found["harvest_source_id"], found["harvest_source_title"]) == (dataset.source.id, TITLE)
    assert len(found["harvest_object_id"]) == 36


def test_names_and_kept_fields_are_options_of_a_source(case: Any, target: Catalogue) -> None:
    first, second = case(), case(notes="Remote's")
    second.package["name"] = first.package["name"]
    first.harvest({})

    shown = second.harvest({"dataset_name_append": "random-hex", "not_overwrite_fields": ["notes"]})

    assert shown["notes"] == "Remote's"
    assert len(shown["name"]) == len(first.package["name"]) + 5
