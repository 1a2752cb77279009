"""What waits for one client of `/api/events`, and which position it is given with each event."""

import re
from typing import Any

import pytest

from adapters.process.announcer import News, State
from adapters.web import events
from adapters.web.events import Stream
from domain.access import ANONYMOUS, Caller

EDITOR = Caller("ed", roles={"org": "editor"})
ADMIN = Caller("admin", sysadmin=True)


def state(identity: str, kind: str = "job", *, private: bool = False, **values: Any) -> State:
    return State(kind, identity, f"of-{identity}", "org", private, {"id": identity, "source": "s", "name": "s", **values})


def stream(caller: Caller = ADMIN, source: str = "", job: str = "") -> Stream:
    opened = Stream(caller, {}, source, job)
    opened.begin(News(10, []))
    opened.take()
    return opened


def sent(opened: Stream) -> list[tuple[str, str]]:
    """Ids and data of what a client is sent now."""
    return re.findall(r"id: (\d+)\n(?:event: \w+\ndata: (.*)\n)?", opened.take().decode())


def test_of_several_events_only_the_last_leads_to_the_new_position() -> None:
    opened = stream()

    opened.offer(News(20, [state("a"), state("b"), state("c")]))

    assert [identity for identity, _ in sent(opened)] == ["10", "10", "20"]


def test_a_newer_state_takes_the_place_of_an_older_one_at_the_end() -> None:
    opened = stream()

    opened.offer(News(20, [state("a", done=1), state("b", done=1)]))
    opened.offer(News(30, [state("a", done=2)]))

    told = sent(opened)
    assert [('"b"' in data, '"done":2' in data) for _, data in told] == [(True, False), (False, True)]
    assert [identity for identity, _ in told] == ["10", "30"]


def test_what_a_client_may_not_see_moves_its_position_all_the_same() -> None:
    opened = stream(EDITOR)

    opened.offer(News(20, [state("a"), State("job", "x", "of-x", "other", True, {"source": "x"})]))
    opened.offer(News(30, [State("job", "x", "of-x", "other", True, {"source": "x"})]))

    assert [identity for identity, _ in sent(opened)] == ["30"]
    assert opened.take() == b": still here\nid: 30\n\n"


def test_rights_that_are_taken_away_count_for_what_waits_already() -> None:
    opened = stream(EDITOR)
    opened.offer(News(20, [state("a", private=True)]))

    opened.caller = ANONYMOUS

    assert opened.take() == b": still here\nid: 20\n\n"


@pytest.mark.parametrize(
    ("source", "job", "seen"),
    [("of-a", "", ["a"]), ("s", "", ["a", "b"]), ("", "b", ["b"]), ("of-a", "b", []), ("", "", ["a", "b"])],
)
def test_a_client_asks_for_a_source_or_a_job(source: str, job: str, seen: list[str]) -> None:
    opened = stream(ADMIN, source, job)

    opened.offer(News(20, [state("a"), state("b")]))

    assert [re.findall('"id":"(.)"', data)[0] for _, data in sent(opened) if data] == seen


def test_a_client_that_is_too_far_behind_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_WAITING", 3)
    opened = stream()

    opened.offer(News(20, [state("a"), state("b"), state("c")]))
    assert not opened.ended
    opened.offer(News(30, [state("d")]))

    assert opened.ended


def test_a_reset_takes_the_place_of_what_waits() -> None:
    opened = stream()
    opened.offer(News(20, [state("a")]))

    opened.offer(News(90, [], reset=True))

    assert opened.take() == b'id: 90\nevent: reset\ndata: {"position":90}\n\n'
