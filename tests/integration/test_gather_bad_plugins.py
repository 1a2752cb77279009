"""A harvester that breaks its interface while it gathers: the job says so, deletes nothing, and comes to its end."""

from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

import pytest

from adapters.bootstrap import Parts
from domain.errors import Conflict, JobEnded
from harvesters import GatherError, HarvestJob, HarvestObject, Listed, Record
from tests.integration.test_gather_run import Gathering, full
from tests.support.evil import Evil


@pytest.fixture
def gathering(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> Gathering:
    """A source that holds the records a and b."""
    gathering = Gathering(emptied, monkeypatch)
    gathering.finish(gathering.run(full(Record("a", "1"), Record("b", "2"))))
    return gathering


class Unspeakable(Exception):
    """Has no text."""

    def __str__(self) -> str:
        raise ValueError("no text")


WITHOUT_GUID = [None, "", {"id": "b"}, True]


@pytest.mark.parametrize("guid", WITHOUT_GUID, ids=repr)
def test_a_record_without_guid_may_be_any_so_nothing_is_deleted(gathering: Gathering, guid: Any) -> None:
    job = gathering.run(full(Record("a", "1"), Record(guid, "2")))

    [(code, message, _)] = gathering.errors(job)
    assert (code, message[:35]) == ("bad_guid", "A record has no guid (a guid must b")
    assert gathering.objects(job) == {}


def test_a_record_that_cannot_be_stored_is_still_at_the_remote(gathering: Gathering) -> None:
    job = gathering.run(full(Record("a", "1"), Record("b", {2})))  # type: ignore[arg-type]

    [(code, message, guid)] = gathering.errors(job)
    assert (code, guid) == ("bad_record", "b")
    assert message == "Record b can't be stored: content must be text, bytes, or a mapping (stored as JSON), is a set: {2}"
    assert gathering.objects(job) == {}


def test_what_a_broken_listing_does_not_show_is_not_deleted(gathering: Gathering) -> None:
    job = gathering.run(full(Record("a", "1"), None))

    [(code, message, _)] = gathering.errors(job)
    assert code == "bad_result"
    assert message.endswith("one of what it gave is None")
    assert gathering.objects(job) == {}


def test_what_a_good_listing_does_not_show_is_deleted(gathering: Gathering) -> None:
    job = gathering.run(full(Record("a", "1")))

    assert [known.action for known in gathering.objects(job).values()] == ["delete"]


@pytest.mark.parametrize("raised", [Unspeakable(), Conflict([]), JobEnded("odd")], ids=lambda error: type(error).__name__)
def test_whatever_is_raised_ends_the_gather_with_an_error(gathering: Gathering, raised: BaseException) -> None:
    def remote(job: HarvestJob) -> Iterator[Any]:
        yield Record("c", "3")
        raise raised

    job = gathering.run(remote)

    assert (job.complete, job.gather_finished is not None, len(gathering.errors(job))) == (False, True, 1)
    assert gathering.objects(job).keys() == {"c"}


@pytest.mark.parametrize("extras", [["a"], "text", 7], ids=repr)
def test_extras_that_are_none_are_told(gathering: Gathering, extras: Any) -> None:
    job = gathering.run(full(Record("a", "1"), Record("b", "2", extras=extras)))

    [(code, message, _)] = gathering.errors(job)
    assert (code, message[:68]) == ("bad_record", "Record b can't be stored: extras must be a mapping of text to text, ")


@pytest.mark.parametrize("error", [GatherError(None, None, []), GatherError({}, 7, None)], ids=repr)  # type: ignore[arg-type]
def test_an_error_of_other_things_than_text_is_recorded_as_text(gathering: Gathering, error: GatherError) -> None:
    job = gathering.run(full(error))

    [recorded] = gathering.errors(job)
    assert recorded == (str(error.code), str(error.message), None if error.guid is None else str(error.guid))


def test_ids_that_were_not_saved_are_an_error_of_the_job(gathering: Gathering) -> None:
    def remote(job: HarvestJob) -> Iterable[Any]:
        saved = HarvestObject("c", job, content="3")
        saved.save()
        return [saved.id, HarvestObject("d", job).id]

    job = gathering.run(remote)

    [(code, message, _)] = gathering.errors(job)
    assert (code, message[:38]) == ("bad_result", "1 of the 2 ids that gather_stage gave,")
    assert message.endswith("call save() on each")
    assert gathering.objects(job).keys() == {"c"}


def test_errors_saved_before_an_exception_are_kept(gathering: Gathering) -> None:
    def remote(job: HarvestJob) -> Iterable[Any]:
        job.errors += [GatherError("first", "odd"), "second"]  # type: ignore[list-item]
        raise KeyError("title")

    job = gathering.run(remote)

    assert [message.splitlines()[0] for _, message, _ in gathering.errors(job)] == ["KeyError: 'title'", "first", "second"]


class EvilMapping(Mapping[str, Any]):
    """A mapping that fails when it is read."""

    def __getitem__(self, key: str) -> Any:
        raise ZeroDivisionError("read")

    def __iter__(self) -> Iterator[str]:
        raise ZeroDivisionError("read")

    def __len__(self) -> int:
        return 1


class Word(str):
    """Text of a class that fails when it is compared."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        raise ZeroDivisionError("compared")


EVIL_RECORDS = {
    "content": Record("b", Evil()),  # type: ignore[arg-type]
    "mapping": Record("b", EvilMapping()),
    "action": Record("b", "2", action=Evil()),  # type: ignore[arg-type]
    "list as action": Record("b", "2", action=["new"]),  # type: ignore[arg-type]
    "extras": Record("b", "2", extras=EvilMapping()),
    "value of extras": Record("b", "2", extras={"x": Evil()}),  # type: ignore[dict-item]
    "time": Record("b", "2", metadata_modified=Evil()),  # type: ignore[arg-type]
    "long guid": Record("b" * 10_000, "2"),
}


@pytest.mark.parametrize("record", EVIL_RECORDS.values(), ids=EVIL_RECORDS)
def test_a_record_that_cant_be_looked_at_costs_no_other(gathering: Gathering, record: Record) -> None:
    job = gathering.run(full(Record("a", "1"), Record("b"), record, Record("c", "3")))

    errors = gathering.errors(job)
    assert job.complete
    assert {code for code, *_ in errors} <= {"bad_record", "duplicate_guid"}
    assert "c" in gathering.objects(job)
    assert "delete" not in {known.action for known in gathering.objects(job).values()}


@pytest.mark.parametrize("guids", ["ab", ["a", None], None, Evil(), [Evil()], ["a", ""]], ids=range(6))
def test_a_list_of_guids_that_cant_be_read_deletes_nothing(gathering: Gathering, guids: Any) -> None:
    job = gathering.run(full(Listed(guids), Record("c", "3")))

    [(code, message, _)] = gathering.errors(job)
    assert (code, message[:28]) == ("bad_guid", "Listed(guids) can't be used:")
    assert gathering.objects(job).keys() == {"c"}


def test_listed_guids_that_are_too_long_were_never_imported(gathering: Gathering) -> None:
    long_guids = [Random(number).randbytes(6000).hex() for number in range(1, 2500)]

    job = gathering.run(full(Listed(long_guids), Listed(["a", "b"])))

    assert (gathering.errors(job), gathering.objects(job)) == ([], {})


@pytest.mark.parametrize("field", ["objects", "errors", "memory", "expected", "full_listing", "warned", "options"])
@pytest.mark.parametrize("left", [None, Evil(), [Evil()]], ids=["None", "evil", "evils"])
def test_whatever_gather_leaves_on_its_job_the_job_comes_to_its_end(gathering: Gathering, field: str, left: Any) -> None:
    def remote(job: HarvestJob) -> Iterator[Any]:
        job.full_listing = True
        yield Record("a", "1")
        setattr(job, field, left)
        yield Record("b", "2")

    job = gathering.run(remote)

    assert job.gather_finished is not None
    assert gathering.objects(job) == {}
