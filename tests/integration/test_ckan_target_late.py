"""What a job that was aborted does late never replaces what a later job imported; the whole stack, and a real CKAN.

The worker of the first job has a call of CKAN under way when it stops (SIGSTOP: a paused machine, a network that stalls).
The job is aborted, another worker imports what the remote has by then, and the first worker goes on.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.targets.ckan.package import OBJECT, extra
from domain.jobs import Job
from domain.objects import HarvestObject
from domain.sources import SourceFields
from tests.support.ckan_gateway import Gateway, Hold, gateway
from tests.support.ckan_site import CkanSite, ckan_site
from tests.support.rogue_server import RogueServer, package
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.ckan
LATE_WORKER = "fetch-consumer"


@pytest.fixture
def site() -> Iterator[CkanSite]:
    with ckan_site() as known:
        yield known


@pytest.fixture
def ckan(site: CkanSite) -> Iterator[Gateway]:
    with gateway(site.api.url) as known:
        yield known


@pytest.fixture
def stack(new_stack: Callable[..., AbstractContextManager[Stack]], ckan: Gateway, site: CkanSite) -> Iterator[Stack]:
    with new_stack(ckan_url=ckan.url, ckan_token=site.token, retry_delay=0.5) as stack:
        yield stack
        stack.process(LATE_WORKER).send_signal(signal.SIGCONT)


@pytest.fixture
def remote() -> Iterator[RogueServer]:
    with RogueServer("good") as remote:
        remote.packages = [{**package(number), "id": str(uuid4()), "name": f"t-{uuid4().hex}"} for number in range(3)]
        remote.packages.sort(key=lambda known: str(known["id"]))
        yield remote


@pytest.fixture
def source(stack: Stack, site: CkanSite, remote: RogueServer) -> str:
    fields = SourceFields("late", remote.url, "ckan", "Late", owner_org=site.organization)
    return str(stack.parts.application.register_source(fields, by="test"))


def object_of(stack: Stack, job_id: str, guid: str) -> HarvestObject | None:
    """A record's object of a job, None as long as there is none."""
    identity = stack.parts.application.load(Job, UUID(job_id)).object_id(guid)
    return stack.parts.application.load_objects([identity]).get(identity)


def outcome(stack: Stack, job_id: str, guid: str) -> str | None:
    found = object_of(stack, job_id, guid)
    return found.outcome if found else None


def titles(site: CkanSite) -> dict[str, str]:
    return {identity: found["title"] for identity, found in site.packages().items()}


@pytest.mark.parametrize("answered", [False, True], ids=["before CKAN has it", "after CKAN has done it"])
@pytest.mark.parametrize("action", ["package_create", "package_revise", "delete"])
def test_a_worker_that_wakes_up_after_a_later_job_changes_nothing(
    stack: Stack, site: CkanSite, ckan: Gateway, remote: RogueServer, source: str, action: str, answered: bool
) -> None:
    changed = remote.packages[1]
    guid = changed["id"]
    if action != "package_create":
        assert stack.run(source)["added"] == 3
    changed["title"] = "Older"
    if action == "delete":
        remote.packages.remove(changed)
    hold = ckan.hold = Hold("package_create" if action == "package_create" else "package_revise", guid, answered=answered)

    late = stack.start_job(source, full=True)
    assert hold.arrived.wait(30)
    stack.process(LATE_WORKER).send_signal(signal.SIGSTOP)
    stack.abort(late)
    changed["title"] = "Newer"
    if action == "delete":
        remote.packages.insert(1, changed)
    stack.start("fetch-consumer", "fetch-2")
    job = stack.run(source, full=True)
    hold.release.set()
    stack.process(LATE_WORKER).send_signal(signal.SIGCONT)
    wait_for(lambda: outcome(stack, late, guid), 30, "the late worker has stored its outcome")

    theirs = {known["id"]: known["title"] for known in remote.packages}
    assert (job["outcome"], job["errored"], titles(site)) == ("finished", 0, theirs)
    newest = object_of(stack, job["id"], guid)
    assert newest is not None
    assert extra(site.packages()[guid], OBJECT) == str(newest.id)
    again = stack.run(source, full=True)
    assert (again["not_modified"], again["objects"], titles(site)) == (3, 0, theirs)


def test_a_retry_that_is_due_when_its_job_is_aborted_never_comes(
    stack: Stack, site: CkanSite, ckan: Gateway, remote: RogueServer, source: str
) -> None:
    changed = remote.packages[1]
    guid = changed["id"]
    changed["title"] = "Older"
    ckan.refuse = guid

    late = stack.start_job(source, full=True)
    wait_for(lambda: (found := object_of(stack, late, guid)) and found.attempts, 30, "the first attempt failed")
    stack.abort(late)
    ckan.refuse = ""
    changed["title"] = "Newer"
    job = stack.run(source, full=True)

    theirs = {known["id"]: known["title"] for known in remote.packages}
    assert (job["outcome"], job["errored"], titles(site)) == ("finished", 0, theirs)
    assert outcome(stack, late, guid) is None
    left: Any = stack.parts.database.query("SELECT count(*) FROM ops.work")
    assert left[0][0] == 0
