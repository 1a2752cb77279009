"""A fetch worker that is killed between CKAN's write and the outcome's append: one dataset, right, counted once."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.sources import SourceFields
from tests.acceptance.remote_ckan import RemoteCkan
from tests.support.ckan_gateway import gateway
from tests.support.ckan_site import CkanSite, by_guid, ckan_site
from tests.support.stack import wait_for

pytestmark = pytest.mark.ckan
DATASETS = 12


class Killer:
    """Kills the process `pid` once it is set, at the nth write of an action, before it hears that it was done."""

    def __init__(self, action: str, nth: int) -> None:
        self.pid = 0
        self.killed = False
        self._action = action
        self._left = nth
        self._lock = threading.Lock()

    def __call__(self, action: str) -> bool:
        with self._lock:
            if self.killed or not self.pid or action != self._action:
                return True
            self._left -= 1
            if self._left:
                return True
            self.killed = True
            os.kill(self.pid, signal.SIGKILL)
            return False


@pytest.fixture
def site() -> Iterator[CkanSite]:
    with ckan_site() as known:
        yield known


@pytest.mark.parametrize(("action", "run"), [("package_create", 1), ("package_revise", 2)])
def test_a_worker_killed_after_ckans_write_leaves_one_dataset_counted_once(
    site: CkanSite, new_stack: Any, shared: Path, action: str, run: int
) -> None:
    killer = Killer(action, nth=5)
    with (
        gateway(site.api.url, killer) as ckan,
        RemoteCkan(shared, "--n", str(DATASETS)) as remote,
        new_stack(ckan_url=ckan.url, ckan_token=site.token) as stack,
    ):
        fields = SourceFields("crash", remote.url, "ckan", "Crash", owner_org=site.organization)
        source = str(stack.parts.application.register_source(fields, by="test"))
        if run == 2:
            assert stack.run(source)["added"] == DATASETS
            remote.steer("mutate", fraction=1.0)
        killer.pid = stack.process("fetch-consumer").pid

        job_id = stack.start_job(source, full=True)
        wait_for(lambda: killer.killed, 60, "the worker is killed")
        wait_for(lambda: stack.restart_when_dead("fetch-consumer"), 20, "it is dead")
        job = stack.ended(job_id, 120)

        counted = {name: job[name] for name in ("added", "updated", "not_modified", "errored")}
        done = "added" if run == 1 else "updated"
        assert counted == {**dict.fromkeys(counted, 0), done: DATASETS}
        theirs = remote.packages()
        ours = by_guid(site.packages(), stack)
        assert {guid: one["title"] for guid, one in ours.items()} == {guid: one["title"] for guid, one in theirs.items()}
