"""What the parts of a process do in the background ends when they are closed."""

import threading
from uuid import uuid4

from eventsourcing.persistence import StoredEvent

from adapters.bootstrap import Parts
from tests.support.stack import PATIENCE, wait_for

CONNECTED = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'harvestlog test hosts' AND datname = current_database()"
WANTED = "SELECT count(*) FROM ops.host_lease WHERE wanted > 0"


def talking() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "remote hosts"]


def test_nobody_talks_about_remote_hosts_once_the_parts_are_closed(emptied: Parts) -> None:
    before = talking()
    with emptied.remote_hosts.taken("data.example.org:80", 2):
        assert len(talking()) == len(before) + 1

    emptied.close()

    assert talking() == before
    wait_for(lambda: not emptied.database.query(CONNECTED), PATIENCE, "its connection has ended")


def test_the_end_of_a_request_that_was_under_way_starts_nothing_again(emptied: Parts) -> None:
    before = talking()
    with emptied.remote_hosts.taken("data.example.org:80", 2):
        emptied.close()
        emptied.remote_hosts.failed("data.example.org:80", "http://data.example.org/", "no connection")

    assert talking() == before


def test_a_request_that_waits_for_its_turn_gets_it_though_its_parts_are_closed(emptied: Parts) -> None:
    host, other, begun = "data.example.org:80", Parts(emptied.settings, "test"), threading.Event()

    def ask() -> None:
        with other.remote_hosts.taken(host, 1):
            begun.set()

    with emptied.remote_hosts.taken(host, 1):
        waiting = threading.Thread(target=ask, daemon=True)
        waiting.start()
        wait_for(lambda: other.database.query(WANTED)[0][0] == 2, PATIENCE, "both want the host")
        other.close()

    assert begun.wait(PATIENCE)
    waiting.join()
    other.close()


def test_what_waits_to_be_stored_is_stored_when_the_parts_are_closed(emptied: Parts) -> None:
    stream, outcomes, before = uuid4(), list[BaseException | None](), set(threading.enumerate())
    emptied.group_append([StoredEvent(stream, 1, "thing.done", b"{}")], {stream: 0}, outcomes.append)

    emptied.close()

    assert outcomes == [None]
    assert "group append" not in {thread.name for thread in set(threading.enumerate()) - before}
    emptied.group_append([StoredEvent(stream, 2, "thing.done", b"{}")], {stream: 1}, outcomes.append)
    wait_for(lambda: outcomes == [None, None], PATIENCE, "it is used again")


def test_what_was_closed_is_used_again(emptied: Parts) -> None:
    for _ in range(2):
        with emptied.remote_hosts.taken("data.example.org:80", 2):
            pass
        emptied.close()


def test_parts_that_did_nothing_are_closed(emptied: Parts) -> None:
    parts = Parts(emptied.settings, "test")

    parts.close()
    parts.close()
