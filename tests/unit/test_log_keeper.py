"""Lines are captured with what they are about, bounded, and never at the cost of those who say them."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from adapters.logs import about
from adapters.postgres.log_lines import Line, Share
from adapters.process import log_keeper
from adapters.process.log_keeper import LogKeeper
from domain.errors import ServiceUnavailable


class FakeStore:
    """Keeps lines; `raises` is what it does first, as often as it has entries."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.left_out: dict[Share, int] = {}
        self.raises: list[Exception] = []
        self.totals: dict[Share, int] = {}
        self.tries = 0
        self.stored = threading.Condition()

    def store(self, lines: Sequence[Line], left_out: Mapping[Share, int], now: float) -> dict[Share, int]:
        with self.stored:
            self.tries += 1
            self.stored.notify_all()
            if self.raises:
                raise self.raises.pop(0)
            self.lines += lines
            self.left_out.update(left_out)
        return self.totals

    def wait_for(self, condition: Callable[[], Any]) -> None:
        with self.stored:
            assert self.stored.wait_for(condition, 10)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> FakeStore:
    monkeypatch.setattr(log_keeper, "EVERY", 0.01)
    monkeypatch.setattr(log_keeper, "LONGEST_WAIT", 0.02)
    return FakeStore()


@pytest.fixture
def keep(store: FakeStore) -> Iterator[Callable[..., LogKeeper]]:
    """Makes keepers that capture what the test logs."""
    root = logging.getLogger()
    level, made = root.level, []

    def make(scope: int = 7, limit: int = 100, *, start: bool = True) -> LogKeeper:
        keeper = LogKeeper(store, scope, limit)
        root.addHandler(keeper)
        root.setLevel("INFO")
        made.append(keeper)
        if start:
            keeper.start()
        return keeper

    yield make
    root.setLevel(level)
    for keeper in made:
        root.removeHandler(keeper)
        keeper.close()


def said(store: FakeStore) -> list[tuple[str, str, str, str, str]]:
    return [(line.level, line.content, line.job, line.source, line.object) for line in store.lines]


def test_lines_of_plugins_and_libraries_know_their_job_source_and_object(
    store: FakeStore, keep: Callable[..., LogKeeper]
) -> None:
    keeper = keep()

    with about(job="j", source="s"):
        logging.getLogger("some.plugin").info("page %d", 1)
        with about(object="o"):
            logging.getLogger("library").warning("odd")
    keeper.close()

    assert said(store) == [("INFO", "page 1", "j", "s", ""), ("WARNING", "odd", "j", "s", "o")]


def test_a_thread_that_a_plugin_starts_says_lines_of_the_only_job(store: FakeStore, keep: Callable[..., LogKeeper]) -> None:
    keeper = keep()

    def say(name: str) -> None:
        thread = threading.Thread(target=logging.getLogger(name).warning, args=(f"from {name}",))
        thread.start()
        thread.join()

    with about(job="j", source="s", object="o"):
        say("plugin")
        with about(job="other"):
            say("which")
    keeper.close()

    assert [(line[1], line[2], line[4]) for line in said(store)] == [("from plugin", "j", ""), ("from which", "", "")]


@pytest.mark.parametrize(("scope", "kept"), [(7, ["plugin"]), (5, ["domain.jobs"]), (0, ["plugin", "domain.jobs"])])
def test_the_scope_says_whose_lines_are_kept(
    store: FakeStore, keep: Callable[..., LogKeeper], scope: int, kept: list[str]
) -> None:
    keeper = keep(scope)

    for name in ("plugin", "domain.jobs"):
        logging.getLogger(name).warning("said")
    keeper.close()

    assert [line.logger for line in store.lines] == kept


def test_secrets_tracebacks_and_what_no_store_can_hold(store: FakeStore, keep: Callable[..., LogKeeper]) -> None:
    keeper = keep()

    with about(job="j"):
        try:
            raise ValueError("asked https://me:geheim@host/")
        except ValueError:
            logging.getLogger("plugin").exception("with password=geheim and \0")
        keeper.handle(logging.LogRecord("plugin", logging.WARNING, "plugin.py", 1, "%d is no number", ("x",), None))
        logging.getLogger("plugin").warning("y" * 20_000)
    keeper.close()

    first, second, third = (line.content for line in store.lines)
    assert "geheim" not in first
    assert "\0" not in first
    assert "ValueError: asked https://me:***@host/" in first
    assert second == "%d is no number"
    assert len(third) < 10_100


def test_a_job_has_so_many_lines_and_as_many_warnings_whatever_the_others_say(
    store: FakeStore, keep: Callable[..., LogKeeper]
) -> None:
    keeper = keep(limit=3)

    with about(job="loud"):
        for number in range(10):
            logging.getLogger("plugin").info("chatter %d", number)
        logging.getLogger("plugin").error("what matters")
    with about(job="quiet"):
        logging.getLogger("plugin").info("here")
    keeper.close()

    assert [line.content for line in store.lines] == ["chatter 0", "chatter 1", "chatter 2", "what matters", "here"]
    assert store.left_out == {("loud", False): 7}


def test_what_other_processes_said_of_a_job_counts_too(store: FakeStore, keep: Callable[..., LogKeeper]) -> None:
    keeper = keep(limit=5)
    store.totals = {("j", False): 50}

    with about(job="j"):
        logging.getLogger("plugin").info("first")
        store.wait_for(lambda: store.lines)
        keeper._learn(store.totals)
        logging.getLogger("plugin").info("second")
    keeper.close()

    assert [line.content for line in store.lines] == ["first"]


def test_nothing_is_lost_while_the_database_is_away_for_a_moment(store: FakeStore, keep: Callable[..., LogKeeper]) -> None:
    store.raises = [ServiceUnavailable("away")] * 3
    keeper = keep()

    with about(job="j"):
        for number in range(5):
            logging.getLogger("plugin").info("line %d", number)
    store.wait_for(lambda: len(store.lines) == 5)
    keeper.close()

    assert [line.content for line in store.lines] == [f"line {number}" for number in range(5)]


def test_what_finds_no_room_is_counted_and_told(
    store: FakeStore, keep: Callable[..., LogKeeper], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_keeper, "QUEUE", 4)
    keeper = keep(start=False)

    with about(job="j"):
        for number in range(10):
            logging.getLogger("plugin").info("line %d", number)
    store.raises = [ServiceUnavailable("away")] * 2
    keeper.start()
    store.wait_for(lambda: store.lines)
    keeper.close()

    contents = [line.content for line in store.lines]
    assert contents[:4] == [f"line {number}" for number in range(4)]
    assert [content for content in contents if "lost" in content] == [
        "6 lines of the log were lost: the database was away, or more came than can be stored"
    ]


def test_lines_that_the_database_refuses_are_lost_and_the_next_ones_stored(
    store: FakeStore, keep: Callable[..., LogKeeper]
) -> None:
    store.raises = [RuntimeError("bad line")]
    keeper = keep()

    with about(job="j"):
        logging.getLogger("plugin").info("bad")
    store.wait_for(lambda: any("1 line of the log was lost" in line.content for line in store.lines))
    with about(job="j"):
        logging.getLogger("plugin").info("good")
    keeper.close()

    assert store.lines[-1].content == "good"


def test_its_own_failures_are_not_captured(store: FakeStore, keep: Callable[..., LogKeeper]) -> None:
    store.raises = [ServiceUnavailable("away")] * 5
    keeper = keep(scope=0)

    with about(job="j"):
        logging.getLogger("plugin").info("line")
    store.wait_for(lambda: store.lines)
    keeper.close()

    assert [line.content for line in store.lines] == ["line"]


def test_the_end_of_a_process_stores_its_last_lines(store: FakeStore, keep: Callable[..., LogKeeper]) -> None:
    keeper = keep()

    logging.getLogger("plugin").warning("last words")
    keeper.acquire()  # as logging.shutdown does
    keeper.close()
    keeper.release()

    assert [line.content for line in store.lines] == ["last words"]


def test_lines_about_no_job_are_bounded_by_the_minute(
    store: FakeStore, keep: Callable[..., LogKeeper], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_keeper, "JOBLESS", 5)
    keeper = keep(start=False)
    keeper._clock = lambda: 30.0

    for number in range(20):
        logging.getLogger("plugin").warning("line %d", number)
    keeper.start()
    keeper.close()

    contents = [line.content for line in store.lines]
    assert contents[:5] == [f"line {number}" for number in range(5)]
    assert contents[5].startswith("15 lines of the log were lost")


def test_those_who_say_lines_never_wait_for_the_database(store: FakeStore, keep: Callable[..., LogKeeper]) -> None:
    keeper = keep()

    with store.stored:  # the store is busy for as long as this block lasts
        with about(job="j"):
            for number in range(60):
                logging.getLogger("plugin").info("line %d", number)
        assert len(store.lines) == 0
    keeper.close()

    assert len(store.lines) == 60
