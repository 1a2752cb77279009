"""A harvest from the command line, with every part real."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.support.stack import Stack


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack(retry_attempts=1) as stack:
        yield stack


def test_a_harvest_goes_through_all_parts(stack: Stack) -> None:
    stack.source("some", "http://127.0.0.1/some", "noop", {"records": 50, "content": 200})

    job = stack.harvest("some")

    assert (job["status"], job["outcome"]) == ("Finished", "finished")
    assert (job["objects"], job["added"], job["errored"]) == (50, 50, 0)
    assert stack.json("status")["pending_objects"] == 0


def test_a_record_that_raises_fails_alone_and_says_why(stack: Stack) -> None:
    config = {"records": 20, "poison": ["record-7"], "false": ["record-8"]}
    stack.source("bad", "http://127.0.0.1/bad", "raising", config)

    job = stack.harvest("bad")

    assert (job["added"], job["errored"], job["outcome"]) == (18, 2, "finished")
    errors = {(error["guid"], error["stage"], error["line"]): error["message"] for error in report(stack, "bad")}
    assert "KeyError" in errors["record-7", "Import", None]
    assert errors["record-8", "Validation", 3] == "first error"
    assert errors["record-8", "Import", None] == "second error"


def report(stack: Stack, source: str) -> list[dict[str, Any]]:
    """Errors of objects of a source's last job."""
    found: list[dict[str, Any]] = stack.json("job-report", source)["object_errors"]
    return found
