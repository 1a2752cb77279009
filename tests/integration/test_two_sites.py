"""Two sites share one broker: each harvests with its own workers, and neither sees anything of the other."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from adapters.kafka.topics import Topics
from adapters.postgres.database import Database
from tests.support.stack import Stack


def test_each_site_does_its_own_work_on_a_shared_broker(new_stack: Callable[..., AbstractContextManager[Stack]]) -> None:
    with new_stack(site_id="two.north") as north, new_stack(site_id="two.south") as south:
        assert north.settings.kafka_bootstrap_servers == south.settings.kafka_bootstrap_servers
        for stack, records in ((north, 30), (south, 40)):
            stack.source("same-name", "http://127.0.0.1/same", "noop", {"records": records})
        jobs = {stack: stack.start_job("same-name") for stack in (north, south)}

        ended = {stack: stack.ended(job) for stack, job in jobs.items()}

        assert [(job["outcome"], job["added"], job["errored"]) for job in ended.values()] == [
            ("finished", 30, 0),
            ("finished", 40, 0),
        ]
        for stack in (north, south):
            database = Database(stack.settings.database_url)
            (letters,) = database.query("SELECT count(*) FROM ops.dead_letter")[0]
            (workers,) = database.query(
                "SELECT count(*) FROM ops.worker WHERE worker LIKE %(own)s", own=f"%{stack.settings.site_id}-%"
            )[0]
            assert (letters, workers > 1) == (0, True)
            database.close()
            listed = {topic["name"] for topic in stack.json("topics")["topics"]}
            topics = Topics(stack.settings.site_id)
            assert listed == {topics.gather, topics.fetch, topics.dead_letters}
