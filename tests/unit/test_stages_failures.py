"""Whatever a harvester raises, its object fails alone, says why, and can be stored."""

import asyncio
from contextlib import suppress
from typing import Any

import orjson
import pytest

from domain.aggregate import OrjsonTranscoder
from domain.errors import REPORTED, HarvestError, RecordError, RemoteError, ServiceUnavailable, TargetError
from domain.objects import HarvestObject as Aggregate
from domain.stored_events import UpcastingMapper
from harvesters.base import Fetched, HarvestObject, HarvestObjectExtra, Imported
from harvesters.reporting import MAX_ERRORS
from tests.unit.stage_runs import NOW, Plugin, aggregate, failure, run, topics

UNSTORABLE = "a\0b\ud800c"


class Broken(Exception):
    """Can't even be shown."""

    def __str__(self) -> str:
        raise ValueError("no text")


def raising(error: BaseException) -> Any:
    def stage(view: HarvestObject) -> bool:
        raise error

    return stage


def seconds_until_retry(known: Aggregate) -> float | None:
    when = failure(known)["retry_at"]
    return None if when is None else (type(NOW).fromisoformat(when) - NOW).total_seconds()


@pytest.mark.parametrize(
    "error",
    [KeyError("title"), ValueError("bad"), RecursionError(), MemoryError(), AssertionError(), StopIteration(), SystemExit(3)],
    ids=repr,
)
@pytest.mark.parametrize("stage", ["Fetch", "Import"])
def test_an_exception_becomes_a_failure_with_its_traceback(error: BaseException, stage: str) -> None:
    plugin = Plugin(fetch=raising(error)) if stage == "Fetch" else Plugin(load=raising(error))

    known, _ = run(plugin)

    failed = failure(known)
    assert (failed["stage"], failed["code"]) == (stage, "plugin_error")
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    assert failed["message"].startswith(f"{said}\n")
    assert "in stage" in failed["message"]


@pytest.mark.parametrize("stage", ["Fetch", "Import"])
def test_an_exception_is_tried_again_and_is_final_after_the_last_attempt(stage: str) -> None:
    """A record may need another one that is imported later, its parent for instance."""
    plugin = Plugin(fetch=raising(KeyError())) if stage == "Fetch" else Plugin(load=raising(KeyError()))
    known = aggregate()

    waits = []
    for _ in range(4):
        run(plugin, known)
        waits.append(seconds_until_retry(known))

    assert waits == [5.0, 10.0, 20.0, None]
    assert known.outcome == "errored"


@pytest.mark.parametrize("result", [False, None, "odd"])
def test_a_stage_that_says_that_it_failed_is_not_tried_again(result: Any) -> None:
    for plugin in (Plugin(fetch=lambda _: result), Plugin(load=lambda _: result)):
        known, _ = run(plugin)

        assert (failure(known)["retry_at"], known.outcome) == (None, "errored")


def test_an_exception_is_shown_with_those_that_led_to_it() -> None:
    def stage(view: HarvestObject) -> bool:
        try:
            try:
                raise KeyError("title")
            except KeyError:
                raise ValueError("no title")  # noqa: B904
        except ValueError as error:
            raise RuntimeError("can't be mapped") from error

    known, _ = run(Plugin(load=stage))

    message = failure(known)["message"]
    assert message.startswith("RuntimeError: can't be mapped\n")
    assert "\ncaused by ValueError: no title\n" in message
    assert "\ncaused by KeyError: 'title'\n" in message


def test_causes_that_go_round_in_a_circle_end() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first

    known, _ = run(Plugin(load=raising(first)))

    assert failure(known)["message"].count("caused by") == 1


def test_a_group_of_exceptions_says_what_its_members_say() -> None:
    members = [ValueError("bad title"), ExceptionGroup("inner", [KeyError("url")]), TypeError("c"), TypeError("d")]

    known, _ = run(Plugin(load=raising(ExceptionGroup("two tasks", members))))

    line = failure(known)["message"].splitlines()[0]
    assert line.startswith("ExceptionGroup: two tasks (4 sub-exceptions): ValueError: bad title; ExceptionGroup: inner")
    assert "KeyError: 'url'; TypeError: c; …" in line


@pytest.mark.parametrize("error", [asyncio.CancelledError(), Broken()], ids=["cancelled", "broken"])
def test_an_unusual_exception_is_the_records_failure_as_well(error: BaseException) -> None:
    known, _ = run(Plugin(load=raising(error)))

    assert failure(known)["code"] == "plugin_error"


def test_a_request_to_end_the_process_is_nothing_of_the_records() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(Plugin(load=raising(KeyboardInterrupt())))


def test_an_endless_traceback_is_cut() -> None:
    def deep(view: HarvestObject) -> bool:
        return deep(view)

    known, _ = run(Plugin(load=deep))

    assert failure(known)["message"].startswith("RecursionError")
    assert failure(known)["message"].count("in deep") <= 20


@pytest.mark.parametrize("error", [RecordError("no title"), HarvestError("odd")], ids=repr)
def test_an_error_of_the_record_is_final_and_one_line(error: HarvestError) -> None:
    known, _ = run(Plugin(load=raising(error)))

    assert (failure(known)["code"], failure(known)["message"]) == (error.code, str(error))
    assert known.outcome == "errored"


@pytest.mark.parametrize("kind", [RemoteError, TargetError])
def test_a_final_error_of_remote_or_target_is_not_tried_again(kind: type[RemoteError | TargetError]) -> None:
    known, _ = run(Plugin(load=raising(kind("gone", code="http_404"))))

    assert (failure(known)["code"], failure(known)["message"]) == ("http_404", "gone")
    assert (seconds_until_retry(known), known.outcome) == (None, "errored")


@pytest.mark.parametrize("kind", [RemoteError, TargetError])
def test_a_retryable_error_is_tried_again_with_growing_delays(kind: type[RemoteError | TargetError]) -> None:
    known = aggregate()
    plugin = Plugin(fetch=raising(kind("busy", code="http_503", retryable=True)))

    delays = []
    for _ in range(4):
        run(plugin, known)
        delays.append(seconds_until_retry(known))

    assert delays == [5.0, 10.0, 20.0, None]
    assert known.outcome == "errored"


@pytest.mark.parametrize(("retry_after", "delay"), [(60.0, 60.0), (1.0, 5.0), (4000.0, None), (1e15, None)])
def test_the_remote_says_when_to_come_again(retry_after: float, delay: float | None) -> None:
    known, _ = run(Plugin(fetch=raising(RemoteError("busy", retryable=True, retry_after=retry_after))))

    assert seconds_until_retry(known) == delay


def test_an_object_that_a_newer_one_overtook_is_skipped() -> None:
    known, _ = run(Plugin(load=raising(TargetError("newer", code="superseded"))))

    assert (topics(known), known.outcome) == (["object.skipped"], "skipped")


def test_a_lost_database_is_no_failure_of_the_record() -> None:
    known = aggregate()

    with suppress(ServiceUnavailable):
        run(Plugin(load=raising(ServiceUnavailable("the database does not answer"))), known)

    assert known.outcome is None


def test_what_was_fetched_stays_when_import_fails() -> None:
    busy = Plugin(fetch=lambda _: Fetched("text"), load=raising(TargetError("busy", retryable=True)))
    known, stages = run(busy)
    later = Plugin(fetch=lambda _: pytest.fail("fetched twice"))

    run(later, known, stages.documents[str(known.content_hash)])

    assert topics(known) == ["object.fetched", "object.failed", "object.imported"]
    assert later.imported[0].content == "text"


# errors that the plugin saves


def test_saved_errors_are_events_of_their_own_and_the_failure_only_counts_them() -> None:
    plugin = Plugin()

    def load(view: HarvestObject) -> bool:
        plugin.save_object_error("no title", view, "Validation", line=3)
        plugin._save_object_error("no url", view, "Import")
        return False

    plugin._import = load
    known, _ = run(plugin)

    recorded = [(vars(e)["stage"], vars(e)["message"], vars(e)["line"]) for e in known.pending_events[:2]]
    assert recorded == [("Validation", "no title", 3), ("Import", "no url", None)]
    assert (failure(known)["code"], failure(known)["message"][:35]) == (REPORTED, "The harvester has reported 2 errors")


def test_a_record_with_any_number_of_errors_has_so_many_events_at_most() -> None:
    plugin = Plugin()

    def load(view: HarvestObject) -> bool:
        for number in range(MAX_ERRORS + 1300):
            plugin.save_object_error(f"line {number} is odd", view, "Validation")
        return False

    plugin._import = load
    known, _ = run(plugin)

    messages = [vars(event)["message"] for event in known.pending_events[:-1]]
    assert messages[-2:] == [f"line {MAX_ERRORS - 1} is odd", "1,300 further errors of this record are not listed"]
    assert topics(known) == ["object.error_recorded"] * (MAX_ERRORS + 1) + ["object.failed"]


def test_errors_saved_before_success_or_before_an_exception_are_kept() -> None:
    plugin = Plugin()

    def fetch(view: HarvestObject) -> bool:
        plugin.save_object_error("odd date", view)
        return True

    plugin._fetch = fetch
    for load, last in ((lambda _: True, "object.imported"), (raising(KeyError("title")), "object.failed")):
        plugin._import = load
        known, _ = run(plugin)
        assert topics(known) == ["object.error_recorded", last]


# text that no database takes


def _saves_errors(plugin: Plugin) -> Any:
    def load(view: HarvestObject) -> bool:
        plugin.save_object_error(UNSTORABLE, view, UNSTORABLE)
        return False

    return load


UNSTORABLE_RESULTS = {
    "exception": Plugin(load=raising(ValueError(UNSTORABLE))),
    "remote error": Plugin(load=raising(RemoteError(UNSTORABLE))),
    "code of an error": Plugin(load=raising(TargetError("no", code=UNSTORABLE))),
    "result": Plugin(load=lambda _: UNSTORABLE),
    "package id": Plugin(load=lambda _: Imported(UNSTORABLE, "added")),
    "guid": Plugin(fetch=lambda _: Fetched("x", guid=UNSTORABLE)),
    "extras": Plugin(fetch=lambda _: Fetched("x", {UNSTORABLE: UNSTORABLE})),
    "content": Plugin(fetch=lambda _: Fetched(UNSTORABLE)),
    "own extras": Plugin(fetch=lambda view: not view.extras.append(HarvestObjectExtra("x", UNSTORABLE))),  # type: ignore[func-returns-value]
    "saved errors": Plugin(),
}
UNSTORABLE_RESULTS["saved errors"]._import = _saves_errors(UNSTORABLE_RESULTS["saved errors"])


@pytest.mark.parametrize("where", UNSTORABLE_RESULTS)
def test_what_a_plugin_hands_over_can_always_be_stored(where: str) -> None:
    known, _ = run(UNSTORABLE_RESULTS[where])

    assert known.outcome is not None or failure(known)["retry_at"]
    mapper = UpcastingMapper(OrjsonTranscoder())
    for event in known.pending_events:
        state = mapper.to_stored_event(event).state
        assert b"\\u0000" not in state
        assert orjson.loads(state)


@pytest.mark.parametrize("line", ["12", "twelve", 12.5, 2**40, None, 7])
def test_the_line_of_an_error_is_a_number_that_a_table_can_hold_or_none(line: Any) -> None:
    def load(view: HarvestObject) -> bool:
        view.errors.append(("message", "Import", line))  # type: ignore[arg-type]  # as a sloppy plugin does
        return False

    known, _ = run(Plugin(load=load))

    stored = vars(known.pending_events[0])["line"]
    assert stored is None or (type(stored) is int and abs(stored) < 2**31)
