"""What roles log: their start, each job's start and end with counts, lines of plugins with the ids of what they are about."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.support.stack import PATIENCE, Stack, wait_for

ROLES = ("coordinator", "gather-consumer", "fetch-consumer")


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack(log_format="json", ckan_url="") as stack:
        yield stack


def lines(stack: Stack, role: str) -> list[dict[str, Any]]:
    """Lines of the log. What a plugin prints stands between them, or before one: `print` writes its newline on its own."""
    written = stack.log(role).splitlines()
    return [json.loads(line[line.index('{"time"') :]) for line in written if '{"time"' in line]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_says_at_its_start_what_it_is_and_what_it_serves(stack: Stack, role: str) -> None:
    first = wait_for(lambda: lines(stack, role), 20, "the role logs")[0]

    assert first["message"].startswith(f"{role} of site {stack.settings.site_id} starts (harvestlog ")
    assert f"broker {stack.settings.kafka_bootstrap_servers}, target the local catalogue" in first["message"]
    assert first["time"].endswith("Z")


def test_a_jobs_start_and_end_are_logged_with_its_counts_and_ids(stack: Stack) -> None:
    source = stack.source("some", "http://127.0.0.1/some", "raising", {"records": 5, "poison": ["record-1"]})

    job = stack.run("some")["id"]

    def about(role: str, number: int) -> list[dict[str, Any]]:
        """The lines about the job: what happened can be read before it is logged."""

        def logged() -> list[dict[str, Any]]:
            said = [line for line in lines(stack, role) if line.get("job") == job]
            return said if len(said) >= number else []

        return list(wait_for(logged, PATIENCE, f"{role} logs {number} lines about the job"))

    gathered, (ended,) = about("gather-consumer", 2), about("coordinator", 1)
    assert gathered[0]["message"].partition(": ")[2] == "gathering starts (attempt 1)"
    assert "gathered 5 records to import, 0 unchanged, 0 to remove, 0 errors, in " in gathered[-1]["message"]
    assert {line["source"] for line in gathered} == {source}
    assert ended["message"].endswith(" finished: 4 added, 0 updated, 0 not modified, 0 deleted, 1 errored")
    assert ended["source"] == source


def test_a_line_of_a_plugin_carries_the_ids_of_its_record(stack: Stack) -> None:
    source = stack.source("chatty", "http://127.0.0.1/chatty", "chatty", {"records": 2})

    job = stack.run("chatty")["id"]

    said = [line for line in lines(stack, "fetch-consumer") if line["logger"] == "chatty"]
    objects = stack.parts.database.query("SELECT id FROM harvest.object WHERE harvest_job_id = %(job)s", job=job)
    assert {line["object"] for line in said} == {object_id for (object_id,) in objects}
    assert {(line["job"], line["source"]) for line in said} == {(job, source)}
