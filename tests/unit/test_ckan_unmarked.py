"""The layer that keeps our extras out of a CKAN's datasets: what a harvester may rely on holds with it, and without it.

A CKAN in memory; `tests/integration/test_ckan_unmarked.py` is the same with a real one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from threading import RLock
from typing import Any

import pytest

from adapters.targets.ckan.errors import Refusal
from adapters.targets.ckan.target import CKANTarget
from adapters.targets.ckan.unmarked import UnmarkedAPI
from domain.errors import TargetError
from tests.contract import test_target as contract
from tests.contract import test_target_deletions as deletions
from tests.contract import test_target_names as names
from tests.contract import test_target_rules as rules
from tests.contract.test_target import THEIRS, owner, package
from tests.support.ckan_in_memory import CkanInMemory

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
test_a_taken_name_gets_hex_digits_where_the_source_wants_them = (
    rules.test_a_taken_name_gets_hex_digits_where_the_source_wants_them
)
test_the_digits_are_the_same_whenever_the_record_is_imported = (
    rules.test_the_digits_are_the_same_whenever_the_record_is_imported
)
test_the_site_says_what_is_put_behind_a_name_and_a_source_may_say_otherwise = (
    rules.test_the_site_says_what_is_put_behind_a_name_and_a_source_may_say_otherwise
)
test_a_long_name_with_digits_is_cut_to_100_characters = rules.test_a_long_name_with_digits_is_cut_to_100_characters
test_of_new_datasets_with_one_name_the_first_guid_gets_it_whoever_is_stored_first = (
    rules.test_of_new_datasets_with_one_name_the_first_guid_gets_it_whoever_is_stored_first
)
test_so_it_is_when_many_are_stored_at_once = rules.test_so_it_is_when_many_are_stored_at_once
test_an_update_leaves_the_fields_that_are_to_be_kept = rules.test_an_update_leaves_the_fields_that_are_to_be_kept
test_extras_that_are_kept_leave_ours_right = rules.test_extras_that_are_kept_leave_ours_right
test_a_new_dataset_gets_all_fields = rules.test_a_new_dataset_gets_all_fields
test_id_and_name_have_rules_of_their_own = rules.test_id_and_name_have_rules_of_their_own


class MarksInMemory:
    """What `PackageMarks` keeps in a table."""

    def __init__(self) -> None:
        self.rows: dict[str, Mapping[str, str]] = {}
        self._lock = RLock()

    def read(self, package_id: str) -> Mapping[str, str] | None:
        return self.rows.get(package_id)

    def write(self, package_id: str, extras: Mapping[str, str]) -> None:
        self.rows[package_id] = dict(extras)

    def forget(self, package_id: str) -> None:
        self.rows.pop(package_id, None)

    @contextmanager
    def alone(self, package_id: str) -> Iterator[None]:
        with self._lock:
            yield


class Target(CKANTarget):
    """On a CKAN in memory."""

    def __init__(self, ckan: CkanInMemory, marks: MarksInMemory, *, hide: bool) -> None:
        super().__init__(UnmarkedAPI(ckan, marks, hide=hide))
        self.ckan, self.marks = ckan, marks

    def keys(self, package_id: str) -> set[str]:
        """The keys of a package's extras as CKAN has them."""
        return {extra["key"] for extra in self.ckan.packages[package_id]["extras"]}


@pytest.fixture(params=[True, False], ids=["hidden", "shown"])
def target(request: pytest.FixtureRequest) -> Target:
    return Target(CkanInMemory(), MarksInMemory(), hide=request.param)


@pytest.fixture
def hidden() -> Target:
    return Target(CkanInMemory(), MarksInMemory(), hide=True)


def test_a_dataset_has_no_extras_of_ours_in_ckan(hidden: Target) -> None:
    given = package(extras=[{"key": "spatial", "value": "{}"}])

    hidden.save(given, owner())
    new = hidden.keys(given["id"])
    hidden.save({**given, "title": "New"}, replace(owner(job=2, content="b"), held=True, previous=owner().object_id))

    assert (new, hidden.keys(given["id"])) == ({"spatial"}, {"spatial"})


def test_a_number_that_waits_for_its_name_leaves_no_extra_either(hidden: Target) -> None:
    second = package()
    hidden.save(package(), owner())

    stored = hidden.save(second, owner(guid="other"))

    assert (stored.name, hidden.keys(second["id"])) == ("trees1", set())


def test_extras_from_before_the_setting_count_until_the_package_is_written(hidden: Target) -> None:
    given = package()
    CKANTarget(hidden.ckan).save(given, owner())

    with pytest.raises(TargetError, match="not this source's"):
        hidden.save(given, owner(THEIRS))
    hidden.save({**given, "title": "New"}, owner(job=2, content="b"))

    assert hidden.keys(given["id"]) == set()


def test_what_was_kept_out_goes_in_again_once_the_setting_is_taken_back(hidden: Target) -> None:
    given = package()
    hidden.save(given, owner())
    marked = Target(hidden.ckan, hidden.marks, hide=False)

    marked.save(given, replace(owner(job=2), held=True, previous=owner().object_id))

    assert hidden.keys(given["id"]) >= {"harvest_source_id", "harvest_object_id"}
    assert hidden.marks.rows == {}


def test_a_package_of_which_no_answer_came_is_ours(hidden: Target) -> None:
    given = package()
    create = hidden.ckan.package_create

    def cut(data: Mapping[str, Any]) -> dict[str, Any]:
        create(data)
        raise TargetError("no answer", code="timeout", retryable=True)

    hidden.ckan.package_create = cut  # type: ignore[method-assign]
    with pytest.raises(TargetError, match="no answer"):
        hidden.save(given, owner())
    hidden.ckan.package_create = create  # type: ignore[method-assign]

    assert hidden.save(given, owner()).package_id == given["id"]
    assert hidden.keys(given["id"]) == set()


def test_a_package_that_was_there_before_never_becomes_ours(hidden: Target) -> None:
    theirs = package(extras=[], state="active")
    hidden.ckan.call("package_create", theirs)

    with pytest.raises(TargetError, match="not this source's"):
        hidden.save(theirs, owner())

    assert hidden.marks.rows == {}


def test_a_package_that_ckan_refused_leaves_nothing_behind(hidden: Target) -> None:
    def refuse(data: Mapping[str, Any]) -> dict[str, Any]:
        raise Refusal("title: no", 409, {"title": ["no"]}, code="validation", field="title")

    hidden.ckan.package_create = refuse  # type: ignore[method-assign]
    with pytest.raises(TargetError, match="title"):
        hidden.save(package(), replace(owner(), fields=replace(owner().fields, on_invalid="fail")))

    assert hidden.marks.rows == {}
