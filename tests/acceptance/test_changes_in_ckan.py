"""A remote that changes between harvests into a real CKAN: after each run the CKAN is what the remote was.

Records are real ones of several portals, changes are seeded.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.acceptance.changing_remote import LARGEST, ChangingRemote, Package, recorded
from tests.acceptance.mirror import Mirror, is_recent
from tests.acceptance.mutations import Portal
from tests.support.ckan_gateway import Gateway, gateway
from tests.support.ckan_site import CkanSite, ckan_site
from tests.support.stack import Stack, wait_for

pytestmark = [pytest.mark.ckan, pytest.mark.data]

FULL, NEWS = True, False
RUNS = (NEWS, NEWS, FULL, NEWS, FULL, FULL, NEWS)


@pytest.fixture(scope="module")
def ckan() -> Iterator[Gateway]:
    with ckan_site() as site, gateway(site.api.url) as known:
        known.token = site.token
        yield known


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]], ckan: Gateway) -> Iterator[Stack]:
    # a remote that is held back, or a busy machine, is no remote that doesn't answer
    with new_stack(ckan_url=ckan.url, ckan_token=ckan.token, http_timeout=60.0, http_total_timeout=60.0) as stack:
        yield stack


@pytest.fixture
def site() -> Iterator[CkanSite]:
    with ckan_site() as known:
        yield known


@pytest.fixture
def remote() -> Iterator[ChangingRemote]:
    with ChangingRemote() as known:
        yield known


@pytest.fixture
def mirror(stack: Stack, site: CkanSite, ckan: Gateway, remote: ChangingRemote) -> Iterator[Mirror]:
    known = Mirror(stack, site, ckan, remote)
    yield known
    known.clean()


def few(shared: Path) -> list[Package]:
    """Records for three pages."""
    return recorded(shared, uuid4(), lambda number: max(1, number // 2))


# change


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_each_run_the_ckan_is_what_the_remote_was(mirror: Mirror, shared: Path, seed: int) -> None:
    portal = Portal(mirror.remote, recorded(shared, uuid4()), 30, seed)
    mirror.run(full=NEWS)

    for full in RUNS:
        portal.a_day()
        mirror.run(full=full)


def test_an_unchanged_remote_costs_no_write_and_an_incremental_run_no_record(mirror: Mirror, shared: Path) -> None:
    mirror.remote.fill(few(shared))
    mirror.run(full=FULL)
    before = mirror.site.packages()

    for full in (NEWS, FULL):
        mirror.run(full=full)

        assert mirror.ckan.writes() == {}
        assert mirror.site.packages() == before
    mirror.run(full=NEWS)
    assert (len(mirror.remote.searches), mirror.remote.sent) == (2, [])  # what has changed, and how many there are
    assert mirror.remote.bytes_sent < 200


def test_an_incremental_run_fetches_and_writes_only_what_changed(mirror: Mirror, shared: Path) -> None:
    portal = Portal(mirror.remote, few(shared), 24, seed=4)
    mirror.run(full=FULL)
    before = mirror.site.packages()
    portal.edit()
    portal.add()

    mirror.run(full=NEWS)

    changed = {one["id"] for one in mirror.remote.packages.values() if is_recent(one)}
    assert 1 <= len(changed) <= 2
    assert sorted(mirror.remote.sent) == sorted(changed)
    assert mirror.remote.bytes_sent < 2 * LARGEST
    after = mirror.site.packages()
    assert sum(after[identity] != package for identity, package in before.items()) == 1


# removal


@pytest.fixture
def shrunk(mirror: Mirror, shared: Path) -> Mirror:
    """A source whose remote has lost four datasets since it was harvested, and holds its answer to the third page back."""
    portal = Portal(mirror.remote, few(shared), 24, seed=5)
    mirror.run(full=FULL)
    for _ in range(4):
        portal.remove()
    mirror.remote.forget()
    mirror.remote.pause_before = 3
    return mirror


def in_the_middle(mirror: Mirror) -> str:
    """A full job that waits for the third page."""
    job_id = mirror.stack.start_job(mirror.source, full=True)
    assert mirror.remote.paused.wait(30)
    return job_id


def test_a_gather_whose_remote_dies_in_the_middle_deletes_nothing_and_the_next_one_does(shrunk: Mirror) -> None:
    before = shrunk.site.packages()

    job_id = in_the_middle(shrunk)
    shrunk.remote.broken = True
    shrunk.remote.resume.set()
    job = shrunk.stack.ended(job_id)

    assert (job["outcome"], job["deleted"]) == ("failed", 0)
    assert [error["code"] for error in shrunk.stack.model.gather_errors(job_id)] == ["disconnected"]
    assert shrunk.site.packages() == before
    shrunk.remote.broken = False
    assert shrunk.run(full=FULL)["deleted"] == 4


def test_a_gather_worker_killed_in_the_middle_deletes_nothing_until_the_whole_remote_is_seen(shrunk: Mirror) -> None:
    before = shrunk.site.packages()

    job_id = in_the_middle(shrunk)
    shrunk.stack.kill("gather-consumer")
    shrunk.remote.resume.set()
    after_the_kill = shrunk.site.packages()
    shrunk.stack.start("gather-consumer")
    job = shrunk.stack.ended(job_id)

    assert after_the_kill == before
    assert (job["outcome"], job["deleted"], job["not_modified"]) == ("finished", 4, 20)
    shrunk.forget_removed()
    shrunk.run(full=FULL)


def test_a_job_aborted_in_the_middle_of_gather_deletes_nothing_and_the_next_one_does(shrunk: Mirror) -> None:
    before = shrunk.site.packages()

    job_id = in_the_middle(shrunk)
    shrunk.stack.abort(job_id)
    shrunk.remote.resume.set()
    given_up = f"job {job_id} went on without this worker"
    wait_for(lambda: given_up in shrunk.stack.log("gather-consumer"), 30, "the worker learns of the abort")

    assert shrunk.stack.ended(job_id)["deleted"] == 0
    assert shrunk.site.packages() == before
    assert shrunk.run(full=FULL)["deleted"] == 4


def test_a_remote_that_is_suddenly_empty_loses_nothing_and_the_job_says_so(mirror: Mirror, shared: Path) -> None:
    mirror.remote.fill(few(shared))
    mirror.run(full=FULL)
    before, theirs = mirror.site.packages(), mirror.remote.packages
    mirror.remote.packages = {}

    job = mirror.stack.run(mirror.source, full=FULL)

    assert (job["status"], job["deleted"], job["errored"]) == ("Finished", 0, 1)
    errors = mirror.stack.model.gather_errors(job["id"])
    assert [(error["code"], error["message"]) for error in errors] == [
        ("no_datasets", f"No datasets found at CKAN: {mirror.remote.url}")
    ]
    assert mirror.site.packages() == before
    mirror.remote.packages = theirs
    assert mirror.run(full=FULL)["not_modified"] == len(theirs)
