"""What has happened so far, in numbers for metrics: a plain count of a batch's events. Counts of several batches add up."""

from collections import Counter
from collections.abc import Iterable

from projections.recorded import Recorded

Counted = tuple[str, str]
"""What was counted, and its label: ("records", "added")."""

EVENTS, GATHERED, FETCHED, RECORDS = ("events", ""), ("gathered", ""), ("fetched", ""), "records"
ERRORS, RETRIES, JOBS_CREATED, JOBS_ENDED = "errors", "retries", "jobs_created", "jobs_ended"
LONGEST = 60  # characters of a label


def activity(events: Iterable[Recorded]) -> Counter[Counted]:
    """How many records, errors and jobs there are more, by how they ended.

    records: by outcome; unchanged ones of a listing, which need no object, are among them. errors, retries: by code; an attempt
    that is repeated counts as a retry only. jobs_created by trigger, jobs_ended by outcome.
    """
    counts: Counter[Counted] = Counter()
    for event in events:
        counts[EVENTS] += 1
        topic, state = event.topic, event.state
        if topic == "object.gathered":
            counts[GATHERED] += 1
        elif topic == "object.fetched":
            counts[FETCHED] += 1
        elif topic == "object.imported":
            counts[RECORDS, state["status"]] += 1
        elif topic == "object.skipped":
            counts[RECORDS, "skipped"] += 1
        elif topic == "object.failed":
            _failed(counts, state["code"], again=state["retry_at"] is not None)
        elif topic == "job.page_gathered":
            counts[RECORDS, "unchanged"] += state["unchanged"]
        elif topic == "job.gather_error_recorded":
            counts[ERRORS, _label(state["code"])] += 1
        elif topic == "job.created":
            counts[JOBS_CREATED, state["trigger"]] += 1
        elif topic == "job.finished":
            counts[JOBS_ENDED, state["outcome"]] += 1
        elif topic == "job.aborted":
            counts[JOBS_ENDED, "aborted"] += 1
    return +counts


def _failed(counts: Counter[Counted], code: str, *, again: bool) -> None:
    if again:
        counts[RETRIES, _label(code)] += 1
        return
    counts[RECORDS, "errored"] += 1
    counts[ERRORS, _label(code)] += 1


def _label(code: str) -> str:
    return code[:LONGEST] or "error"
