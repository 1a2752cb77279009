"""Remotes that are down, slow, wrong or endless: whoever reads the errors knows what came from which URL, and nobody else
suffers.

All of them are harvested at once, next to a good source; afterwards every remote behaves well and is harvested again. Those
that are too slow have a stack of their own, which waits for nobody: from the others all that comes is waited for.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.postgres.read_model.queries import Row
from tests.support.rogue_server import HTML, RogueServer, package
from tests.support.stack import Stack

SECONDS = 30  # in which any of the jobs ends
SLOW = ("silent", "drip", "slow_headers")
PATIENT = {"HARVEST_HTTP_TIMEOUT": "60", "HARVEST_HTTP_TOTAL_TIMEOUT": "60"}
MEGABYTE = 1_000_000

BROKEN = [
    # what the remote does, the error's code, what the message says
    ("down", "unreachable", "Connection refused"),
    ("silent", "timeout", "nothing came for 1 s"),
    ("drip", "slow", "was not complete after 2 s"),
    ("slow_headers", "slow", "was not complete after 2 s"),
    ("404", "http_404", "answered HTTP 404: Not found"),
    ("429", "http_429", "answered HTTP 429: Too many requests"),
    ("500", "http_500", "answered HTTP 500: Internal server error"),
    ("html", "not_json", "Scheduled maintenance"),
    ("truncated", "not_json", '{"success": true'),
    ("cut", "disconnected", "broke"),
    ("empty_body", "not_json", "nothing"),
    ("refused", "refused", "Solr is not available"),
    ("answer_list", "bad_answer", "JSON that is a list"),
    ("answer_deep", "not_json", "[[[["),
    ("result_text", "bad_answer", "a result that is text"),
    ("results_dict", "bad_answer", "results that are an object, not a list"),
    ("results_null", "bad_answer", "results that are null, not a list"),
    ("count_text", "bad_answer", "count 'many'"),
    ("count_missing", "bad_answer", "no count"),
    ("same_page", "page_repeats", "does not page"),
    ("redirects", "redirects", "redirects"),
    ("redirect_to_file", "bad_url", "file:///etc/hostname"),
]
HUGE = ["huge", "huge_announced", "huge_endless", "gzip_bomb"]


@dataclass
class Harvest:
    """A harvest of a remote that is broken, and the one after it was fixed (not of one that is down)."""

    url: str
    job: Row
    errors: list[Row]
    again: Row | None


@dataclass
class Harvests:
    """All harvests, by what the remote did; the good job next to them; pids before and after."""

    of: dict[str, Harvest]
    meanwhile: Row
    pids: tuple[dict[str, int], dict[str, int]]


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack(http_max_bytes=50 * MEGABYTE, gather_threads=24, retry_attempts=2) as patient:
        yield patient


@pytest.fixture(scope="module")
def hasty(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack(http_timeout=1.0, http_total_timeout=2.0, retry_attempts=2) as hasty:
        yield hasty


@pytest.fixture(scope="module")
def harvests(stack: Stack, hasty: Stack) -> Iterator[Harvests]:
    def site(mode: str) -> Stack:
        return hasty if mode in SLOW else stack

    def running() -> dict[str, int]:
        return {f"{number} {name}": pid for number, each in enumerate((stack, hasty)) for name, pid in each.running().items()}

    before = running()
    stack.source("meanwhile", "http://127.0.0.1/meanwhile", "slow", {"records": 1500, "seconds": 0.02})
    with ExitStack() as servers:
        remotes = {mode: servers.enter_context(RogueServer(mode)) for mode, _, _ in BROKEN}
        for number, (mode, remote) in enumerate(remotes.items()):
            remote.packages = [package(1000 + 3 * number + one) for one in range(3)]
            site(mode).source(mode, remote.url)
        meanwhile = stack.start_job("meanwhile")
        first = {mode: site(mode).start_job(mode) for mode in remotes}
        jobs = {mode: site(mode).ended(job_id) for mode, job_id in first.items()}
        after = running()
        for remote in remotes.values():
            remote.mode = "good"
        hasty.kill("gather-consumer")
        hasty.environment.update(PATIENT)
        hasty.start("gather-consumer")
        again = {mode: site(mode).start_job(mode) for mode in remotes if mode != "down"}
        mended = {mode: site(mode).ended(job_id) for mode, job_id in again.items()}
        of = {
            mode: Harvest(remote.url, jobs[mode], site(mode).model.gather_errors(first[mode]), mended.get(mode))
            for mode, remote in remotes.items()
        }
        yield Harvests(of, stack.ended(meanwhile), (before, after))


def seconds(job: Row) -> float:
    """How long a job took once it was begun: a stack that has just been started is not ready at once."""
    took: float = (job["finished"] - job["gather_started"]).total_seconds()
    return took


@pytest.mark.parametrize(("mode", "code", "said"), BROKEN)
def test_a_broken_remote_fails_its_job_with_an_error_that_says_what_came_from_which_url(
    harvests: Harvests, mode: str, code: str, said: str
) -> None:
    harvest = harvests.of[mode]

    assert (harvest.job["status"], harvest.job["outcome"], harvest.job["deleted"]) == ("Finished", "failed", 0)
    assert [error["code"] for error in harvest.errors] == [code]
    message = harvest.errors[0]["message"]
    assert said in message
    assert harvest.url in message or mode == "redirect_to_file"
    assert "\n" not in message
    assert seconds(harvest.job) < SECONDS


@pytest.mark.parametrize("mode", [mode for mode, _, _ in BROKEN if mode != "down"])
def test_a_remote_that_was_mended_is_harvested_as_if_nothing_had_been(harvests: Harvests, mode: str) -> None:
    again = harvests.of[mode].again

    assert again is not None
    assert (again["status"], again["outcome"], again["errored"]) == ("Finished", "finished", 0)
    assert again["added"] + again["not_modified"] == 3


def test_a_good_job_beside_them_is_not_touched(harvests: Harvests) -> None:
    job = harvests.meanwhile

    assert (job["outcome"], job["added"], job["errored"]) == ("finished", 1500, 0)


def test_no_process_ended(harvests: Harvests) -> None:
    before, after = harvests.pids

    assert len(before) == 6
    assert after == before


@pytest.mark.parametrize("mode", HUGE)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process's memory is read from /proc")
def test_a_gigabyte_is_not_read_into_memory(stack: Stack, mode: str) -> None:
    pid = stack.process("gather-consumer").pid
    with RogueServer(mode) as remote:
        stack.source(f"huge-{mode}", remote.url)

        job = stack.run(f"huge-{mode}")

        errors = stack.model.gather_errors(job["id"])
        assert (job["status"], job["outcome"]) == ("Finished", "failed")
        assert [error["code"] for error in errors] == ["too_large"]
        assert remote.url in errors[0]["message"]
        assert stack.process("gather-consumer").poll() is None
        assert peak_memory(pid) < 200 * MEGABYTE
        assert seconds(job) < SECONDS


def peak_memory(pid: int) -> int:
    """The most bytes that a process has had in memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def test_records_with_odd_values_arrive_and_only_one_without_an_id_does_not(stack: Stack) -> None:
    with RogueServer("mixed", datasets=21) as remote:
        spoil(remote.packages[2], title={"de": "Titel", "fr": "Titre"})
        spoil(remote.packages[4], resources="none")
        spoil(remote.packages[6], notes="NUL \0 in a text")
        spoil(remote.packages[8], extras=[{"key": "twice", "value": "1"}, {"key": "twice", "value": "2"}])
        stack.source("mixed", remote.url, config={"page_size": 5})

        job = stack.run("mixed")

    told = {warning["guid"]: warning["message"] for warning in stack.model.warnings(job["id"])}
    assert [error["message"] for error in stack.model.gather_errors(job["id"])] == [
        """record 10 of the listing (name dataset-10) has the id '{"not":"an id"}': it can't be harvested"""
    ]
    assert stack.model.object_errors(job["id"]) == []
    assert told == {
        package(4)["id"]: "resources: must be a list, is 'none'; left out",
        package(8)["id"]: "extras: the key 'twice' is there twice, second with '2'; left out",
    }
    assert [warning["message"].partition(":")[0] for warning in stack.model.job_warnings(job["id"])] == ["title"]
    assert (job["outcome"], job["added"], job["errored"]) == ("finished", 20, 1)


def spoil(dataset: dict[str, Any], **changes: Any) -> None:
    """Change a dataset that a server is going to send."""
    dataset.update(changes)


def test_documents_that_cant_be_had_are_errors_of_their_objects_only(stack: Stack) -> None:
    modes = ["down", "404", "429", "500", "html", "truncated", "huge"]
    with ExitStack() as servers:
        remotes = {mode: servers.enter_context(RogueServer(mode, retry_after="1")) for mode in [*modes, "good"]}
        stack.source(
            "documents",
            "http://127.0.0.1/documents",
            "documents",
            {"documents": {mode: f"{remote.url}/{mode}.json" for mode, remote in remotes.items()}},
        )

        job = stack.run("documents")

    assert (job["status"], job["outcome"], job["added"], job["errored"]) == ("Finished", "finished", 1, len(modes))
    errors = stack.model.object_errors(job["id"])
    assert {error["guid"] for error in errors} == set(modes)
    assert all(remotes[error["guid"]].url in error["message"] for error in errors)
    assert {error["stage"] for error in errors} == {"Fetch"}
    said = {error["guid"]: error["code"] for error in errors}
    assert (said["404"], said["429"], said["html"], said["huge"]) == ("http_404", "http_429", "not_json", "too_large")


def test_a_document_that_comes_too_slowly_is_an_error_of_its_object_only(hasty: Stack) -> None:
    with RogueServer("drip") as remote:
        documents = {"slow": f"{remote.url}/slow.json"}
        hasty.source("slow-document", remote.url, "documents", {"documents": documents})

        job = hasty.run("slow-document")

    assert (job["status"], job["outcome"], job["errored"]) == ("Finished", "finished", 1)
    errors = hasty.model.object_errors(job["id"])
    assert {(error["guid"], error["stage"], error["code"]) for error in errors} == {("slow", "Fetch", "slow")}
    assert all(remote.url in error["message"] for error in errors)


def test_the_error_of_a_page_keeps_to_one_line_without_markup(harvests: Harvests) -> None:
    assert b"<style>" in HTML

    assert "<" not in harvests.of["html"].errors[0]["message"]
