"""What a plugin's stages hand over wrongly is reported with what was expected and what came."""

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
    Page,
    Record,
    results,
)


def kind(value: object) -> str:
    """What a case is called."""
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


def test_a_guid_of_a_class_of_text_that_fails_is_its_text() -> None:
    class Odd(str):
        def __str__(self) -> str:
            raise ValueError("no text")

        __hash__ = None  # type: ignore[assignment]

    guid = results.identity(Odd(" a "))

    assert (guid, type(guid)) == ("a", str)


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
