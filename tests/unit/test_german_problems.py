"""What `harvester status` finds wrong is told in German on German pages."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.web.pages.language import language
from domain.breakers import trouble
from domain.deletions import held_problems
from domain.health import Health, Process, Still, disk_problem, problems
from domain.source_health import SENTENCES, SourceHealth, source_problems
from tests.unit.test_source_health import source

GATHER, FETCH = "gather-consumer", "fetch-consumer"
DEAD = Process("gather-consumer", "host-1", 7, started=500.0, silent=99.0)
HANGING = replace(DEAD, present=True)
LEADER = Process("coordinator", "host-1", 8, started=500.0, silent=1.0, present=True, leads=True)
ALIVE = (Process(GATHER, "host-2", 9, 1.0, 1.0, present=True), Process(FETCH, "host-2", 10, 1.0, 1.0, present=True))
LEADS = "coordinator"
RESTARTS = dict.fromkeys((GATHER, FETCH, LEADS), "it was started itself 1 s ago")
HEALTHS = {
    "nobody leads": Health(False, ALIVE),
    "nobody leads a job": Health(False, ALIVE, waiting={"coordinator": 1}),
    "nobody leads jobs": Health(False, ALIVE, waiting={"coordinator": 1_000}),
    "the leader is stuck": Health(True, (*ALIVE, replace(LEADER, silent=3_700.0, present=False))),
    "a duty fails": Health(True, ALIVE, failing={"mail": "it says no"}),
    "no workers": Health(True),
    "work for one": Health(True, waiting={GATHER: 1, FETCH: 1}),
    "work for many": Health(True, waiting={GATHER: 2, FETCH: 2_000}),
    **{
        f"up starts what {number} wait for": Health(
            False, restarts=RESTARTS, waiting={GATHER: number, FETCH: number, LEADS: number}
        )
        for number in (0, 1, 2_000)
    },
    "a dead worker": Health(True, (DEAD, replace(DEAD, role=FETCH)), waiting={GATHER: 2, FETCH: 1}),
    "a worker that hangs": Health(True, (HANGING, replace(HANGING, role=FETCH)), waiting={GATHER: 1, FETCH: 2}),
    "one of two is dead": Health(True, (DEAD, *ALIVE)),
    "one of two hangs": Health(True, (HANGING, *ALIVE)),
    "jobs stand still": Health(True, ALIVE, still=[Still("j", "city", stage, 9_000.0) for stage in ("waiting", "running", "")]),
    "an event behind": Health(True, ALIVE, behind={"work": (1, 90.0)}),
    "events behind": Health(True, ALIVE, behind={"work": (2_000, 90.0)}),
    "a message": Health(True, ALIVE, dead_letters=1),
    "messages": Health(True, ALIVE, dead_letters=2),
    "a notice": Health(True, ALIVE, unsent=(1, "no server")),
    "notices": Health(True, ALIVE, unsent=(2_000, "no server")),
}
HELD = [{"id": "j", "source": "city", "held": held, "held_of": of} for held in (1, 2_000) for of in (None, 3_000)]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def in_german(sentences: list[str]) -> list[str]:
    """Those that stay English, or have a mark of a value left."""
    german = language("de")
    return [said for text in sentences if (said := german.said(text)) == text or "%(" in said]


@pytest.mark.parametrize("name", HEALTHS)
def test_each_trouble_of_the_parts(name: str) -> None:
    sentences = problems(HEALTHS[name])

    assert sentences
    assert in_german(sentences) == []


def test_troubles_of_sources_of_deletions_of_remotes_and_of_the_disk() -> None:
    sentences = [
        *held_problems(HELD, more=True),
        *(
            sentence
            for what in SENTENCES
            for number in (1, 3)
            for sentence in source_problems(SourceHealth({what: [source(name=f"s{n}") for n in range(number)]}))
        ),
        *(trouble(scope, "portal.example:443", "it says 503", 5, 70.0, 10.0) for scope in ("host", "target")),
        disk_problem("/srv/data", 1, 10**12),
    ]

    assert len(sentences) == 5 + 2 * len(SENTENCES) + 3
    assert in_german(sentences) == []
