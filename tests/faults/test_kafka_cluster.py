"""Three brokers, of which one may die, and workers that come and go in consumer groups: each record is done once."""

import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from adapters.kafka.topics import CONNECT_TIMEOUT, Topics, cluster_id, ensure_topics
from adapters.settings import Settings
from domain.commands import GatherJob
from tests.faults.cluster import BROKERS, Cluster
from tests.faults.evidence import begun, outcomes, pending
from tests.support.kafka_scripts import kafka_scripts, no_kafka
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.cluster

GATHER_WORKERS = ("gather-1", "gather-2")
FETCH_WORKERS = ("fetch-1", "fetch-2", "fetch-3")
PARTITIONS = 6


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three brokers; skips or fails the tests where they can't be started."""
    cluster = Cluster(kafka_scripts(), tmp_path_factory.mktemp("kafka"))
    try:
        cluster.start()
    except subprocess.CalledProcessError as error:
        no_kafka(f"no cluster: {error.stderr[-500:]}")
    yield cluster
    cluster.stop()


@pytest.fixture
def on_cluster(settings: Settings, cluster: Cluster) -> Settings:
    """Settings with the whole cluster, and topics of the test's own on it."""
    cluster.start()
    services = replace(settings, kafka_bootstrap_servers=cluster.bootstrap_servers, topic_partitions=PARTITIONS, lease=30.0)
    ensure_topics(cluster.broker, services)
    return services


@contextmanager
def workers(cluster: Cluster, settings: Settings, folder: Path) -> Iterator[Stack]:
    """A coordinator and two gather and three fetch workers that have shared out all partitions."""
    with Stack(settings, folder, roles=("coordinator",)) as stack:
        try:
            for name in (*GATHER_WORKERS, *FETCH_WORKERS):
                start(stack, name)
            shared_out(cluster, settings, gather=len(GATHER_WORKERS), fetch=len(FETCH_WORKERS))
            yield stack
        except BaseException:
            print(pending(stack), cluster.logs())
            raise


def start(stack: Stack, name: str) -> None:
    stack.start(f"{name.partition('-')[0]}-consumer", name)


def shared_out(cluster: Cluster, settings: Settings, *, gather: int, fetch: int) -> None:
    """Wait until that many members share all partitions of each group, and each has some."""
    topics = Topics(settings.site_id)
    for group, number in ((topics.gather_group, gather), (topics.fetch_group, fetch)):

        def shared(group: str = group, number: int = number) -> bool:
            members = cluster.members(group)
            return len(members) == number and all(members) and sorted(chain(*members)) == list(range(PARTITIONS))

        wait_for(shared, 60, f"{number} members share {group}")


@dataclass(frozen=True)
class Load:
    """Jobs of sources whose plugin counts in a folder how often each record is begun."""

    stack: Stack
    folder: Path
    records: int
    jobs: list[str]

    @property
    def total(self) -> int:
        return self.records * len(self.jobs)

    def done(self) -> int:
        return sum(self.stack.job(job_id)["done"] for job_id in self.jobs)

    def wait_until(self, done: int, seconds: float = 60.0) -> None:
        """Wait for that many outcomes in all; most of the work is still to come."""
        wait_for(lambda: self.done() >= done, seconds, f"{done} of {self.total} objects are done")

    def add(self, seconds: float, gather_seconds: float = 0.0) -> str:
        """One more source and its job, which is returned."""
        name = f"source-{len(self.jobs)}"
        (self.folder / name).mkdir()
        config = {"records": self.records, "seconds": seconds, "gather_seconds": gather_seconds}
        self.stack.source(name, f"http://127.0.0.1/{name}", "counting", {**config, "folder": str(self.folder / name)})
        self.jobs.append(self.stack.start_job(name))
        return self.jobs[-1]

    def begun(self) -> Counter[tuple[str, str]]:
        """How often each record, by job and guid, was begun."""
        folders = (self.folder / f"source-{number}" for number in range(len(self.jobs)))
        counts = zip(self.jobs, map(begun, folders), strict=True)
        return Counter({(job_id, guid): times for job_id, guids in counts for guid, times in guids.items()})

    def assert_all_done_once(self, seconds: float = 120.0) -> None:
        """Every job ends with all its records added, each with one outcome in the log."""
        rows = [self.stack.ended(job_id, seconds) for job_id in self.jobs]
        expected = ("finished", self.records, self.records, 0)
        assert [(row["outcome"], row["objects"], row["added"], row["errored"]) for row in rows] == [expected] * len(rows)
        assert outcomes(self.stack) == {1: self.total}
        assert len(self.begun()) == self.total


def load(stack: Stack, folder: Path, *, jobs: int, records: int, seconds: float) -> Load:
    load = Load(stack, folder, records, [])
    for _ in range(jobs):
        load.add(seconds)
    return load


def assert_no_command_was_lost(cluster: Cluster, stack: Stack) -> None:
    """The topic still holds a command for every object, and a second one only where the first was not acknowledged."""
    commands = cluster.fetch_commands(Topics(stack.settings.site_id).fetch)
    objects = {row[0] for row in stack.parts.database.query("SELECT id::uuid FROM harvest.object")}
    assert {command.object_id for command in commands} == objects
    if "not acknowledged" not in stack.log("coordinator"):
        assert {command.epoch for command in commands} == {1}


def test_topics_are_on_all_three_brokers_and_two_must_have_a_command(on_cluster: Settings, cluster: Cluster) -> None:
    topics = Topics(on_cluster.site_id)

    for topic in (topics.gather, topics.fetch, topics.dead_letters):
        assert {tuple(sorted(partition["replica_nodes"])) for partition in cluster.partitions(topic)} == {BROKERS}
        assert cluster.setting(topic, "min.insync.replicas") == "2"


def test_topics_with_fewer_copies_are_named(settings: Settings, cluster: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    ensure_topics(cluster.broker, replace(settings, topic_replication=1))
    caplog.clear()

    ensure_topics(cluster.broker, settings)

    topics = Topics(settings.site_id)
    for topic in (topics.gather, topics.fetch, topics.dead_letters):
        assert f"{topic} has 1 of 3 copies" in caplog.text


def test_roles_can_start_while_a_broker_has_just_died(on_cluster: Settings, cluster: Cluster) -> None:
    """The others name it for seconds more, and each request may go to it."""
    for number in BROKERS:
        cluster.kill(number)
        for _ in range(20):
            ensure_topics(cluster.broker, on_cluster)
            assert cluster_id(cluster.broker, patience=CONNECT_TIMEOUT)
        cluster.start()


def test_killed_brokers_lose_no_command_and_no_outcome(on_cluster: Settings, cluster: Cluster, tmp_path: Path) -> None:
    topics = Topics(on_cluster.site_id)
    with workers(cluster, on_cluster, tmp_path) as stack:
        running = stack.running()
        work = load(stack, tmp_path, jobs=4, records=600, seconds=0.25)
        work.wait_until(200)

        first = cluster.group_coordinator(topics.fetch_group)
        led = cluster.leaders(topics.fetch)
        cluster.kill(first)
        done_at_first = work.done()
        work.wait_until(done_at_first + 300)
        cluster.start()
        wait_for(lambda: cluster.in_sync(topics.fetch) and cluster.in_sync(topics.gather), 40, "the broker has caught up")
        leaders = cluster.leaders(topics.fetch)
        second = max(set(BROKERS) - {first}, key=lambda broker: leaders[broker])
        cluster.kill(second)
        done_at_second = work.done()
        work.assert_all_done_once()

        assert led[first] > 0
        assert leaders[second] > 0
        assert done_at_first < done_at_second < work.total
        assert set(work.begun().values()) == {1}
        assert stack.running() == running
        assert_no_command_was_lost(cluster, stack)


def test_a_job_goes_on_when_a_broker_stays_away(on_cluster: Settings, cluster: Cluster, tmp_path: Path) -> None:
    topics = Topics(on_cluster.site_id)
    with workers(cluster, on_cluster, tmp_path) as stack:
        work = load(stack, tmp_path, jobs=3, records=300, seconds=0.1)
        work.wait_until(100)

        away = cluster.leaders(topics.fetch).most_common(1)[0][0]
        cluster.kill(away)
        done_when_killed = work.done()
        start(stack, "fetch-4")
        work.add(0.01)
        work.assert_all_done_once()
        shared_out(cluster, on_cluster, gather=2, fetch=4)

        assert done_when_killed < work.total
        assert set(work.begun().values()) == {1}
        assert away not in cluster.leaders(topics.fetch)
        assert_no_command_was_lost(cluster, stack)


def test_workers_join_leave_and_die_and_each_object_is_done_once(
    on_cluster: Settings, cluster: Cluster, tmp_path: Path
) -> None:
    topics = Topics(on_cluster.site_id)
    with workers(cluster, on_cluster, tmp_path) as stack:
        work = Load(stack, tmp_path, 500, [])
        members = cluster.members(topics.gather_group)
        while len(work.jobs) < 4 or not all(any(partition_of(job) in own for job in work.jobs) for own in members):
            work.add(0.15, gather_seconds=0.01)
        wait_for(lambda: len(gather_workers(stack)) == len(GATHER_WORKERS), 60, "each gather worker has begun a job")
        work.wait_until(100)

        leaving = [stack.process(name) for name in ("gather-1", "fetch-1")]
        for process in leaving:
            process.send_signal(signal.SIGTERM)
        for name in ("gather-3", "fetch-4"):
            start(stack, name)
        left = [process.wait(40) for process in leaving]
        work.wait_until(work.total // 2)
        done_when_killed = work.done()
        pid = stack.process("fetch-2").pid
        stack.kill("fetch-2")
        claimed = claimed_by(stack, pid)
        start(stack, "fetch-5")
        work.assert_all_done_once()

        assert left == [0, 0]
        assert done_when_killed < work.total
        assert set(stack.running()) == {"coordinator", "gather-2", "gather-3", "fetch-3", "fetch-4", "fetch-5"}
        repeated = {record for record, times in work.begun().items() if times > 1}
        assert repeated <= claimed


def partition_of(job_id: str) -> int:
    """The partition of a job's first gather command."""
    return GatherJob(UUID(job_id), 1).turn % PARTITIONS


def claimed_by(stack: Stack, pid: int) -> set[tuple[str, str]]:
    """Records, by job and guid, that a worker's process has claimed."""
    statement = """
        SELECT o.harvest_job_id, o.guid FROM ops.work w JOIN harvest.object o ON o.id = w.object_id::text
        WHERE w.worker LIKE %(worker)s
    """
    return set(stack.parts.database.query(statement, worker=f"fetch-%-{pid}-%"))


def gather_workers(stack: Stack) -> set[str]:
    """The workers that began to gather a job."""
    rows = stack.parts.database.query("SELECT state FROM events.stored_event WHERE topic = 'job.gather_started'")
    return {orjson.loads(state)["worker"] for (state,) in rows}
