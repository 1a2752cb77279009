"""What a plugin's stages hand over wrongly is told with what was expected and what came."""

import asyncio
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import PluginError, RecordError, RemoteError
from harvesters import (
    Fetched,
    GatherError,
    Harvester,
    HarvestJob,
    HarvestObject,
    HarvestObjectExtra,
    HarvestSource,
    Imported,
    Package,
    Page,
    Record,
    results,
)
from tests.unit.stage_runs import Plugin, aggregate, failure, run


def kind(value: object) -> str:
    """How a case is called."""
    return type(value).__name__


EXPECTED_OF_GATHER = "Records, GatherErrors and Pages (as a generator), or a list of the ids of saved HarvestObjects"


class Unspeakable:
    """Can't be shown."""

    def __str__(self) -> str:
        raise ValueError("no text")

    __repr__ = __str__


class Gathering(Harvester):
    """Its gather stage is the function given."""

    def __init__(self, stage: Callable[[HarvestJob], Any]) -> None:
        self._stage = stage

    def gather_stage(self, harvest_job: HarvestJob) -> Any:
        return self._stage(harvest_job)


def new_job() -> HarvestJob:
    source = HarvestSource(str(uuid4()), "city", "City", "http://data.example", "test")
    return HarvestJob(str(uuid4()), source, datetime.now(UTC))


def gather(stage: Callable[[HarvestJob], Any], job: HarvestJob | None = None) -> list[Any]:
    return list(results.gathered(Gathering(stage), job or new_job()))


def iter_nothing() -> Iterator[None]:
    yield None


async def coroutine() -> list[str]:
    return []


async def asynchronous_generator() -> Any:
    yield Record("a")


# gather


@pytest.mark.parametrize(
    "returned",
    ["an id", {"a": 1}, b"bytes", 7, True, False, Record("a"), GatherError("no"), Page("1"), Unspeakable()],
    ids=kind,
)
def test_a_listing_that_is_none_is_refused_as_a_whole(returned: Any) -> None:
    with pytest.raises(PluginError) as refused:
        gather(lambda _: returned)

    assert str(refused.value).startswith(f"gather_stage must give {EXPECTED_OF_GATHER}; it returned ")
    assert type(returned).__name__ in str(refused.value) or repr(returned) in str(refused.value)


def test_a_gather_stage_that_returns_none_has_failed() -> None:
    with pytest.raises(RemoteError, match=r"returned nothing \(None\): it failed, or lacks a `return`"):
        gather(lambda _: None)


@pytest.mark.parametrize("stage", [lambda _: coroutine(), lambda _: asynchronous_generator()], ids=["coroutine", "generator"])
def test_an_asynchronous_gather_stage_is_told_to_be_a_plain_one(stage: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # "coroutine was never awaited"
        with pytest.raises(PluginError, match=r"`(async )?def`"):
            gather(stage)


@pytest.mark.parametrize(
    "item",
    [None, 7, ["an id"], {"guid": "a"}, (), object(), Fetched("x"), Unspeakable()],
    ids=kind,
)
def test_an_item_that_is_none_is_an_error_and_the_others_go_on(item: Any) -> None:
    def stage(job: HarvestJob) -> Iterator[Any]:
        yield Record("a")
        yield item
        yield Record("b")
        job.full_listing = True

    job = new_job()

    first, error, last = gather(stage, job)

    assert (first, last) == (Record("a"), Record("b"))
    assert error.code == "bad_result"
    assert error.message.startswith(f"gather_stage must give {EXPECTED_OF_GATHER}; one of what it gave is ")
    assert not job.full_listing, "what couldn't be read may be any record: nothing is deleted"


def test_an_object_where_its_id_belongs_is_named() -> None:
    def stage(job: HarvestJob) -> list[Any]:
        return [HarvestObject("a", job), Record("b")]

    error, _ = gather(stage)

    assert "HarvestObject" in error.message


def test_ids_that_were_never_saved_are_named() -> None:
    def stage(job: HarvestJob) -> list[str]:
        saved, forgotten = HarvestObject("a", job), HarvestObject("b", job)
        saved.save()
        job.full_listing = True
        return [saved.id, forgotten.id, "nonsense"]

    job = new_job()

    record, error = gather(stage, job)

    assert record.guid == "a"
    assert error.code == "bad_result"
    assert error.message.startswith(
        f"2 of the 3 ids that gather_stage gave, '{HarvestObject('b', job).id}' first, are not those"
    )
    assert "call save()" in error.message
    assert not job.full_listing


@pytest.mark.parametrize("given", [["nonsense"], [None, 7], ["nonsense", 3.5]])
def test_a_gather_of_which_nothing_can_be_used_fails(given: list[Any]) -> None:
    job = new_job()
    collected: list[object] = []

    with pytest.raises(PluginError, match="nothing that gather_stage gave can be used"):
        collected.extend(results.gathered(Gathering(lambda _: given), job))


@pytest.mark.parametrize("error", [RecordError(None), KeyError(None), Exception(None)])
def test_an_error_without_words_is_named_by_its_kind(error: Exception) -> None:
    assert results.said(error) == type(error).__name__


def test_ids_may_be_uuids_and_an_object_is_saved_once() -> None:
    def stage(job: HarvestJob) -> list[UUID]:
        saved = HarvestObject("a", job, content="{}", extras=[HarvestObjectExtra("status", "delete")])
        saved.save()
        saved.add()
        return [UUID(saved.id)]

    assert gather(stage) == [Record("a", "{}", "delete", {"status": "delete"})]


def test_a_generator_that_also_returns_a_list_is_told_that_the_list_is_lost() -> None:
    def stage(job: HarvestJob) -> Any:
        yield Record("a")
        return ["an id"]

    with pytest.raises(PluginError, match=r"has a `yield`, so what it returns is lost \(a list: \['an id'\]\)"):
        gather(stage)


@pytest.mark.parametrize("value", ["yes", None, 1.5, []], ids=repr)
def test_full_listing_is_true_or_false(value: Any) -> None:
    def stage(job: HarvestJob) -> Iterator[Record]:
        yield Record("a")
        job.full_listing = value

    job = new_job()

    _, error = gather(stage, job)

    assert error.message.startswith("harvest_job.full_listing must be True or False, is ")
    assert job.full_listing is False


def test_errors_that_lie_on_the_job_in_another_form_are_shown() -> None:
    def stage(job: HarvestJob) -> list[str]:
        job.errors += ["a text", None, Unspeakable(), GatherError("a real one", "odd")]  # type: ignore[list-item]
        return []

    messages = [error.message for error in gather(stage)]

    assert messages == ["a text", "None", "Unspeakable, whose text can't be had (ValueError)", "a real one"]


@pytest.mark.parametrize("guid", [None, True, 1.5, b"a", [], {"id": 1}, "", "  ", object()], ids=kind)
def test_a_guid_that_is_none_is_refused(guid: Any) -> None:
    with pytest.raises(PluginError, match="a guid must be text, is "):
        results.identity(guid)


@pytest.mark.parametrize(("guid", "stored"), [(" a ", "a"), (17, "17"), (UUID(int=1), str(UUID(int=1)))])
def test_a_guid_may_be_a_number_or_a_uuid(guid: Any, stored: str) -> None:
    assert results.identity(guid) == stored


@pytest.mark.parametrize("content", [{1, 2}, 7, True, 1.5, object(), {"a": {1}}, {"a": object()}, iter("a")], ids=kind)
def test_content_that_is_no_document_is_refused(content: Any) -> None:
    with pytest.raises(PluginError, match=r"content (must be text, bytes, or a mapping|can't be stored as JSON)"):
        results.document(content)


@pytest.mark.parametrize(
    ("content", "stored"),
    [
        ("ü", "ü".encode()),
        (b"\xff", b"\xff"),
        (bytearray(b"a"), b"a"),
        ({"b": 1, "a": 2**70}, b'{"a": 1180591620717411303424, "b": 1}'),
        ([1], b"[1]"),
        (None, None),
    ],
)
def test_content_may_be_text_bytes_or_json(content: Any, stored: bytes | None) -> None:
    assert results.document(content) == stored


def test_errors_with_their_arguments_swapped_are_told_at_once() -> None:
    harvester, job = Harvester(), new_job()

    with pytest.raises(TypeError, match=r"save_object_error\(message, harvest_object, stage, line\): harvest_object is a str"):
        harvester.save_object_error(HarvestObject("a", job), "no title")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"save_gather_error\(message, job, code\): job is a str"):
        harvester.save_gather_error(job, "no title")  # type: ignore[arg-type]


# fetch and import


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
