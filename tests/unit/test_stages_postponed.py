"""What is refused because a remote or the target is in trouble runs again later, as if it had not run."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from domain.errors import Postponed, TargetError
from domain.objects import HarvestObject as Aggregate
from harvesters.base import HarvestJob, HarvestObject
from harvesters.stages import RetryPolicy, StageRun
from tests.unit.stage_runs import JOB, NOW, SOURCE, Plugin, aggregate

REFUSAL = Postponed("Nothing is sent to host data.example at present", wait=7.0)


class Session:
    """A session whose requests are refused."""

    def __init__(self) -> None:
        self.postponed: Postponed | None = None

    def get(self) -> Any:
        self.postponed = REFUSAL
        raise REFUSAL


def stage_run(plugin: Plugin, known: Aggregate, hours: float = 1.0) -> StageRun:
    """A run that many hours after its job was created."""
    job = HarvestJob(id=str(JOB), source=SOURCE, created=NOW)
    policy = RetryPolicy(first_delay=5.0, max_attempts=5, job_deadline=86_400.0)
    now = NOW + timedelta(hours=hours)
    return StageRun(lambda: plugin, job, known, None, lambda _: None, lambda: now, policy)


def direct(session: Session) -> Callable[[HarvestObject], Any]:
    return lambda _: session.get()


def in_other_words(session: Session) -> Callable[[HarvestObject], Any]:
    def fetch(_: HarvestObject) -> bool:
        try:
            return bool(session.get())
        except Exception as error:
            raise ValueError("something went wrong") from error

    return fetch


def as_false(session: Session) -> Callable[[HarvestObject], Any]:
    def fetch(_: HarvestObject) -> bool:
        try:
            return bool(session.get())
        except Exception:
            return False

    return fetch


@pytest.mark.parametrize("stage", [direct, in_other_words, as_false])
def test_a_refused_request_is_no_attempt_whatever_the_plugin_makes_of_it(
    stage: Callable[[Session], Callable[[HarvestObject], Any]],
) -> None:
    session = Session()
    plugin, known = Plugin(fetch=stage(session)), aggregate()
    plugin.http = session  # type: ignore[assignment]
    one = stage_run(plugin, known)

    assert one.run()

    assert one.postponed == 7.0
    assert known.outcome is None
    assert [event.__class__.__name__ for event in known.pending_events] == []


def test_the_next_run_of_the_same_harvester_begins_afresh() -> None:
    session = Session()
    plugin = Plugin(fetch=direct(session))
    plugin.http = session  # type: ignore[assignment]
    stage_run(plugin, aggregate()).run()
    plugin._fetch = lambda _: False
    known = aggregate()

    one = stage_run(plugin, known)
    one.run()

    assert one.postponed is None
    assert known.outcome is not None


def test_past_the_deadline_of_its_job_it_fails_with_the_reason() -> None:
    plugin, known = Plugin(fetch=direct(Session())), aggregate()
    plugin.http = SimpleNamespace()  # type: ignore[assignment]
    one = stage_run(plugin, known, hours=25)

    one.run()

    assert one.postponed is None
    assert known.outcome is not None


def test_other_failures_are_attempts() -> None:
    def fetch(_: HarvestObject) -> Any:
        raise TargetError("no", retryable=True)

    known = aggregate()
    one = stage_run(Plugin(fetch=fetch), known)

    one.run()

    assert (one.postponed, known.attempts) == (None, 1)
