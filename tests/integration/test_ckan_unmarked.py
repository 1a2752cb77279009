"""A CKAN whose datasets carry no extras of ours (HARVEST_DATASET_EXTRAS=0): what a harvester may rely on holds all the same."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.package_marks import PackageMarks
from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.package import OWN
from adapters.targets.ckan.unmarked import UnmarkedAPI
from domain.errors import TargetError
from tests.contract import test_target as contract
from tests.contract import test_target_deletions as deletions
from tests.contract import test_target_names as names
from tests.contract.test_target import owner, package
from tests.support.ckan_site import CkanSite, ckan_site

pytestmark = pytest.mark.ckan

# what a harvester may rely on in any target
test_a_later_job_changes_the_package_and_its_name_stays = contract.test_a_later_job_changes_the_package_and_its_name_stays
test_a_name_that_is_taken_gets_a_number = contract.test_a_name_that_is_taken_gets_a_number
test_a_package_of_another_source_is_never_changed = contract.test_a_package_of_another_source_is_never_changed
test_a_package_of_another_source_is_never_deleted = contract.test_a_package_of_another_source_is_never_deleted
test_a_package_that_another_source_deleted_is_for_whoever_brings_it_next = (
    contract.test_a_package_that_another_source_deleted_is_for_whoever_brings_it_next
)
test_a_package_that_somebody_purged_is_made_again = contract.test_a_package_that_somebody_purged_is_made_again
test_a_package_that_the_source_holds_is_changed = contract.test_a_package_that_the_source_holds_is_changed
test_a_source_that_may_adopts_and_owns_from_then_on = contract.test_a_source_that_may_adopts_and_owns_from_then_on
test_an_object_of_an_earlier_job_comes_too_late = contract.test_an_object_of_an_earlier_job_comes_too_late
test_saving_again_keeps_the_number_of_a_name = contract.test_saving_again_keeps_the_number_of_a_name
test_saving_twice_changes_nothing_and_says_so = contract.test_saving_twice_changes_nothing_and_says_so
test_the_same_object_with_other_content_is_saved = contract.test_the_same_object_with_other_content_is_saved
test_a_hidden_package_is_not_found_and_comes_back_under_its_name = (
    deletions.test_a_hidden_package_is_not_found_and_comes_back_under_its_name
)
test_a_package_that_comes_back_is_active_again_under_a_free_name = (
    deletions.test_a_package_that_comes_back_is_active_again_under_a_free_name
)
test_a_purged_package_can_come_back = deletions.test_a_purged_package_can_come_back
test_an_object_of_an_earlier_job_neither_deletes_nor_brings_back = (
    deletions.test_an_object_of_an_earlier_job_neither_deletes_nor_brings_back
)
test_a_name_that_is_freed_goes_to_the_first_guid_and_leaves_no_gap = (
    names.test_a_name_that_is_freed_goes_to_the_first_guid_and_leaves_no_gap
)
test_new_datasets_of_one_title_are_named_by_guid_when_workers_meet = (
    names.test_new_datasets_of_one_title_are_named_by_guid_when_workers_meet
)
test_the_number_goes_with_the_next_harvest_once_another_source_has_freed_the_name = (
    names.test_the_number_goes_with_the_next_harvest_once_another_source_has_freed_the_name
)


@pytest.fixture
def target(emptied: Parts) -> Iterator[CkanSite]:
    with ckan_site(lambda api: UnmarkedAPI(api, PackageMarks(emptied.database), hide=True)) as site:
        yield site


def keys_in_ckan(site: CkanSite, package_id: str) -> set[str]:
    """The keys of a package's extras as CKAN itself has them."""
    shown = site.api.find("package_show", {"id": package_id})
    assert shown is not None
    return {extra["key"] for extra in shown["extras"]}


def test_a_dataset_has_no_extras_of_ours_in_ckan(target: CkanSite) -> None:
    given = package(extras=[{"key": "spatial", "value": "{}"}])

    target.save(given, owner())
    new = keys_in_ckan(target, given["id"])
    target.save({**given, "title": "New"}, replace(owner(job=2, content="b"), held=True, previous=owner().object_id))

    assert new == {"spatial"}
    assert keys_in_ckan(target, given["id"]) == {"spatial"}


def test_a_number_that_waits_for_its_name_leaves_no_extra_either(target: CkanSite) -> None:
    first, second = package("trees-x"), package("trees-x")
    target.save(first, owner())
    target.save(second, owner(guid="other"))

    assert keys_in_ckan(target, second["id"]) == set()


def test_extras_from_before_the_setting_count_until_the_package_is_written(target: CkanSite) -> None:
    given = package()
    marked = _layered(target, hide=True, inner=True)
    marked.save({"owner_org": target.organization, **given}, owner())

    with pytest.raises(TargetError, match="not this source's"):
        target.save(given, replace(owner(), source_id="somebody-else"))
    target.save({**given, "title": "New"}, owner(job=2, content="b"))

    assert keys_in_ckan(target, given["id"]) == set()


def test_what_was_kept_out_goes_in_again_once_the_setting_is_taken_back(target: CkanSite, emptied: Parts) -> None:
    given = package()
    target.save(given, owner())
    marked = _layered(target, hide=False, marks=PackageMarks(emptied.database))

    marked.save({**given, "owner_org": target.organization}, replace(owner(job=2), held=True, previous=owner().object_id))

    assert keys_in_ckan(target, given["id"]) >= {"harvest_source_id", "harvest_object_id"}
    assert PackageMarks(emptied.database).read(given["id"]) is None


def test_a_package_of_which_no_answer_came_is_ours(target: CkanSite, emptied: Parts) -> None:
    given = package(owner_org=target.organization)
    cut = _layered(target, hide=True, marks=PackageMarks(emptied.database), cut=True)

    with pytest.raises(TargetError, match="no answer"):
        cut.save(given, owner())
    stored = target.save(given, owner())

    assert stored.package_id == given["id"]
    assert keys_in_ckan(target, given["id"]) & OWN == set()


class _Cut(ActionAPI):
    """CKAN does what it is asked, and the answer to package_create is lost."""

    def __init__(self, api: ActionAPI) -> None:
        self.url, self.has_token, self._api = api.url, api.has_token, api

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        result = self._api.call(action, data)
        if action == "package_create":
            raise TargetError("no answer", code="timeout", retryable=True)
        return result


def _layered(site: CkanSite, *, hide: bool, marks: PackageMarks | None = None, inner: bool = False, cut: bool = False) -> Any:
    """Another worker's target on the same CKAN; `inner`: as it is without this layer."""
    from adapters.targets.ckan.target import CKANTarget

    if inner or marks is None:
        return CKANTarget(site.api)
    return CKANTarget(UnmarkedAPI(_Cut(site.api) if cut else site.api, marks, hide=hide))
