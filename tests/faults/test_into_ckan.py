"""Everything fails once while 2,000 datasets are harvested into a real CKAN: they arrive, each once and right."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import bootstrap
from adapters.embedded import EmbeddedBroker, EmbeddedPostgres
from adapters.settings import Settings
from domain.sources import SourceFields
from tests.acceptance.remote_ckan import RemoteCkan
from tests.faults.evidence import ended
from tests.faults.test_broker import make_topics
from tests.faults.test_database import answers
from tests.support.ckan_gateway import Gateway, gateway
from tests.support.ckan_site import CkanSite, by_guid, ckan_site
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.ckan
DATASETS = 2000
AWAY = 60.0  # seconds
ERRORS = 8.0  # seconds
PATIENCE = 150  # seconds for the next 250 datasets: a CKAN with the real Solr writes 10 to 20 a second


@pytest.fixture
def site() -> Iterator[CkanSite]:
    with ckan_site() as known:
        yield known


@pytest.fixture
def way(site: CkanSite) -> Iterator[Gateway]:
    with gateway(site.api.url) as known:
        yield known


@pytest.fixture
def stack(way: Gateway, site: CkanSite, server: EmbeddedPostgres, broker: EmbeddedBroker, tmp_path: Path) -> Iterator[Stack]:
    settings = Settings(
        database_url=server.url,
        kafka_bootstrap_servers=broker.bootstrap_servers,
        embedded_broker=True,
        data_dir=tmp_path,
        site_id="faults",
        http_allow="loopback",
        topic_partitions=3,
        ckan_url=way.url,
        ckan_token=site.token,
    )
    bootstrap.initialise(settings)
    make_topics(settings)
    with Stack(settings, tmp_path) as stack:
        yield stack


def test_everything_fails_once_and_ckan_holds_each_dataset_once(
    stack: Stack,
    site: CkanSite,
    way: Gateway,
    server: EmbeddedPostgres,
    broker: EmbeddedBroker,
    shared: Path,
) -> None:
    with RemoteCkan(shared, "--n", str(DATASETS), "--seed", site.organization) as remote:
        fields = SourceFields("faults", remote.url, "ckan", "Faults", owner_org=site.organization)
        source = str(stack.parts.application.register_source(fields, by="test"))
        job_id = stack.start_job(source)

        for number, role in enumerate(("fetch-consumer", "coordinator", "gather-consumer"), 1):
            stack.wait_for_objects(job_id, 100 * number, PATIENCE)
            stack.kill(role)
            stack.start(role)
        more(stack, job_id)
        restart(server, stack)
        more(stack, job_id)
        empty(broker, stack)
        more(stack, job_id)
        away(way)
        more(stack, job_id)
        answering(way, 503)
        more(stack, job_id)
        answering(way, 500)
        job = ended(stack, job_id, 400)

        counted = {name: job[name] for name in ("added", "updated", "not_modified", "deleted", "errored")}
        assert (job["outcome"], counted) == ("finished", {**dict.fromkeys(counted, 0), "added": DATASETS})
        assert imported(stack) == {("added", 1): DATASETS}
        theirs = remote.packages()
        ours = by_guid(site.packages(), stack)
    assert len(site.packages()) == len(ours) == DATASETS
    assert {guid: package["title"] for guid, package in ours.items()} == {
        guid: package["title"] for guid, package in theirs.items()
    }


def more(stack: Stack, job_id: str) -> None:
    """Wait until the harvest goes on."""
    for role in stack.started():
        stack.restart_when_dead(role)
    stack.wait_for_objects(job_id, stack.job(job_id)["done"] + 60, PATIENCE)


def restart(server: EmbeddedPostgres, stack: Stack) -> None:
    server.stop()
    server.start()
    answers(stack)


def empty(broker: EmbeddedBroker, stack: Stack) -> None:
    assert broker.process is not None
    broker.process.kill()
    broker.process.wait()
    broker.restart()
    make_topics(stack.settings)


def away(way: Gateway) -> None:
    """No CKAN for a minute."""
    way.down()
    time.sleep(AWAY)
    way.up()


def answering(way: Gateway, status: int) -> None:
    """A CKAN that answers every call like this."""
    way.status, before = status, way.calls
    wait_for(lambda: way.calls > before, 30, "a call met it")
    time.sleep(ERRORS)
    way.status = 0


def imported(stack: Stack) -> Counter[tuple[str, int]]:
    """How many objects the log says were imported, by what that did and how often."""
    statement = """
        SELECT convert_from(state, 'UTF8')::jsonb->>'status', count(*) FROM events.stored_event
        WHERE topic = 'object.imported' GROUP BY originator_id, 1
    """
    return Counter((status, times) for status, times in stack.parts.database.query(statement))
