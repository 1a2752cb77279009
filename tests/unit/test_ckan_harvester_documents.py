"""What becomes of odd documents, and of what is true at the remote only."""

import json
from dataclasses import replace
from typing import Any

import pytest

from domain.errors import RecordError, TargetError
from harvesters.base import Harvester, HarvestObject, Imported, ImportResult
from harvesters.ckan import CKANHarvester
from tests.support.fakes import import_object
from tests.unit.test_ckan_harvester_import import GUID, PACKAGE, FakeHttp, FakeTarget, GroupTarget, harvest_object, imported


def test_what_resources_say_about_the_remotes_storage_is_left_out() -> None:
    resource = {
        "id": "r1",
        "url": "u",
        "url_type": "upload",
        "revision_id": "x",
        "datastore_active": True,
        "package_id": GUID,
    }

    assert imported({**PACKAGE, "resources": [resource]})["resources"] == [{"id": "r1", "url": "u"}]


@pytest.mark.parametrize("field", ["tags", "groups", "extras", "resources"])
def test_a_missing_list_is_no_error(field: str) -> None:
    stored = imported({**PACKAGE, field: None})

    assert field not in stored


def test_old_forms_of_tags_and_extras_are_understood() -> None:
    stored = imported({**PACKAGE, "tags": ["a", 2019], "extras": {"key": "value"}})

    assert stored["tags"] == [{"name": "a"}, {"name": "2019"}]
    assert stored["extras"] == [{"key": "key", "value": "value"}]


def test_a_list_that_php_wrote_as_an_object_is_a_list() -> None:
    resources = [{"id": "r1", "url": "https://x.example/1"}, {"id": "r2", "url": "https://x.example/2"}]
    lists = {"resources": resources, "tags": [{"name": "one"}, {"name": "two"}], "extras": [{"key": "k", "value": "v"}]}
    objects = {name: {str(place): value for place, value in enumerate(values, 1)} for name, values in lists.items()}

    stored = imported({**PACKAGE, **objects})

    assert {name: stored[name] for name in lists} == lists


def test_a_list_that_comes_as_the_text_of_its_json_is_a_list() -> None:
    lists = {"tags": [{"name": "one"}], "extras": [{"key": "k", "value": "v"}], "resources": [{"url": "https://x.example/1"}]}

    stored = imported({**PACKAGE, **{name: json.dumps(values) for name, values in lists.items()}})

    assert {name: stored[name] for name in lists} == lists


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"resources": "[none"}, "resources: must be a list, is '[none'; left out"),
        ({"resources": "none"}, "resources: must be a list, is 'none'; left out"),
        ({"tags": {"name": "a"}}, 'tags: must be a list, is \'{"name":"a"}\'; left out'),
        ({"extras": ["a: b"]}, "extras: entry 0 must be an object, is 'a: b'; left out"),
        ({"extras": {"0": "a"}, "tags": [None]}, "tags: entry 0 must be an object, is null; left out"),
        ({"resources": [["r"]]}, "resources: entry 0 must be an object, is '[\"r\"]'; left out"),
        ({"groups": 5}, "groups: must be a list, is '5'; left out"),
    ],
)
def test_a_list_that_is_none_is_left_out_and_told_or_fails_where_the_source_wants_that(
    fields: dict[str, Any], said: str
) -> None:
    harvester: Harvester = CKANHarvester()
    harvester.target = FakeTarget()
    one = harvest_object({**PACKAGE, **fields})

    result = import_object(harvester, one)

    assert result.status == "added"
    assert [loss.message for loss in one.warnings] == [said]
    with pytest.raises(TargetError, match=f"^{said.partition(':')[0]}: "):
        imported({**PACKAGE, **fields}, {"on_invalid_field": "fail"})


@pytest.mark.parametrize("nothing", ["", [], {}, None], ids=repr)
def test_a_list_that_says_nothing_is_no_loss(nothing: Any) -> None:
    harvester: Harvester = CKANHarvester()
    harvester.target = FakeTarget()
    record = harvest_object({**PACKAGE, "tags": nothing, "resources": nothing, "extras": nothing, "groups": nothing})

    result = import_object(harvester, record)

    assert (result.status, record.warnings) == ("added", [])


@pytest.mark.parametrize("content", [[1], "text", None, 5])
def test_a_record_that_is_no_object_is_an_error(content: Any) -> None:
    with pytest.raises(RecordError):
        imported(content)


def test_a_deleted_dataset_is_deleted_without_content() -> None:
    harvester = CKANHarvester()
    target = harvester.target = FakeTarget()
    target.packages["p"] = {}
    one = harvest_object(PACKAGE)
    one.action, one.content, one.package_id = "delete", None, "p"

    assert import_object(harvester, one) == Imported("p", "deleted")
    assert target.packages == {}


def test_a_subclass_may_change_the_package() -> None:
    class Upper(CKANHarvester):
        def modify_package_dict(self, package_dict: dict[str, Any], harvest_object: HarvestObject) -> dict[str, Any]:
            return {**package_dict, "title": package_dict["title"].upper()}

    harvester = Upper()
    target = harvester.target = FakeTarget()

    import_object(harvester, harvest_object(PACKAGE))

    assert target.packages[GUID]["title"] == "STREET TREES – BÄUME, 街路樹"


def test_a_subclass_that_goes_on_after_the_import_finds_the_dataset_stored() -> None:
    class Counting(CKANHarvester):
        def import_stage(self, harvest_object: HarvestObject) -> ImportResult:
            result = super().import_stage(harvest_object)
            assert isinstance(result, Imported)
            assert self.target.show(result.package_id or "")
            return True

    harvester = Counting()
    harvester.target = FakeTarget()

    assert harvester.import_stage(harvest_object(PACKAGE)) is True


def test_fetch_needs_content() -> None:
    one = harvest_object(PACKAGE)
    empty = HarvestObject(guid=GUID, job=one.job)

    assert CKANHarvester().fetch_stage(one) is True
    assert CKANHarvester().fetch_stage(empty) is False
    assert empty.errors[0][:2] == (f"Empty content for object {GUID}", "Fetch")


def test_the_original_is_the_datasets_page_at_the_remote() -> None:
    assert CKANHarvester().get_original_url(harvest_object(PACKAGE)) == f"https://remote.example.org/dataset/{GUID}"


def test_the_harvester_says_its_name() -> None:
    assert CKANHarvester().info()["name"] == "ckan"


def test_what_is_true_at_the_remote_only_is_not_stored() -> None:
    extras = [
        {"key": "harvest_object_id", "value": "1"},
        {"key": "harvest_source_title", "value": "x"},
        {"key": "harvest_url", "value": "y"},
    ]
    remote = {**PACKAGE, "private": True, "harvest_source_id": "theirs", "extras": [*extras, *PACKAGE["extras"]]}

    stored = imported(remote)

    assert stored["private"] is False
    assert "harvest_source_id" not in stored
    assert [extra["key"] for extra in stored["extras"]] == ["harvest_url", "frequency", "encoding"]


def test_a_private_dataset_that_was_asked_for_stays_private() -> None:
    assert imported({**PACKAGE, "private": True}, {"include_private": True, "api_key": "k"})["private"] is True


@pytest.mark.parametrize(
    ("shown", "image_url"),
    [
        (
            {"image_url": "2024-logo.png", "image_display_url": "https://remote.example.org/uploads/2024-logo.png"},
            "https://remote.example.org/uploads/2024-logo.png",
        ),
        (
            {"image_url": "https://cdn.example.org/a.png", "image_display_url": "https://x.example/b.png"},
            "https://cdn.example.org/a.png",
        ),
        ({"image_url": "logo.png", "image_display_url": "/uploads/logo.png"}, "https://remote.example.org/uploads/logo.png"),
        ({"image_url": "logo.png"}, None),
        ({"image_url": "", "image_display_url": None}, None),
        ({"image_url": "javascript:alert(1)/", "image_display_url": "data:image/png;base64,/"}, None),
        ({}, None),
    ],
)
def test_a_logo_is_an_address_or_left_out(shown: dict[str, Any], image_url: str | None) -> None:
    target = GroupTarget()
    organization = {"id": "o1", "name": "parks", "title": "Parks", **shown}

    imported(
        {**PACKAGE, "organization": {"id": "o1"}}, {"remote_orgs": "create"}, target, FakeHttp(organization_show=organization)
    )

    assert target.made[0].get("image_url") == image_url


def test_an_id_that_is_the_name_of_another_organisation_makes_none() -> None:
    target = GroupTarget()
    other = {"id": "o2", "name": "another", "title": "Another"}

    stored = imported(
        {**PACKAGE, "organization": {"id": "o1"}}, {"remote_orgs": "create"}, target, FakeHttp(organization_show=other), "ours"
    )

    assert (target.made, stored["owner_org"]) == ([], "ours")


def test_credentials_of_the_address_are_in_no_dataset_and_no_link() -> None:
    harvester, one = CKANHarvester(), harvest_object(PACKAGE, {"default_extras": {"from": "{harvest_source_url}"}})
    source = replace(one.job.source, url="https://gate:open-sesame@remote.example.org/")
    harvester.target, harvester.http = FakeTarget(), FakeHttp()  # type: ignore[assignment]
    one.job.source = source

    result = import_object(harvester, one)

    assert "open-sesame" not in str(harvester.target.show(result.package_id or ""))
    assert harvester.get_original_url(one) == f"https://remote.example.org/dataset/{GUID}"
