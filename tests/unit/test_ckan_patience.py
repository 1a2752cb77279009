"""Imports wait for a CKAN that is away, up to a limit; a dataset that CKAN fails on is no reason to wait."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.targets.ckan.patience import PatientAPI, Trouble
from domain.errors import Postponed, TargetError
from tests.support.action_site import HTML, ActionSite, Answer, action_site

DONE: Answer = (200, {"success": True, "result": {"id": "x"}}, {})


class Time:
    """A clock that moves only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept = 0
        self.then: Callable[[float], None] = lambda now: None

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += 1
        assert self.slept < 1000
        self.then(self.now)


@pytest.fixture
def site() -> Iterator[ActionSite]:
    with action_site() as known:
        yield known


def patient(site: ActionSite, time: Time, patience: float = 600.0, trouble: Trouble | None = None) -> PatientAPI:
    settings: dict[str, Any] = {"concurrency": 1, "timeout": 5.0, "user_agent": "harvestlog", "trouble": trouble}
    return PatientAPI(site.url, "secret", patience=patience, clock=lambda: time.now, sleep=time.sleep, **settings)


def refused(api: PatientAPI) -> str:
    with pytest.raises(TargetError) as error:
        api.call("package_create", {})
    assert error.value.retryable
    return error.value.code


@pytest.mark.parametrize("status", [502, 503, 504])
def test_the_call_that_meets_an_absence_fails_and_later_ones_wait_until_it_is_over(site: ActionSite, status: int) -> None:
    time = Time()
    api = patient(site, time)
    site.answer = lambda action: DONE if time.now >= 60 else (status, "<h1>Maintenance</h1>", {})

    assert refused(api) == f"http_{status}"
    assert api.call("package_create", {}) == {"id": "x"}

    assert 60 <= time.now <= 70
    assert [path.rpartition("/")[2] for path, *_ in site.seen].count("package_create") == 2


def test_a_ckan_that_stays_away_is_waited_for_once(site: ActionSite) -> None:
    time = Time()
    api = patient(site, time, patience=100.0)
    site.answer = lambda action: (503, "", {})

    assert {refused(api) for _ in range(5)} == {"http_503"}

    assert 100 <= time.now <= 110


def test_the_next_absence_is_waited_for_anew(site: ActionSite) -> None:
    time = Time()
    api = patient(site, time, patience=100.0)
    for _ in range(2):
        site.answer = lambda action: (503, "", {})
        refused(api)
        began = time.now
        refused(api)
        assert time.now - began >= 100
        site.answer = lambda action: DONE
        api.call("package_create", {})


def test_a_dataset_that_ckan_fails_on_is_no_absence(site: ActionSite) -> None:
    time = Time()
    api = patient(site, time)
    site.answer = lambda action: (500, HTML, {})

    assert {refused(api) for _ in range(3)} == {"http_500"}

    assert time.now == 0


def test_calls_that_broke_when_ckan_went_away_dont_end_the_wait(site: ActionSite) -> None:
    time = Time()
    api, broken = patient(site, time), TargetError("the connection broke", code="disconnected", retryable=True)
    site.answer = lambda action: DONE if time.now >= 60 else (503, "", {})

    refused(api)
    api._note(broken)  # by another thread
    api.call("package_create", {})

    assert time.now >= 60


def test_how_long_ckan_has_been_away_is_told_until_it_answers(site: ActionSite) -> None:
    time = Time()
    api = patient(site, time)
    assert api.absence() is None

    site.answer = lambda action: (502, HTML, {})
    refused(api)
    time.now += 30.0

    absence = api.absence()
    assert absence is not None
    assert absence[0] == 30.0
    assert "502" in absence[1]
    site.answer = lambda action: DONE
    api.call("package_create", {})
    assert api.absence() is None


class Known:
    """What a site knows of its target."""

    def __init__(self, open_after: int = 10) -> None:
        self.failures: list[str] = []
        self.successes = 0
        self.open_after = open_after

    def target_succeeded(self) -> None:
        self.successes += 1
        self.failures.clear()

    def target_failed(self, reason: str) -> None:
        self.failures.append(reason)

    def require_target(self) -> None:
        if len(self.failures) >= self.open_after:
            raise Postponed("open", wait=5.0)


def test_the_site_is_told_what_calls_and_looks_meet(site: ActionSite) -> None:
    time, known = Time(), Known(open_after=100)
    api = patient(site, time, patience=20.0, trouble=known)
    site.answer = lambda action: (503, "", {})
    refused(api)
    refused(api)
    told = len(known.failures)
    site.answer = lambda action: (409, {"success": False, "error": {"name": ["taken"]}}, {})

    with pytest.raises(TargetError):
        api.call("package_create", {})

    assert told > 3
    assert known.failures == []  # an answer is an answer, be it a refusal


def test_what_waits_for_ckan_is_made_again_later_once_the_breaker_opens(site: ActionSite) -> None:
    time, known = Time(), Known(open_after=4)
    api = patient(site, time, trouble=known)
    site.answer = lambda action: (503, "", {})
    refused(api)

    with pytest.raises(Postponed):
        api.call("package_create", {})
    asked = len(site.seen)
    with pytest.raises(Postponed):
        api.call("package_create", {})

    assert time.now < 60
    assert len(site.seen) == asked  # while it is open, nothing is sent
