"""What a plugin's fetch and import stages hand over wrongly is reported with what was expected and what came."""

import asyncio
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from domain.errors import RemoteError
from harvesters import (
    Fetched,
    HarvestObject,
    Imported,
    Package,
    Record,
    results,
)
from tests.unit.stage_runs import Plugin, aggregate, failure, run
from tests.unit.test_plugin_results import Unspeakable, coroutine, iter_nothing, kind


@pytest.mark.parametrize("stage", ["fetch", "import"])
@pytest.mark.parametrize(
    ("result", "words"),
    [
        (None, "(is a `return` missing?)"),
        ({"name": "x"}, "(to store a dataset, return Package(fields))"),
        ("added", '(to say what was done, return Imported(package_id, "added"))'),
        ("Unchanged", "a str: 'Unchanged'"),
        (Record("a"), "a Record: "),
        (iter_nothing(), "(it has a `yield`: this stage returns one result)"),
        (Unspeakable(), "an Unspeakable"),
        (["id"], "a list: ['id']"),
        (1, "an int: 1"),
    ],
    ids=kind,
)
def test_a_result_that_is_none_is_shown_with_what_was_expected(stage: str, result: Any, words: str) -> None:
    plugin = Plugin(fetch=lambda _: result) if stage == "fetch" else Plugin(load=lambda _: result)

    known, _ = run(plugin)

    message = failure(known)["message"]
    assert message.startswith(f"{stage}_stage returned ")
    assert words in message
    assert message.endswith(f"expected {results.FETCH if stage == 'fetch' else results.IMPORT}")
    assert failure(known)["code"] == f"{stage}_failed"


@pytest.mark.parametrize("stage", ["fetch", "import"])
def test_an_asynchronous_stage_is_told_to_be_a_plain_one(stage: str) -> None:
    plugin = Plugin(fetch=lambda _: coroutine()) if stage == "fetch" else Plugin(load=lambda _: coroutine())

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        known, _ = run(plugin)

    assert "(is it `async def`? harvestlog calls it as a plain method)" in failure(known)["message"]
    asyncio.run(coroutine())


def test_errors_that_were_saved_do_not_hide_a_nonsensical_result() -> None:
    plugin = Plugin()

    def load(view: HarvestObject) -> Any:
        plugin.save_object_error("odd date", view)
        return "nonsense"

    plugin._import = load
    known, _ = run(plugin)

    assert "'nonsense'" in failure(known)["message"]


def setting(**fields: Any) -> Callable[[HarvestObject], bool]:
    def stage(view: HarvestObject) -> bool:
        for name, value in fields.items():
            setattr(view, name, value)
        return True

    return stage


BAD_OBJECTS: dict[str, tuple[dict[str, Any], str]] = {
    "content": ({"content": {"title": "x"}}, "harvest_object.content must be text, is a dict: {'title': 'x'}"),
    "content object": ({"content": Unspeakable()}, "harvest_object.content must be text, is an Unspeakable"),
    "guid": ({"guid": None}, "a guid must be text, is None"),
    "guid dict": ({"guid": {"id": 1}}, "a guid must be text, is a dict: {'id': 1}"),
    "package": ({"package_id": 7}, "harvest_object.package_id must be text or None, is an int: 7"),
    "extras": ({"extras": {"a": "b"}}, "harvest_object.extras must be a list of HarvestObjectExtra, is a dict: {'a': 'b'}"),
    "extra": (
        {"extras": [("a", "b")]},
        "harvest_object.extras must be a list of HarvestObjectExtra, holds a tuple: ('a', 'b')",
    ),
}


@pytest.mark.parametrize("stage", ["Fetch", "Import"])
@pytest.mark.parametrize("kind", BAD_OBJECTS)
def test_what_a_stage_sets_on_its_object_is_checked(stage: str, kind: str) -> None:
    fields, message = BAD_OBJECTS[kind]
    plugin = Plugin(fetch=setting(**fields)) if stage == "Fetch" else Plugin(load=setting(**fields))

    known, _ = run(plugin)

    assert (failure(known)["stage"], failure(known)["message"]) == (stage, message)


def test_bytes_set_as_content_are_its_text() -> None:
    known, stages = run(Plugin(fetch=setting(content="ü".encode())))

    assert (known.outcome, list(stages.documents.values())) == ("added", ["ü".encode()])


BAD_RESULTS = {
    "fetched content": (Fetched({1}), "content must be text, bytes, or a mapping (stored as JSON), is a set: {1}"),  # type: ignore[arg-type]
    "fetched extras": (Fetched("x", ["a"]), "extras must be a mapping of text to text, is a list: ['a']"),  # type: ignore[arg-type]
    "fetched guid": (Fetched("x", guid=[]), "a guid must be text, is a list: []"),  # type: ignore[arg-type]
    "fields": (Package("x"), "Package(fields): fields must be a mapping, is a str: 'x'"),  # type: ignore[arg-type]
    "status": (
        Imported("x", "created"),  # type: ignore[arg-type]
        "Imported(status) must be one of added, updated, unchanged, deleted, is a str: 'created'",
    ),
    "package id": (Imported(7, "added"), "Imported(package_id) must be text or None, is an int: 7"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("kind", BAD_RESULTS)
def test_what_a_typed_result_holds_is_checked(kind: str) -> None:
    result, message = BAD_RESULTS[kind]
    plugin = Plugin(fetch=lambda _: result) if isinstance(result, Fetched) else Plugin(load=lambda _: result)

    known, _ = run(plugin)

    assert (failure(known)["code"], failure(known)["message"]) == ("plugin_error", message)


def test_a_fetched_mapping_is_stored_as_json() -> None:
    known, stages = run(Plugin(fetch=lambda _: Fetched({"b": 1, "a": 2})))

    assert (known.outcome, list(stages.documents.values())) == ("added", [b'{"a":2,"b":1}'])


def test_a_package_for_a_record_that_is_to_be_deleted_is_refused() -> None:
    known, _ = run(Plugin(load=lambda _: Package({"name": "x"})), aggregate(action="delete"))

    assert failure(known)["message"].endswith("return self.delete_package(harvest_object)")


@pytest.mark.parametrize(
    "errors",
    ["a text", None, ["a text"], [("message",)], [("message", "Import", 3, "more")], [(Unspeakable(), Unspeakable(), None)], 7],
    ids=kind,
)
def test_saved_errors_in_another_form_take_nothing_with_them(errors: Any) -> None:
    known, _ = run(Plugin(load=setting(errors=errors)))

    assert known.outcome == "added"
    assert known.errors == 1


@pytest.mark.parametrize("retry_after", ["120", "soon", [], float("nan"), float("inf"), -5, 1e400], ids=repr)
def test_an_odd_time_to_come_again_takes_nothing_with_it(retry_after: Any) -> None:
    def busy(view: HarvestObject) -> bool:
        raise RemoteError("busy", code=503, retryable=True, retry_after=retry_after)  # type: ignore[arg-type]

    known, _ = run(Plugin(fetch=busy))

    assert (failure(known)["code"], failure(known)["message"]) == ("503", "busy")


def test_an_object_that_is_imported_is_not_kept_when_a_plugin_saves_it() -> None:
    seen: list[HarvestObject] = []

    def load(view: HarvestObject) -> bool:
        view.save()
        seen.append(view)
        return True

    run(Plugin(load=load))

    assert seen[0].job.objects == []
