"""`bulk` waits for a set of sources, also when the coordinator that carried it out has ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.cli import bulk as module

COUNTED = {"id": "set", "action": "pause", "sources": 1, "datasets": 0, "left_out": 0, "state": "counted"}


class Actions:
    """A set that a coordinator begins, and that is finished when it is run for the second time."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []

    def call(self, name: str, **values: Any) -> dict[str, Any]:
        """Answer as the actions do."""
        if name == "harvest_bulk_create":
            assert "source_ids" in values
            return COUNTED
        if name == "harvest_bulk_run":
            self.runs.append(values)
        state = "finished" if len(self.runs) > 1 else "running"
        return {**COUNTED, "state": state, "done": 1, "skipped": 0, "listed": [], "next": None}


def test_a_set_whose_coordinator_has_ended_is_carried_out_by_whoever_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    actions = Actions()

    @contextmanager
    def session() -> Iterator[Actions]:
        yield actions

    monkeypatch.setattr(module, "session", session)
    monkeypatch.setattr(module, "POLL", 0)

    result = CliRunner().invoke(module.bulk, ["pause", "--all", "--yes"])

    assert (result.exit_code, result.output) == (0, "Done for 1 of 1 source\n")
    assert [(values["id"], values["count"]) for values in actions.runs] == [("set", 1), ("set", 1)]
