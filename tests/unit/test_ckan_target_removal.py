"""What becomes of a dataset whose record the remote no longer has: `on_removed` of the source's configuration."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from harvesters.base import Harvester, HarvestJob, HarvestObject, HarvestSource, Imported, owner
from harvesters.ckan import CKANHarvester
from tests.support.fakes import MemoryTarget


def removed(target: MemoryTarget, **config: str) -> tuple[Imported, str]:
    """A dataset is stored and its record removed; the outcome, and the state of the package."""
    source = HarvestSource(str(uuid4()), "city", "City", "http://remote", "ckan", json.dumps(config))
    job = HarvestJob(str(uuid4()), source, datetime(2026, 1, 1, tzinfo=UTC))
    harvester = Harvester()
    harvester.target = target
    stored = harvester.save_package({"name": "trees"}, HarvestObject("guid-1", job))
    later = HarvestJob(str(uuid4()), source, datetime(2026, 1, 2, tzinfo=UTC))
    gone = HarvestObject("guid-1", later, action="delete", package_id=stored.package_id)
    return harvester.delete_package(gone), target.packages[str(stored.package_id)][2]


@pytest.mark.parametrize(
    ("config", "state"), [({}, "deleted"), ({"on_removed": "delete"}, "deleted"), ({"on_removed": "keep"}, "active")]
)
def test_a_dataset_is_deleted_unless_it_is_to_be_kept(config: dict[str, str], state: str) -> None:
    outcome, found = removed(MemoryTarget(), **config)

    assert (outcome.status, found) == ("deleted", state)


def test_the_target_is_told_what_the_source_wants() -> None:
    source = HarvestSource(str(uuid4()), "city", "City", "http://remote", "ckan", '{"on_removed": "purge"}')
    job = HarvestJob(str(uuid4()), source, datetime(2026, 1, 1, tzinfo=UTC))

    new = owner(HarvestObject("guid-1", job))
    known = owner(HarvestObject("guid-1", job, package_id="id-1", previous_object_id="object-0"))

    assert (new.held, new.previous, new.on_removed) == (False, "", "purge")
    assert (known.held, known.previous) == (True, "object-0")


@pytest.mark.parametrize("word", ["remove", 5, None])
def test_an_unknown_word_is_refused_when_the_source_is_configured(word: object) -> None:
    with pytest.raises(ValueError, match='on_removed must be "delete", "purge" or "keep"'):
        CKANHarvester().validate_config(json.dumps({"on_removed": word}))


@pytest.mark.parametrize("state", ["deleted", "draft"])
def test_a_dataset_that_its_remote_calls_no_active_one_goes(state: str) -> None:
    source = HarvestSource(str(uuid4()), "city", "City", "http://remote", "any")
    harvester, target = Harvester(), MemoryTarget()
    harvester.target = target
    first = HarvestJob(str(uuid4()), source, datetime(2026, 1, 1, tzinfo=UTC))
    stored = harvester.save_package({"name": "trees"}, HarvestObject("guid-1", first))
    later = HarvestJob(str(uuid4()), source, datetime(2026, 1, 2, tzinfo=UTC))

    gone = harvester.save_package(
        {"name": "trees", "state": state}, HarvestObject("guid-1", later, package_id=stored.package_id)
    )
    never = harvester.save_package({"name": "bushes", "state": state}, HarvestObject("guid-2", later))

    assert (gone, never) == (Imported(stored.package_id, "deleted"), Imported(None, "unchanged"))
    assert [package["name"] for package, _, kept in target.packages.values() if kept == "active"] == []
