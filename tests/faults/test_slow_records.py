"""Records that take for ever, among others that take no time."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from adapters.kafka.topics import Topics, connect
from adapters.settings import Settings
from tests.conftest import with_topics
from tests.faults.evidence import ended, outcomes
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def stack(settings: Settings, broker_address: str, tmp_path: Path) -> Iterator[Stack]:
    """A stack with one partition, so that all commands wait behind one another, which notices lost workers soon."""
    with Stack(with_topics(replace(settings, lease=4.0, topic_partitions=1), broker_address), tmp_path) as stack:
        yield stack


def one_that_sleeps(stack: Stack) -> str:
    """A job one of whose two records sleeps, once it does."""
    stack.source("sleepy", "http://127.0.0.1/sleepy", "sloppy", {"records": 2, "way": "sleep", "guids": ["record-0"]})
    job_id = stack.start_job("sleepy")
    stack.wait_for_objects(job_id, 1)
    return job_id


def committed(stack: Stack) -> int:
    """The position that the fetch workers' group has committed."""
    topics, broker = Topics(stack.settings.site_id), stack.parts.broker
    with closing(connect(KafkaConsumer, broker, **broker.consumer(topics.fetch_group))) as consumer:
        return consumer.committed(TopicPartition(topics.fetch, 0)) or 0


def test_a_record_that_sleeps_holds_up_none_of_ten_thousand_others(stack: Stack) -> None:
    sleepy = one_that_sleeps(stack)

    for number in range(2):
        stack.source(f"many-{number}", f"http://127.0.0.1/{number}", "noop", {"records": 5000})
    jobs = [stack.start_job(f"many-{number}") for number in range(2)]

    assert [stack.ended(job_id, 120)["added"] for job_id in jobs] == [5000, 5000]
    assert stack.job(sleepy)["status"] == "Running"
    stack.kill("fetch-consumer")


def test_a_worker_that_dies_after_its_offsets_moved_on_loses_nothing(stack: Stack, tmp_path: Path) -> None:
    config = {"records": 40, "seconds": 2.0, "folder": str(tmp_path)}
    stack.source("slow", "http://127.0.0.1/slow", "counting", config)
    job_id = stack.start_job("slow")
    wait_for(lambda: committed(stack) == 40, 20, "the offsets of all records are committed")
    assert stack.job(job_id)["done"] < 40

    stack.process("fetch-consumer").kill()
    job = ended(stack, job_id)

    assert (job["outcome"], job["objects"], job["added"], job["errored"]) == ("finished", 40, 40, 0)
    assert outcomes(stack) == {1: 40}
