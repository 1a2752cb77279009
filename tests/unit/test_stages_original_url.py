"""Where an error of a record is shown, the address of the original is, too: the harvester is asked for it."""

from typing import Any

import pytest

from domain.errors import RecordError, TargetError
from domain.objects import HarvestObject as Aggregate
from harvesters import Harvester, HarvestJob, HarvestObject, Package
from harvesters.stages import RetryPolicy, StageRun
from harvesters.target import Stored
from tests.unit.stage_runs import JOB, NOW, SOURCE, Plugin, aggregate, failure, run, topics

URL = "https://remote.example.org/dataset/guid-1"


class Locating(Plugin):
    """Knows where its records are; `answer` is what get_original_url returns or raises."""

    def __init__(self, answer: Any = URL, **stages: Any) -> None:
        super().__init__(**stages)
        self.answer = answer
        self.asked: list[str | None] = []

    def get_original_url(self, harvest_object: HarvestObject) -> str | None:
        self.asked.append(harvest_object.content)
        if isinstance(self.answer, BaseException):
            raise self.answer
        answer: str | None = self.answer
        return answer


def raising(error: BaseException) -> Any:
    def stage(view: HarvestObject) -> bool:
        raise error

    return stage


@pytest.mark.parametrize(
    "stages",
    [
        {"fetch": lambda _: False},
        {"load": lambda _: None},
        {"load": raising(RecordError("no title"))},
        {"load": raising(TargetError("busy", retryable=True))},
        {"fetch": raising(KeyError("title"))},
    ],
    ids=["fetch failed", "import failed", "record error", "tried again", "exception"],
)
def test_a_failed_record_is_told_with_the_address_of_its_original(stages: dict[str, Any]) -> None:
    known, _ = run(Locating(**stages))

    assert topics(known) == ["object.located", "object.failed"]
    assert known.original_url == URL


def test_a_warning_has_the_address_too() -> None:
    plugin = Locating()

    def load(view: HarvestObject) -> bool:
        plugin.save_object_warning("a tag was left out", view)
        return True

    plugin._import = load
    known, _ = run(plugin)

    assert (known.original_url, known.outcome) == (URL, "added")


def test_a_record_without_errors_is_not_asked_for() -> None:
    plugin = Locating()

    known, _ = run(plugin)

    assert (plugin.asked, known.original_url) == ([], None)


def test_a_record_that_fails_again_is_not_asked_for_again() -> None:
    plugin, known = Locating(load=raising(TargetError("busy", retryable=True))), aggregate()

    for _ in range(3):
        run(plugin, known)

    assert len(plugin.asked) == 1
    assert topics(known).count("object.located") == 1


@pytest.mark.parametrize(
    "answer", [None, "", "  ", 42, {"url": URL}, ValueError("odd"), SystemExit(1), RecursionError()], ids=repr
)
def test_no_answer_of_the_harvester_hides_the_error(answer: Any) -> None:
    known, _ = run(Locating(answer, load=raising(RecordError("no title"))))

    assert failure(known)["message"] == "no title"
    assert known.original_url is None


def test_credentials_in_the_address_are_left_out() -> None:
    known, _ = run(Locating("https://me:secret@remote.example.org/1?api_key=abc", load=lambda _: False))

    assert known.original_url == "https://remote.example.org/1?api_key=***"


class Taking:
    """A target that takes every dataset."""

    def save(self, package: Any, owner: Any) -> Stored:
        return Stored(package["id"], package["name"])


def test_of_a_dataset_that_the_target_takes_no_code_of_the_plugin_is_run_any_more() -> None:
    plugin = Locating(load=lambda _: Package({"name": "x"}))
    plugin.target = Taking()  # type: ignore[assignment]
    policy = RetryPolicy(first_delay=5.0, max_attempts=4, job_deadline=3600.0)
    record = aggregate()
    stages = StageRun(lambda: plugin, HarvestJob(str(JOB), SOURCE, NOW), record, b"{}", lambda _: None, lambda: NOW, policy)

    assert not stages.run()
    stages.save()

    assert (record.outcome, stages.asked_plugin, plugin.asked) == ("added", False, [])


class Refusing:
    """A target that refuses every dataset."""

    def save(self, package: Any, owner: Any) -> Any:
        raise TargetError("title is missing", code="validation")


def test_of_a_dataset_that_the_target_refuses_the_harvester_sees_the_document_again() -> None:
    first, second = (Locating(load=lambda _: Package({"name": "x"})) for _ in range(2))
    harvesters: list[Harvester] = [first, second]
    for plugin in (first, second):
        plugin.target = Refusing()  # type: ignore[assignment]
    known: Aggregate = aggregate(content_hash="ab" * 32)
    job = HarvestJob(str(JOB), SOURCE, NOW)
    policy = RetryPolicy(first_delay=5.0, max_attempts=4, job_deadline=3600.0)
    stages = StageRun(
        *(lambda: harvesters[0], job, known, b"the document", lambda _: None, lambda: NOW, policy),
        stored=lambda _: b"the document",
    )

    assert not stages.run()
    harvesters.pop(0)  # what saves is another thread, with a harvester of its own
    stages.save()

    assert (first.asked, second.asked) == ([], ["the document"])
    assert stages.asked_plugin
    assert (known.original_url, failure(known)["code"]) == (URL, "validation")


def test_a_method_that_takes_the_objects_id_gets_it_and_finds_the_object() -> None:
    class ById(Plugin):
        def get_original_url(self, harvest_object_id: str) -> str | None:  # type: ignore[override]
            harvest_object = HarvestObject.get(harvest_object_id)
            assert harvest_object is not None
            return f"{harvest_object.source.url}/{harvest_object.guid}"

    known, _ = run(ById(load=lambda _: False))

    assert known.original_url == "http://data.example/guid-1"
    assert HarvestObject.get(str(known.id)) is None, "nothing is under way any more"
