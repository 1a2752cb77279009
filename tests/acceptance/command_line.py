"""The command line in the test's own process: what a command prints and its exit status, without 0.7 s to start Python."""

import json
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any, NamedTuple

import pytest

from adapters.cli.main import main
from tests.support.logged import own_logging


class Printed(NamedTuple):
    """What a command printed."""

    out: str
    err: str


def run_quietly(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a command that has to succeed, where nobody reads what it prints."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        for name, value in environment.items():
            if name.startswith("HARVEST_"):
                patch.setenv(name, value)
        patch.setattr(sys, "argv", ["harvester", *arguments])
        with own_logging(), pytest.raises(SystemExit) as ended:
            main(args=list(arguments), prog_name="harvester")
        assert not ended.value.code, f"{arguments}: {out.getvalue()}{err.getvalue()}"


class CommandLine:
    """`harvester` with the environment of a stack."""

    def __init__(
        self, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        for name, value in environment.items():
            if name.startswith("HARVEST_"):
                monkeypatch.setenv(name, value)

    def __call__(self, *arguments: str, status: int = 0) -> Printed:
        """Run a command; fails the test when it ends with another status."""
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "argv", ["harvester", *arguments])
        with own_logging(), pytest.raises(SystemExit) as ended:
            main(args=list(arguments), prog_name="harvester")
        printed = Printed(*self._capsys.readouterr())
        assert int(ended.value.code or 0) == status, printed
        return printed

    def json(self, *arguments: str, status: int = 0) -> Any:
        """Run a command with --json; what it printed."""
        printed = self(*arguments, "--json", status=status)
        assert printed.err == ""
        return json.loads(printed.out)

    def refused(self, *arguments: str) -> str:
        """Run a command that has to fail: the one line on standard error; with --json the same, and the same status."""
        printed = self(*arguments, status=1)
        assert printed.out == ""
        line = printed.err.removesuffix("\n")
        assert "\n" not in line
        assert self.json(*arguments, status=1)["error"]["message"] == line.removeprefix("Error: ")
        return line
