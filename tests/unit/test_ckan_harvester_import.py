"""What becomes of a remote dataset before it is stored: changed only as the source's configuration says."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest

from domain.errors import RecordError, RemoteError, TargetError
from harvesters.base import Harvester, HarvestJob, HarvestObject, HarvestSource
from harvesters.ckan import CKANHarvester
from harvesters.target import Owner, Stored
from harvesters.testing import Harness
from tests.support.fakes import import_object
from tests.support.memory_ckan import MemoryCkan, remote_package

SOURCE_ID = "11111111-1111-4111-8111-111111111111"
GUID = "22222222-2222-4222-8222-222222222222"
PACKAGE: dict[str, Any] = {
    "id": GUID,
    "name": "street-trees",
    "title": "Street trees – Bäume, 街路樹",
    "notes": "<p>All of them</p>",
    "type": "dataset",
    "state": "active",
    "metadata_modified": "2024-05-01T10:00:00.000000",
    "tags": [{"name": "Trees & Parks"}, {"name": "geo", "id": "t1"}],
    "extras": [{"key": "frequency", "value": ["daily", 5]}, {"key": "encoding", "value": "utf8"}],
    "resources": [{"id": "r1", "url": "https://data.example.org/trees.csv", "size": "12 kB", "format": None}],
    "odd": {"nested": [1, None, {"deep": True}]},
}


class FakeTarget:
    """A catalogue in memory that looks up no groups."""

    def __init__(self) -> None:
        self.packages: dict[str, dict[str, Any]] = {}

    def save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        self.packages[package["id"]] = deepcopy(dict(package))
        return Stored(package["id"], package["name"])

    def delete(self, package_id: str, owner: Owner) -> bool:
        return self.packages.pop(package_id, None) is not None

    def show(self, id_or_name: str) -> dict[str, Any] | None:
        return self.packages.get(id_or_name)


class GroupTarget(FakeTarget):
    """A catalogue that has groups and organisations, and takes new ones."""

    def __init__(self, *known: Mapping[str, Any]) -> None:
        super().__init__()
        self.known = list(known)
        self.made: list[Mapping[str, Any]] = []

    def resolve_group(self, group: Mapping[str, Any], *, create: bool) -> Mapping[str, Any] | None:
        for name in ("id", "name"):
            for one in self.known:
                if one[name] == group.get(name):
                    return {"id": one["id"], "name": one["name"]}
        if not create:
            return None
        self.known.append(group)
        self.made.append(group)
        return {"id": group["id"], "name": group["name"]}

    resolve_organization = resolve_group


class FakeHttp:
    """Answers actions from a table; what isn't in it fails."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def get_json(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
        action = url.rpartition("/")[2]
        self.asked.append(action)
        if action not in self.answers:
            raise RemoteError("not there", code="http_404")
        return {"success": True, "result": self.answers[action]}


def harvest_object(package: Any, config: Mapping[str, Any] | None = None, owner_org: str = "") -> HarvestObject:
    url = "https://remote.example.org/"
    made = HarvestSource(SOURCE_ID, "s", "The source", url, "ckan", json.dumps(config or {}), owner_org)
    job = HarvestJob("33333333-3333-4333-8333-333333333333", made, datetime(2024, 6, 1, tzinfo=UTC))
    guid = package.get("id", GUID) if isinstance(package, dict) else GUID
    return HarvestObject(guid=guid, job=job, content=json.dumps(package))


def imported(
    package: Any,
    config: Mapping[str, Any] | None = None,
    target: FakeTarget | None = None,
    http: FakeHttp | None = None,
    owner_org: str = "",
) -> dict[str, Any]:
    """The package as the target got it."""
    harvester: Harvester = CKANHarvester()
    harvester.target = target or FakeTarget()
    harvester.http = http or FakeHttp()  # type: ignore[assignment]
    one = harvest_object(package, config, owner_org)
    result = import_object(harvester, one)
    assert result.status == "added"
    assert one.current
    stored = harvester.target.show(result.package_id or "")
    assert stored
    return stored


def test_fields_arrive_unchanged() -> None:
    assert imported(PACKAGE) == PACKAGE


def test_an_id_that_is_no_uuid_is_derived_from_source_and_guid() -> None:
    stored = imported({**PACKAGE, "id": "aaip_02"})

    assert stored["id"] == str(uuid5(UUID(SOURCE_ID), "aaip_02"))


def test_the_organisation_is_that_of_the_source() -> None:
    remote = {
        **PACKAGE,
        "owner_org": "theirs",
        "organization": {"id": "theirs", "name": "them"},
        "groups": [{"name": "g"}],
    }

    stored = imported(remote, owner_org="ours")

    assert stored == {**PACKAGE, "owner_org": "ours"}


def test_a_source_without_organisation_gives_none() -> None:
    assert "owner_org" not in imported({**PACKAGE, "owner_org": "theirs"})


def test_default_tags_are_added_where_they_are_missing() -> None:
    stored = imported(PACKAGE, {"default_tags": [{"name": "geo"}, {"name": "new"}]})

    assert stored["tags"] == [*PACKAGE["tags"], {"name": "new"}]


def test_tags_are_cleaned_on_request() -> None:
    stored = imported(PACKAGE, {"clean_tags": True, "default_tags": [{"name": "Ünusual Täg!"}]})

    assert [tag["name"] for tag in stored["tags"]] == ["trees--parks", "geo", "unusual-tag"]


def test_default_extras_fill_their_placeholders() -> None:
    extras = {
        "link": "{harvest_source_url}/dataset/{dataset_id}",
        "job": "{harvest_job_id}",
        "n": 5,
        "encoding": "latin1",
    }

    stored = imported(PACKAGE, {"default_extras": extras})

    assert stored["extras"] == [
        *PACKAGE["extras"],
        {"key": "link", "value": f"https://remote.example.org/dataset/{GUID}"},
        {"key": "job", "value": "33333333-3333-4333-8333-333333333333"},
        {"key": "n", "value": 5},
    ]


def test_default_extras_override_on_request() -> None:
    stored = imported(PACKAGE, {"default_extras": {"encoding": "latin1"}, "override_extras": True})

    assert stored["extras"] == [PACKAGE["extras"][0], {"key": "encoding", "value": "latin1"}]


def test_default_groups_are_named_or_looked_up() -> None:
    config = {"default_groups": ["geo", GUID]}

    assert imported(PACKAGE, config)["groups"] == [{"name": "geo"}, {"id": GUID}]
    assert imported(PACKAGE, config, GroupTarget({"id": "1", "name": "geo"}, {"id": GUID, "name": "two"}))["groups"] == [
        {"id": "1", "name": "geo"},
        {"id": GUID, "name": "two"},
    ]


def test_a_default_group_that_is_not_there_is_an_error() -> None:
    with pytest.raises(RecordError, match="Default group not found: geo"):
        imported(PACKAGE, {"default_groups": ["geo"]}, GroupTarget())


REMOTE_GROUPS = [{"id": "g1", "name": "group1"}, {"id": "g2", "name": "group2"}, {"id": "other", "name": "local"}]
GROUP_2 = {"id": "g2", "name": "group2", "title": "Two", "users": ["secret"], "package_count": 7}


def test_remote_groups_only_local_joins_groups_by_id_or_name() -> None:
    target = GroupTarget({"id": "g1", "name": "renamed"}, {"id": "l1", "name": "local"})

    stored = imported({**PACKAGE, "groups": REMOTE_GROUPS}, {"remote_groups": "only_local"}, target)

    assert stored["groups"] == [{"id": "g1", "name": "renamed"}, {"id": "l1", "name": "local"}]
    assert target.made == []


def test_remote_groups_create_makes_them_under_the_remote_id() -> None:
    target, http = GroupTarget(), FakeHttp(group_show=GROUP_2)

    stored = imported({**PACKAGE, "groups": [REMOTE_GROUPS[1]]}, {"remote_groups": "create"}, target, http)

    assert stored["groups"] == [{"id": "g2", "name": "group2"}]
    assert target.made == [{"id": "g2", "name": "group2", "title": "Two"}]


def test_a_group_that_the_remote_does_not_show_is_left_out() -> None:
    assert "groups" not in imported({**PACKAGE, "groups": REMOTE_GROUPS}, {"remote_groups": "create"}, GroupTarget())


@pytest.mark.parametrize(
    ("policy", "known", "http", "expected"),
    [
        ("only_local", {"id": "o1", "name": "org1"}, FakeHttp(), "o1"),
        ("only_local", {"id": "o2", "name": "org2"}, FakeHttp(), "ours"),
        ("create", {"id": "o2", "name": "org2"}, FakeHttp(organization_show={"id": "o1", "name": "org1"}), "o1"),
        ("create", {"id": "o2", "name": "org2"}, FakeHttp(group_show={"id": "o1", "name": "org1"}), "o1"),
        ("create", {"id": "o2", "name": "org2"}, FakeHttp(), "ours"),
        ("anything", {"id": "o1", "name": "org1"}, FakeHttp(), "ours"),
    ],
)
def test_remote_orgs(policy: str, known: dict[str, str], http: FakeHttp, expected: str) -> None:
    package = {**PACKAGE, "organization": {"id": "o1", "name": "org1"}}

    stored = imported(package, {"remote_orgs": policy}, GroupTarget(known), http, owner_org="ours")

    assert stored["owner_org"] == expected
    assert "organization" not in stored


class RefusingTarget(GroupTarget):
    """A catalogue in which no group can be made."""

    def __init__(self, *, retryable: bool = False) -> None:
        super().__init__()
        self.asked = 0
        self._retryable = retryable

    def resolve_organization(self, organization: Mapping[str, Any], *, create: bool) -> Mapping[str, Any] | None:
        if not create:
            return None
        self.asked += 1
        message = f"organization {organization['name']} can't be made: the name is a group's"
        raise TargetError(message, code="validation", field="organization", retryable=self._retryable)


def test_datasets_of_an_organisation_that_cannot_be_made_go_to_the_sources() -> None:
    harvester, target = CKANHarvester(), RefusingTarget()
    harvester.target, harvester.http = target, FakeHttp(organization_show={"id": "o1", "name": "org1"})  # type: ignore[assignment]
    package = {**PACKAGE, "organization": {"id": "o1", "name": "org1"}}
    objects = [harvest_object({**package, "id": str(UUID(int=n))}, {"remote_orgs": "create"}, "ours") for n in (1, 2)]

    for one in objects:
        import_object(harvester, one)

    assert {stored["owner_org"] for stored in target.packages.values()} == {"ours"}
    assert target.asked == 1
    told = [(loss.message, loss.of_job) for one in objects for loss in one.warnings]
    cause = "organization org1 can't be made: the name is a group's"
    assert told == [(f"{cause}; its datasets go to the organisation of the source", True)]


def test_an_organisation_is_tried_again_when_the_target_is_away() -> None:
    package = {**PACKAGE, "organization": {"id": "o1", "name": "org1"}}
    http = FakeHttp(organization_show={"id": "o1", "name": "org1"})

    with pytest.raises(TargetError) as away:
        imported(package, {"remote_orgs": "create"}, RefusingTarget(retryable=True), http, "ours")

    assert away.value.retryable


@pytest.mark.parametrize(
    ("shown", "address"),
    [
        ({"image_url": "https://a/logo.png"}, "https://a/logo.png"),
        (
            {"image_url": "2019-logo.png", "image_display_url": "https://a/uploads/2019-logo.png"},
            "https://a/uploads/2019-logo.png",
        ),
        ({"image_url": "2019-logo.png", "image_display_url": ""}, ""),
        ({"image_url": None}, ""),
    ],
)
def test_a_logo_is_an_address_at_the_remote_not_a_files_name(shown: dict[str, Any], address: str) -> None:
    target, http = GroupTarget(), FakeHttp(organization_show={"id": "o1", "name": "org1", **shown})

    imported({**PACKAGE, "organization": {"id": "o1", "name": "org1"}}, {"remote_orgs": "create"}, target, http)

    assert target.made[0].get("image_url", "") == address


def test_the_target_is_asked_for_a_group_once_per_job() -> None:
    harvester, http = CKANHarvester(), FakeHttp()
    harvester.target, harvester.http = GroupTarget(), http  # type: ignore[assignment]
    package = {**PACKAGE, "groups": [REMOTE_GROUPS[0]]}

    for _ in range(3):
        import_object(harvester, harvest_object(package, {"remote_groups": "create"}))

    assert http.asked == ["group_show"]


class VocabularyTarget(FakeTarget):
    """A catalogue that has one vocabulary."""

    def resolve_vocabulary(self, id_or_name: str) -> str | None:
        return "v-1" if id_or_name in ("v-1", "topics") else None


def test_default_tags_of_a_vocabulary_are_tags_of_it() -> None:
    package = {**PACKAGE, "tags": [{"name": "Water"}]}
    config = {"default_tags": [{"name": "Water", "vocabulary_id": "topics"}, {"name": "geo"}], "clean_tags": True}

    stored = imported(package, config, VocabularyTarget())

    assert stored["tags"] == [{"name": "water"}, {"name": "geo"}, {"name": "Water", "vocabulary_id": "v-1"}]


def test_a_tag_of_a_vocabulary_that_is_not_there_is_a_free_tag() -> None:
    config = {"default_tags": [{"name": "Water", "vocabulary_id": "other"}]}

    stored = imported({**PACKAGE, "tags": []}, config, VocabularyTarget())

    assert stored["tags"] == [{"name": "Water"}]


def test_a_hook_that_returns_no_dataset_is_named() -> None:
    class Forgetful(CKANHarvester):
        """As in ckanext-harvest, where a hook that only changes the dataset fails, too."""

        def modify_package_dict(self, package_dict: dict[str, Any], harvest_object: HarvestObject) -> Any:
            package_dict["title"] = "Other"

    result = Harness(Forgetful, "https://remote.example").harvest(MemoryCkan(remote_package(1)).site, catch=True)

    message = "Forgetful.modify_package_dict returned None, where it has to return the dataset"
    assert [error[2] for error in result.errors] == [message]
