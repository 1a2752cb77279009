"""What the stage runner records of a dataset that is taken out: what became of it, and its title."""

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import ValidationError
from domain.objects import HarvestObject as Aggregate
from harvesters.base import HarvestJob, Imported
from harvesters.loading import validated_config
from tests.support.fakes import MemoryTarget
from tests.unit.stage_runs import JOB, NOW, SOURCE, HeldPackage, Plugin, aggregate, run


def stored(target: MemoryTarget, title: str = "Trees") -> str:
    plugin = Plugin(load=lambda one: plugin.save_package({"name": "trees", "title": title}, one))
    plugin.target = target
    known, _ = run(plugin)
    assert known.package_id
    return known.package_id


def removal(target: MemoryTarget, load: Any, package_id: str, **config: Any) -> Aggregate:
    """A record that the remote no longer has goes through a plugin's import stage."""
    plugin = Plugin(load=lambda one: load(plugin, one))
    plugin.target = target
    job = HarvestJob(str(JOB), replace(SOURCE, config=json.dumps(config)), NOW)
    known, _ = run(plugin, aggregate(action="delete"), held={"guid-1": HeldPackage(package_id)}, job=job)
    return known


def recorded(known: Aggregate) -> list[tuple[str, str]]:
    return [(event.how, event.title) for event in known.pending_events if event.TOPIC == "object.removed"]  # type: ignore[attr-defined]


PLUGINS = {
    "delete_package": lambda plugin, one: plugin.delete_package(one),
    "says that it is done": lambda plugin, one: True,
    "says deleted": lambda plugin, one: Imported(one.package_id, "deleted") if plugin.delete_package(one) else None,
}


@pytest.mark.parametrize("plugin", PLUGINS)
@pytest.mark.parametrize(
    ("config", "how", "state"),
    [({}, "deleted", "deleted"), ({"on_removed": "purge"}, "purged", None), ({"on_removed": "keep"}, "kept", "active")],
)
def test_every_plugin_follows_the_policy(plugin: str, config: dict[str, str], how: str, state: str | None) -> None:
    target = MemoryTarget()
    package_id = stored(target)

    known = removal(target, PLUGINS[plugin], package_id, **config)

    assert (known.outcome, recorded(known)) == ("deleted", [(how, "Trees")])
    assert (target.packages[package_id][2] if package_id in target.packages else None) == state


def test_a_dataset_that_a_person_purged_is_no_error() -> None:
    known = removal(MemoryTarget(), PLUGINS["delete_package"], str(uuid4()))

    assert (known.outcome, recorded(known)) == ("deleted", [("gone", "")])


def test_what_the_source_never_held_is_no_removal() -> None:
    plugin = Plugin(load=lambda one: plugin.delete_package(one))
    plugin.target = MemoryTarget()
    known, _ = run(plugin, aggregate(action="delete"))

    assert (known.outcome, recorded(known)) == ("unchanged", [])


def test_with_a_grace_period_a_dataset_is_hidden_and_the_day_is_known_when_it_goes() -> None:
    target = MemoryTarget()
    package_id = stored(target)

    known = removal(target, PLUGINS["says that it is done"], package_id, deletion_grace_days=30)

    assert (known.outcome, recorded(known), target.packages[package_id][2]) == ("deleted", [("hidden", "Trees")], "draft")
    until = [event.until for event in known.pending_events if event.TOPIC == "object.removed"]  # type: ignore[attr-defined]
    assert until == ["2026-03-31T12:00:00+00:00"]


def test_what_is_kept_is_not_hidden() -> None:
    target = MemoryTarget()
    package_id = stored(target)

    known = removal(target, PLUGINS["delete_package"], package_id, deletion_grace_days=30, on_removed="keep")

    assert (recorded(known), target.packages[package_id][2]) == ([("kept", "Trees")], "active")


@pytest.mark.parametrize("days", [-1, "7", True, 4000, None])
def test_a_grace_period_that_is_no_number_of_days_is_refused(days: object) -> None:
    with pytest.raises(ValidationError, match="deletion_grace_days must be a number of days from 0 to 3650"):
        validated_config("noop", json.dumps({"deletion_grace_days": days}))
