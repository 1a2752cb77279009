"""Events are for ever: one file per stored topic and version, as it lies in the log, is still read today.

Add a file with each new version of an event; never change one that is there.
"""

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from eventsourcing.domain import event
from eventsourcing.persistence import StoredEvent

from domain import stored_events
from domain.aggregate import Created, OrjsonTranscoder, StoredAggregate
from domain.errors import UnknownEvent
from domain.stored_events import UPCASTERS, UpcastingMapper, class_versions, event_classes, upcast
from projections.recorded import decode

FOLDER = Path(__file__).parent.parent / "golden"
STREAM = UUID("33333333-3333-4333-8333-333333333333")
BY_LIBRARY = {"originator_id", "originator_version"}  # not in the state: columns of the log
STORED = datetime.fromisoformat("2026-03-01T12:30:46")
GOLDEN = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
CLASSES = {topic: cls for topic, cls in event_classes().items() if cls.__module__.startswith("domain.")}


class Parcel(StoredAggregate):
    """Made up: its second event has come to its third version."""

    TOPIC = "parcel"

    class Sent(Created):
        """The first event."""

        TOPIC = "parcel.sent"

    class Weighed(StoredAggregate.Event):
        """Once `pounds`, then `kilos`, now with the scale that it was weighed on."""

        TOPIC = "parcel.weighed"
        class_version = 3
        kilos: float
        scale: str

    @event(Sent)
    def __init__(self) -> None:
        self.kilos = 0.0

    @event(Weighed)
    def weigh(self, kilos: float, scale: str) -> None:
        self.kilos = kilos


def _to_kilos(state: dict[str, Any]) -> None:
    state["kilos"] = state.pop("pounds") * 0.5


def _add_scale(state: dict[str, Any]) -> None:
    state["scale"] = "unknown"


@pytest.fixture
def parcels(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The made-up aggregate and its upcasters."""
    monkeypatch.setattr(stored_events, "AGGREGATES", (*stored_events.AGGREGATES, Parcel))
    monkeypatch.setitem(UPCASTERS, "parcel.weighed", {1: _to_kilos, 2: _add_scale})
    class_versions.cache_clear()
    yield
    class_versions.cache_clear()


def mapper() -> UpcastingMapper:
    return UpcastingMapper(OrjsonTranscoder())


def stored(topic: str, state: dict[str, Any], stream: UUID = STREAM) -> StoredEvent:
    return StoredEvent(stream, 2, topic, orjson.dumps({"timestamp": "2026-03-01T00:00:00+00:00", **state}))


def as_stored(golden: dict[str, Any]) -> StoredEvent:
    version = {"class_version": golden["class_version"]} if golden["class_version"] > 1 else {}
    return stored(golden["topic"], {**golden["state"], **version})


def test_every_version_of_every_event_has_a_golden_file() -> None:
    expected = {
        f"{topic}.v{version}.json"
        for topic, cls in CLASSES.items()
        for version in range(1, getattr(cls, "class_version", 1) + 1)
    }

    assert set(GOLDEN) == expected
    assert all(name == f"{golden['topic']}.v{golden['class_version']}.json" for name, golden in GOLDEN.items())


@pytest.mark.parametrize("name", GOLDEN)
def test_a_stored_event_is_read_as_an_object_of_its_class(name: str) -> None:
    golden = GOLDEN[name]

    read = mapper().to_domain_event(as_stored(golden))

    assert type(read) is CLASSES[golden["topic"]]
    assert (read.originator_id, read.originator_version) == (STREAM, 2)
    assert set(vars(read)) == {field.name for field in fields(read)}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_projector_reads_what_the_write_side_reads(name: str) -> None:
    event = as_stored(GOLDEN[name])

    [recorded] = decode([(7, STREAM, 2, event.topic, event.state, STORED)])

    seen = vars(mapper().to_domain_event(event))
    assert (recorded.number, str(recorded.stream), recorded.version, recorded.topic) == (7, str(STREAM), 2, event.topic)
    assert recorded.state["timestamp"] == "2026-03-01T12:30:46+00:00"  # the database's clock, not the writer's
    assert {**recorded.state, "timestamp": seen["timestamp"]} == {k: v for k, v in seen.items() if k not in BY_LIBRARY}


@pytest.mark.parametrize("topic", CLASSES)
def test_todays_class_is_stored_with_the_keys_of_its_newest_file(topic: str) -> None:
    cls = CLASSES[topic]
    golden = GOLDEN[f"{topic}.v{getattr(cls, 'class_version', 1)}.json"]
    read = vars(mapper().to_domain_event(as_stored(golden)))

    written = mapper().to_stored_event(cls(**{field.name: read[field.name] for field in fields(cls)}))

    assert written.topic == topic
    assert orjson.loads(written.state) == {**golden["state"], "timestamp": "2026-03-01T12:30:45.123456Z"}


@pytest.mark.parametrize("time", ["2026-03-01T12:30:45.123456Z", "2026-03-01T12:30:45.123456+00:00"])
def test_times_are_read_as_they_were_written_early_and_late(time: str) -> None:
    event = StoredEvent(STREAM, 2, "job.aborted", orjson.dumps({"timestamp": time, "reason": "", "by": "admin"}))

    read: Any = mapper().to_domain_event(event)

    assert read.timestamp == datetime(2026, 3, 1, 12, 30, 45, 123456, UTC)


@pytest.mark.parametrize(
    ("state", "kilos", "scale"),
    [
        ({"pounds": 8}, 4.0, "unknown"),
        ({"kilos": 5.0, "class_version": 2}, 5.0, "unknown"),
        ({"kilos": 6.0, "scale": "big", "class_version": 3}, 6.0, "big"),
    ],
)
@pytest.mark.usefixtures("parcels")
def test_an_old_version_is_brought_to_the_newest_step_by_step(state: dict[str, Any], kilos: float, scale: str) -> None:
    event = stored("parcel.weighed", state)

    read: Any = mapper().to_domain_event(event)
    [recorded] = decode([(1, STREAM, 2, event.topic, event.state, STORED)])

    assert (read.kilos, read.scale) == (kilos, scale)
    assert (recorded.state["kilos"], recorded.state["scale"]) == (kilos, scale)
    assert "class_version" not in recorded.state


@pytest.mark.usefixtures("parcels")
def test_an_aggregate_is_made_of_old_and_new_events() -> None:
    parcel = Parcel()
    [sent] = parcel.collect_events()
    old = mapper().to_domain_event(stored("parcel.weighed", {"pounds": 8}, parcel.id))

    replayed: Any = old.mutate(sent.mutate(None))

    assert (replayed.kilos, replayed.version) == (4.0, 2)


@pytest.mark.usefixtures("parcels")
def test_a_newer_version_is_written_with_its_number() -> None:
    parcel = Parcel()
    parcel.weigh(kilos=2.0, scale="small")

    written = mapper().to_stored_event(parcel.collect_events()[1])

    assert orjson.loads(written.state)["class_version"] == 3


@pytest.mark.usefixtures("parcels")
def test_a_version_that_is_not_known_yet_is_refused() -> None:
    event = stored("parcel.weighed", {"kilos": 1, "scale": "", "class_version": 4})

    with pytest.raises(UnknownEvent, match=r"version 4 of 'parcel\.weighed', newest known is 3"):
        mapper().to_domain_event(event)
    with pytest.raises(UnknownEvent, match="upgrade"):
        decode([(1, STREAM, 2, event.topic, event.state, STORED)])


def test_a_topic_that_is_not_known_is_refused() -> None:
    event = stored("parcel.exploded", {})

    with pytest.raises(UnknownEvent, match=r"parcel\.exploded"):
        decode([(1, STREAM, 1, event.topic, event.state, STORED)])
    with pytest.raises(UnknownEvent, match=r"parcel\.exploded"):
        mapper().to_domain_event(event)


def test_a_state_without_version_is_of_the_first() -> None:
    state = {"pounds": 2}

    assert upcast("some.topic", state, {"some.topic": 1}) == {"pounds": 2}
