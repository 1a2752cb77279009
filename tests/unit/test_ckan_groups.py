"""Groups and organisations of a CKAN: looked up, made, and named where they can't be."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from adapters.targets.ckan.groups import GroupDirectory
from domain.errors import TargetError
from tests.unit.test_ckan_target import NONE, TAKEN, Says


def directory(says: Says, clock: Callable[[], float] = lambda: 0.0) -> GroupDirectory:
    return GroupDirectory(says, "organization", clock)  # type: ignore[arg-type]


def test_an_organization_is_looked_up_once_by_id_then_by_name() -> None:
    says = Says(organization_show=lambda data: {"id": "here", "name": "city"} if data["id"] == "city" else NONE)
    known = directory(says)

    for _ in range(3):
        assert known.resolve({"id": "remote", "name": "city"}, create=False) == {"id": "here", "name": "city"}
        assert known.resolve({"id": "nope"}, create=False) is None

    assert says.actions == ["organization_show"] * 3


def test_what_ckan_said_is_forgotten_after_a_while() -> None:
    now = [0.0]
    says = Says(organization_show=lambda data: NONE)
    known = directory(says, lambda: now[0])

    for now[0] in (0.0, 299.0, 301.0):
        known.resolve({"name": "city"}, create=False)

    assert len(says.actions) == 2


def test_an_organization_that_another_worker_makes_first_is_taken() -> None:
    shown: list[dict[str, str]] = []

    def make(data: Mapping[str, Any]) -> Exception:
        shown.append({"id": "here", "name": "city"})
        return TAKEN

    says = Says(organization_show=lambda data: shown[0] if shown else NONE, organization_create=make)

    assert directory(says).resolve({"name": "city", "title": "City", "users": []}, create=True) == {
        "id": "here",
        "name": "city",
    }


def test_threads_that_want_the_same_new_organization_look_for_it_and_make_it_once() -> None:
    asked: list[str] = []
    made: list[str] = []
    all_started = threading.Event()

    def show(data: Mapping[str, Any]) -> Any:
        asked.append(data["id"])
        all_started.wait(30)
        return NONE

    def make(data: Mapping[str, Any]) -> Mapping[str, Any]:
        made.append(data["name"])
        return {"id": "1", **data}

    groups = directory(Says(organization_show=show, organization_create=make))
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(groups.resolve({"name": "city"}, create=True))) for _ in range(4)]
    for thread in threads:
        thread.start()
    all_started.set()
    for thread in threads:
        thread.join()

    assert results == [{"id": "1", "name": "city"}] * 4
    assert (asked, made) == (["city"], ["city"])


def test_an_organization_that_cannot_be_made_is_named() -> None:
    says = Says(
        organization_show=lambda data: {"id": "x", "name": "city", "state": "deleted"}, organization_create=lambda _: TAKEN
    )

    with pytest.raises(TargetError, match="organization city can't be made: name: ya existe") as failed:
        directory(says).resolve({"id": "x", "name": "city"}, create=True)

    assert (failed.value.code, failed.value.field) == ("validation", "organization")


def test_the_remotes_id_is_not_taken_for_the_name_of_somebody_else() -> None:
    made: list[Mapping[str, Any]] = []

    def make(data: Mapping[str, Any]) -> Mapping[str, Any]:
        made.append(data)
        return {"id": "new", "name": data["name"]}

    here = {"id": "stranger", "name": "word"}
    says = Says(organization_show=lambda data: here if data["id"] in here.values() else NONE, organization_create=make)

    found = directory(says).resolve({"id": "word", "name": "city"}, create=True)

    assert found == {"id": "new", "name": "city"}
    assert made == [{"name": "city"}]  # an id that is a word could be a name here, too
