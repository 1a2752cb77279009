"""`HarvesterBase` does what plugins for ckanext-harvest ask of it; the numbers are rows of that project's own test suite."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import NotFound, TargetError
from harvesters import (
    HarvesterBase,
    HarvestGatherError,
    HarvestJob,
    HarvestObject,
    HarvestObjectError,
    HarvestSource,
    munge_tag,
)
from harvesters.target import Owner, SiteRules, Stored
from tests.support.fakes import MemoryTarget
from tests.unit.stage_runs import HeldPackage

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TITLE = "Trees"


class Harvesting(HarvesterBase):
    def info(self) -> dict[str, str]:
        return {"name": "base", "title": "Base", "description": ""}


class HexHarvesting(Harvesting):
    name_append = "random-hex"


def job(config: str = "", **fields: Any) -> HarvestJob:
    source = HarvestSource(str(uuid4()), "city", "City", "http://data.example", "base", config)
    return HarvestJob(str(uuid4()), source, NOW, **fields)


def harvester(*names: str, kind: type[HarvesterBase] = Harvesting) -> HarvesterBase:
    """One whose catalogue has packages of these names."""
    target = MemoryTarget()
    for name in names:
        package = {"id": str(uuid4()), "name": name, "title": name}
        target.save(package, Owner(str(uuid4()), "Others", name, str(uuid4()), ""))
    made = kind()
    made.target = target
    return made


def record(guid: str = "guid-1", config: str = "", **fields: Any) -> HarvestObject:
    return HarvestObject(guid, job(config), **fields)


def dataset(**fields: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "title": TITLE, **fields}


# names


@pytest.mark.parametrize(
    ("row", "title", "names", "append", "expected"),
    [
        (1, TITLE, (), None, "trees"),
        (2, "Trees and branches - survey.", (), None, "trees-and-branches-survey"),
        (3, TITLE, ("trees",), None, "trees1"),
        (6, TITLE, ("trees",), "number-sequence", "trees1"),
    ],
)
def test_a_name_follows_from_the_title(row: int, title: str, names: Sequence[str], append: str | None, expected: str) -> None:
    assert harvester(*names)._gen_new_name(title, append_type=append) == expected, f"row {row}"


@pytest.mark.parametrize("option", ["number-sequence", "random-hex"])
def test_the_sources_option_says_what_a_taken_name_gets(option: str) -> None:
    """Rows 4 and 5."""
    base = harvester("trees")

    base._create_or_update_package(dataset(), record(config=f'{{"dataset_name_append": "{option}"}}'))

    expected = {"number-sequence": r"trees1", "random-hex": r"trees[0-9a-f]{5}"}[option]
    assert any(re.fullmatch(expected, name) for name in names_in(base))


@pytest.mark.parametrize("length", [96, 100])
def test_a_valid_name_of_up_to_100_characters_stays(length: int) -> None:
    """There it is cut to 95."""
    base = harvester()

    base._create_or_update_package({**dataset(), "name": "n" * length}, record())

    assert "n" * length in names_in(base)


def test_the_site_says_what_a_taken_name_gets_where_neither_source_nor_class_does() -> None:
    base = harvester("trees")
    base.target.rules = SiteRules(name_append="random-hex")  # type: ignore[attr-defined]

    assert re.fullmatch(r"trees[0-9a-f]{5}", base._gen_new_name(TITLE) or "")


def test_the_argument_goes_before_the_class() -> None:
    """Row 6, the other way round."""
    base = harvester("trees", kind=HexHarvesting)

    assert base._gen_new_name(TITLE, append_type="number-sequence") == "trees1"
    assert re.fullmatch(r"trees[0-9a-f]{5}", base._gen_new_name(TITLE) or "")


@pytest.mark.parametrize(
    ("row", "ideal", "names", "existing", "expected"),
    [
        (7, "trees", ("unrelated",), None, "trees"),
        (8, "trees", ("trees",), None, "trees1"),
        (9, "trees", ("trees", "trees1"), None, "trees2"),
        (10, "x" * 101, (), None, "x" * 100),
        (11, "x" * 100, ("x" * 100,), None, "x" * 99 + "1"),
        (12, "tree", ("trees1",), "trees1", "tree"),
        (13, "trees", ("trees", "trees2"), "trees", "trees"),
        (14, "trees", ("trees1",), "trees1", "trees"),
        (15, "trees", ("trees", "trees2"), "trees2", "trees2"),
        (16, "frogs", ("frogs", "trees2"), "trees2", "frogs1"),
    ],
)
def test_a_name_is_unique_and_stays_where_it_can(
    row: int, ideal: str, names: Sequence[str], existing: str | None, expected: str
) -> None:
    assert harvester(*names)._ensure_name_is_unique(ideal, existing_name=existing) == expected, f"row {row}"


def test_hex_digits_are_five_and_the_same_in_every_attempt() -> None:
    """Row 17."""
    names = {harvester("trees")._ensure_name_is_unique("trees", append_type="random-hex") for _ in range(3)}

    (name,) = names
    assert re.fullmatch(r"trees[0-9a-f]{5}", name or "")


def test_other_kinds_of_appendices_are_refused_by_name() -> None:
    with pytest.raises(NotImplementedError, match=r"'roman': use 'number-sequence' or 'random-hex'"):
        harvester("trees")._ensure_name_is_unique("trees", append_type="roman")


def names_in(base: HarvesterBase) -> list[str]:
    assert isinstance(base.target, MemoryTarget)
    return [package["name"] for package, _, _ in base.target.packages.values()]


# tags


@pytest.mark.parametrize(
    ("tag", "munged"),
    [
        ("unchanged", "unchanged"),
        ("s p a c e s", "s-p-a-c-e-s"),
        ("two  spaces", "two--spaces"),
        ("random:other%character&_.here", "randomothercharacterhere"),
        ("river-water-dashes", "river-water-dashes"),
    ],
)
def test_tags_are_munged_and_twice_gives_the_same(tag: str, munged: str) -> None:
    """Rows 18 and 19."""
    assert munge_tag(tag) == munged
    assert munge_tag(munged) == munged


def test_tags_that_are_dicts_are_munged_in_place_and_keep_their_order() -> None:
    """Row 20."""
    tags = [{"name": "Trees & Parks", "id": "1"}, {"name": "geo"}, {"name": "%"}]

    cleaned = Harvesting()._clean_tags(tags)

    assert cleaned == [{"name": "trees--parks", "id": "1"}, {"name": "geo"}]
    assert cleaned[0] is tags[0]


def test_tags_that_are_texts_come_once_each() -> None:
    """Row 21."""
    assert Harvesting()._clean_tags(["Trees", "trees", "geo", "%"]) == ["trees", "geo"]


# gather


def test_an_object_is_made_for_each_id() -> None:
    this = job()

    ids = Harvesting()._create_harvest_objects(["a", "b"], this)

    assert ids == [harvest_object.id for harvest_object in this.objects]
    assert [harvest_object.guid for harvest_object in this.objects] == ["a", "b"]


def test_no_ids_are_an_error_of_gather() -> None:
    this = job()

    assert Harvesting()._create_harvest_objects([], this) is None
    assert [error.message for error in this.errors] == ["No remote datasets could be identified"]


def test_errors_are_saved_by_either_way() -> None:
    this, base = record(), Harvesting()

    base._save_gather_error("gather", this.job)
    HarvestGatherError.create(message="made", job=this.job)
    base._save_object_error("fetch", this)
    base._save_object_error("line", obj=this, stage="Validation", line=7)
    HarvestObjectError.create(message="made", object=this, stage="Import")

    assert [error.message for error in this.job.gather_errors] == ["gather", "made"]
    assert this.errors == [("fetch", "Fetch", None), ("line", "Validation", 7), ("made", "Import", None)]


def test_the_last_error_free_job_says_since_when_changes_may_have_been_missed() -> None:
    last = Harvesting.last_error_free_job(job(last_complete=NOW))

    assert last is not None
    assert (last.gather_started, last.status) == (NOW, "Finished")
    assert Harvesting.last_error_free_job(job()) is None


# import


def test_a_dataset_is_created_under_a_name_of_its_own() -> None:
    base, this = harvester("trees"), record()

    assert base._create_or_update_package(dataset(name="Trees"), this, package_dict_form="package_show") is True

    package = base.target.show(this.package_id or "")
    assert package is not None
    assert (package["name"], this.current) == ("trees1", True)


def test_an_update_keeps_the_name_that_the_dataset_has_here() -> None:
    base, this = harvester("trees"), record()
    package = dataset(name="trees")
    base._create_or_update_package(package, this)

    later = HarvestObject(this.guid, HarvestJob(str(uuid4()), this.source, NOW, number=1), package_id=this.package_id)
    later.held = HeldPackage(this.package_id)
    done = base._create_or_update_package(package | {"title": "Other"}, later)

    stored = base.target.show(later.package_id or "")
    assert done is True
    assert stored is not None
    assert (stored["name"], stored["title"]) == ("trees1", "Other")


@pytest.mark.parametrize(
    ("modified", "force", "expected"),
    [
        ("2026-01-01T00:00:00", False, "unchanged"),
        ("2025-01-01T00:00:00", False, "unchanged"),
        ("2026-01-01T00:00:00.5", False, True),
        ("2026-01-01T00:00:00", True, True),
        (None, False, True),
    ],
)
def test_only_what_is_newer_at_the_remote_is_stored(modified: str | None, force: bool, expected: object) -> None:
    base, this = harvester(), record()
    package = dataset(metadata_modified="2026-01-01T00:00:00")
    base._create_or_update_package(package, this)

    later = HarvestObject(this.guid, HarvestJob(str(uuid4()), this.source, NOW, number=1), package_id=this.package_id)
    later.held, later.force_import = HeldPackage(this.package_id, validators=this.validators), force

    assert base._create_or_update_package(package | {"metadata_modified": modified}, later) == expected


class Refusing(MemoryTarget):
    """Takes no package."""

    def __init__(self, *, retryable: bool) -> None:
        super().__init__()
        self.retryable = retryable

    def save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        raise TargetError("title: Missing value", code="validation", retryable=self.retryable)


def test_a_refusal_is_an_error_of_the_object() -> None:
    base, this = Harvesting(), record()
    base.target = Refusing(retryable=False)

    assert base._create_or_update_package(dataset(), this) is None
    assert this.errors == [("Invalid package with GUID guid-1: title: Missing value", "Import", None)]
    assert this.package_id is None


def test_a_target_that_doesnt_answer_is_asked_again_later() -> None:
    base = Harvesting()
    base.target = Refusing(retryable=True)

    with pytest.raises(TargetError):
        base._create_or_update_package(dataset(), record())


def test_a_subclass_may_look_for_the_package_in_another_way() -> None:
    base, this = harvester(), record()
    base._create_or_update_package(dataset(name="trees"), this)

    class ByName(Harvesting):
        def _find_existing_package(self, package_dict: Mapping[str, Any]) -> dict[str, Any]:
            package = self.target.show("trees")
            assert package is not None
            return package

    other = ByName()
    other.target = base.target
    later = HarvestObject("another-guid", HarvestJob(str(uuid4()), this.source, NOW, number=1))

    assert other._create_or_update_package(dataset(title="New"), later) is True
    assert later.package_id == this.package_id


def test_a_package_that_isnt_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        harvester()._find_existing_package({"id": "nothing"})


def test_tags_are_cleaned_where_the_source_says_so() -> None:
    base, this = harvester(), record(config='{"clean_tags": true}')

    base._create_or_update_package(dataset(tags=[{"name": "Trees & Parks"}]), this)

    package = base.target.show(this.package_id or "")
    assert package is not None
    assert [tag["name"] for tag in package["tags"]] == ["trees--parks"]
