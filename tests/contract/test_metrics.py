"""The site's numbers for monitoring, as the action gives them."""

from typing import Any
from uuid import UUID

from adapters.actions.metrics import METRICS
from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.postgres.activity import MOST_LABELS, Latencies, add_activity, add_latencies, read_activity, read_latencies
from adapters.postgres.work.breakers import Breakers, Met
from domain.objects import GatheredRecord


def numbers(parts: Parts) -> dict[str, dict[tuple[str, ...], float]]:
    """Values by metric and the values of its labels."""
    metrics = Session(parts).call("harvest_metrics_show")["metrics"]
    return {
        metric["name"]: {tuple(sample["labels"].values()): sample["value"] for sample in metric["samples"]}
        for metric in metrics
    }


def source(parts: Parts, name: str, kind: str = "noop", **config: Any) -> str:
    url = f"http://127.0.0.1/{name}"
    created = Session(parts).call("harvest_source_create", name=name, url=url, source_type=kind, config=config)
    return str(created["id"])


def test_every_sample_has_the_labels_that_its_metric_declares(emptied: Parts) -> None:
    source(emptied, "one", records=2)
    Session(emptied).call("harvest_source_test", id="one")
    labels = {metric.name: metric.labels for metric in METRICS}

    metrics = Session(emptied).call("harvest_metrics_show")["metrics"]

    assert [metric["name"] for metric in metrics] == list(labels)
    for metric in metrics:
        assert all(tuple(sample["labels"]) == labels[metric["name"]] for sample in metric["samples"]), metric


def test_records_errors_and_jobs_are_counted_by_how_they_ended(emptied: Parts) -> None:
    source(emptied, "bad", "raising", records=5, poison=["record-1"])
    Session(emptied).call("harvest_source_test", id="bad")

    after = numbers(emptied)

    assert after["harvestlog_records_total"] == {("added",): 4.0, ("errored",): 1.0}
    assert sum(after["harvestlog_errors_total"].values()) == 1
    assert after["harvestlog_records_gathered_total"] == {(): 5.0}
    assert after["harvestlog_jobs_created_total"] == {("run-test",): 1.0}
    assert after["harvestlog_jobs_ended_total"] == {("finished",): 1.0}
    assert after["harvestlog_events_total"] == {(): emptied.database.query("SELECT count(*) FROM events.stored_event")[0][0]}
    assert after["harvestlog_datasets"] == {(): 4.0}


def test_what_is_pending_in_flight_and_waiting_is_told(emptied: Parts) -> None:
    application = emptied.application
    job_id = application.create_job(UUID(source(emptied, "one")), by="test")
    job = application.start_gather(job_id, "test")
    application.record_page(job, [GatheredRecord(f"record-{number}") for number in range(4)], 0)
    emptied.work_projector().catch_up()
    first, second, third = (row[0] for row in emptied.database.query("SELECT object_id FROM ops.work LIMIT 3"))
    emptied.database.query("UPDATE ops.work SET sent = true WHERE object_id = %(id)s", id=first)
    emptied.database.query("UPDATE ops.work SET sent = true, worker = 'w' WHERE object_id = %(id)s", id=second)
    emptied.database.query("UPDATE ops.work SET due_at = now() + interval '1 hour' WHERE object_id = %(id)s", id=third)

    now = numbers(emptied)

    fetch = f"{emptied.settings.site_id}.harvest.fetch"
    assert now["harvestlog_records_pending"] == {(): 4.0}
    assert now["harvestlog_records_in_flight"] == {(): 1.0}
    assert now["harvestlog_records_waiting_for_retry"] == {(): 1.0}
    assert now["harvestlog_topic_lag"][(fetch,)] == 1.0
    assert now["harvestlog_jobs_unfinished"] == {("waiting",): 0.0, ("running",): 1.0, ("finished",): 0.0}
    assert now["harvestlog_projection_lag_events"] == {("work",): 0.0, ("read_model",): 8.0}
    assert now["harvestlog_projection_lag_seconds"][("read_model",)] > 0


def test_a_breaker_and_the_jobs_that_it_stops_are_told(emptied: Parts) -> None:
    source(emptied, "one")
    Session(emptied).call("harvest_job_create", source_id="one")
    emptied.work_projector().catch_up()
    met = Met(succeeded=False, failed=3, reason="down", url="http://127.0.0.1/one")
    Breakers(emptied.database).note("host", "127.0.0.1:80", met, limit=3)

    now = numbers(emptied)

    assert now["harvestlog_breakers_open"] == {("host",): 1.0, ("target",): 0.0}
    assert list(now["harvestlog_breaker_open_seconds"]) == [("host", "127.0.0.1:80")]


def test_a_source_that_never_had_a_success_shows_zero(emptied: Parts) -> None:
    source(emptied, "never")
    source(emptied, "good", records=1)
    Session(emptied).call("harvest_source_test", id="good")

    successes = numbers(emptied)["harvestlog_source_last_success_timestamp_seconds"]

    assert successes[("never",)] == 0
    assert successes[("good",)] > 1_600_000_000
    assert numbers(emptied)["harvestlog_sources"] == {("active",): 2.0, ("inactive",): 0.0}


def test_codes_of_errors_have_a_bounded_number_of_series(emptied: Parts) -> None:
    for batch in range(3):
        counts = {("errors", f"code-{batch}-{number}"): 1 for number in range(70)}
        add_activity(emptied.database.connection, counts)
    add_activity(emptied.database.connection, {("errors", "code-0-1"): 5})

    counted = {label: total for (name, label), total in read_activity(emptied.database).items() if name == "errors"}

    assert len(counted) == MOST_LABELS + 1
    assert (counted["other"], counted["code-0-1"], sum(counted.values())) == (110, 6, 215)


def test_latencies_of_several_processes_add_up(emptied: Parts) -> None:
    entry = Latencies("/api", "GET", 200, [1, 2, 0], 0.5)
    for entries in ([entry], [entry, Latencies("/api", "GET", 500, [0, 0, 1], 9.0)]):
        add_latencies(emptied.database, entries)

    assert read_latencies(emptied.database) == [
        Latencies("/api", "GET", 200, [2, 4, 0], 1.0),
        Latencies("/api", "GET", 500, [0, 0, 1], 9.0),
    ]


def test_a_rebuild_counts_nothing_again(emptied: Parts) -> None:
    source(emptied, "one", records=3)
    Session(emptied).call("harvest_source_test", id="one")
    before = numbers(emptied)["harvestlog_records_total"]

    Session(emptied).call("harvest_projection_rebuild", name="read_model")

    assert numbers(emptied)["harvestlog_records_total"] == before
