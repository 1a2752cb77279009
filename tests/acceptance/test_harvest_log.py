"""`harvester log`: what happened, and what plugins and libraries said meanwhile."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.acceptance.command_line import CommandLine
from tests.support.stack import PATIENCE, Stack, wait_for


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack(log_lines=30) as stack:
        yield stack


@pytest.fixture
def cli(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(stack.environment, monkeypatch, capsys)


def test_lines_of_a_plugin_stand_in_the_log_with_job_source_and_record(cli: CommandLine, stack: Stack) -> None:
    source = stack.source("chatty", "http://127.0.0.1/chatty", "chatty", {"records": 3, "poison": ["record-1"]})
    job = stack.run("chatty")["id"]
    stack.run("chatty", full=True)

    lines = wait_for(lambda: said(cli, "log", "--job", job, 4), PATIENCE, "the lines of the plugin are stored")

    objects = stack.parts.database.query("SELECT id FROM harvest.object WHERE harvest_job_id = %(job)s", job=job)
    assert {line["object_id"] for line in lines} == {None, *(object_id for (object_id,) in objects)}
    assert {(line["job_id"], line["source_id"], line["logger"]) for line in lines} == {(job, source, "chatty")}
    everything = cli.json("log", "--source", "chatty", "--limit", "1000")["lines"]
    assert {line["job_id"] for line in everything} > {job}
    errors = cli("log", "--job", job, "--level", "ERROR").out
    assert "record-1 has no title" in errors
    assert "has no licence" not in errors
    text = cli("log", "--job", job).out.splitlines()
    assert " created by test" in text[0]
    assert any(f"Job {job} finished: 2 added, 1 errored" in line for line in text)


def said(cli: CommandLine, *arguments: str | int) -> list[dict[str, str]]:
    *command, least = arguments
    lines = [line for line in cli.json(*map(str, command))["lines"] if line["logger"] == "chatty"]
    return lines if len(lines) >= int(least) else []


def test_a_loud_plugin_gets_so_many_lines_and_the_rest_is_counted(cli: CommandLine, stack: Stack) -> None:
    stack.source("loud", "http://127.0.0.1/loud", "chatty", {"records": 100})
    job = stack.run("loud")["id"]

    text = wait_for(lambda: found(cli("log", "--job", job).out, "70 further"), PATIENCE, "lines are counted")

    assert "This job has more than 30 lines of WARNING, ERROR and CRITICAL: the others are left out" in text
    assert "70 further lines of this job were left out (HARVEST_LOG_LINES)" in text


def found(text: str, part: str) -> str:
    return text if part in text else ""


def test_follow_shows_new_lines_until_ctrl_c(cli: CommandLine, stack: Stack) -> None:
    stack.source("followed", "http://127.0.0.1/followed", "chatty", {"records": 1})
    argv = [sys.executable, "-m", "adapters.cli", "log", "--follow", "--json", "--source", "followed"]
    with subprocess.Popen(argv, env=stack.environment, stdout=subprocess.PIPE, text=True, cwd=stack.folder) as process:
        assert process.stdout is not None
        job = stack.start_job("followed")
        lines: list[dict[str, str]] = []
        while not any("has no licence" in line["content"] for line in lines):
            lines.append(json.loads(process.stdout.readline()))
        os.kill(process.pid, signal.SIGINT)
        lines += [json.loads(line) for line in process.stdout.read().splitlines()]
        status = process.wait(20)

    assert {line["job_id"] for line in lines} == {job}
    assert len({line["id"] for line in lines}) == len(lines)
    assert status == 130


def test_clean_harvest_log_removes_old_lines_under_its_old_name_too(cli: CommandLine, stack: Stack) -> None:
    stack.source("cleaned", "http://127.0.0.1/cleaned", "noop", {"records": 1})
    stack.run("cleaned")

    kept = cli("clean_harvest_log").out
    gone = cli.json("clean-harvest-log", "--days", "0")

    assert kept.startswith("0 lines of the log from before 20")
    assert gone["removed"] > 3
    assert stack.model.job(stack.run("cleaned")["id"]) is not None
