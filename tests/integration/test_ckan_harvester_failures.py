"""Gathering from remotes that misbehave: it ends, says why, and never takes the answer for a full listing."""

import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from domain.errors import RemoteError
from harvesters.base import GatherError, HarvestJob, HarvestSource, Listed, Page, Record
from harvesters.ckan import CKANHarvester
from harvesters.http import HttpLimits, PoliteSession
from tests.support.rogue_server import MODES, RogueServer, package
from tests.support.stack import PATIENCE
from tests.support.stopwatch import stopwatch

LIMITS = HttpLimits(allow="loopback", timeout=PATIENCE, total_timeout=PATIENCE, max_bytes=1_000_000, retries=0)
HASTE = 0.2  # seconds that a page is waited for which never comes
PER_PIECE = 10.0  # seconds that pass with each piece which the remote sends slowly, and with nothing else
DATASETS = 21  # the eleventh is the bad one
YESTERDAY = datetime(2024, 5, 1, tzinfo=UTC)

Item = Record | Listed | GatherError | Page


def new_job(url: str, last_complete: datetime | None = None, /, **config: Any) -> HarvestJob:
    source = HarvestSource("11111111-1111-4111-8111-111111111111", "s", "S", url, "ckan", json.dumps(config))
    return HarvestJob("33333333-3333-4333-8333-333333333333", source, YESTERDAY, last_complete=last_complete)


def no_time(seconds: float) -> None:
    """Asks again at once."""


def gather(job: HarvestJob, limits: HttpLimits = LIMITS) -> list[Item]:
    return gather_by(PoliteSession(limits, sleep=no_time), job)


def gather_from(remote: RogueServer, job: HarvestJob) -> list[Item]:
    """Waits for all that comes at once, and neither for what never comes nor for what comes slowly."""
    if remote.mode == "silent":
        return gather(job, replace(LIMITS, timeout=HASTE))
    through: Callable[[BaseAdapter], BaseAdapter] = Impatient if remote.mode == "page_silent" else lambda adapter: adapter
    return gather_by(PoliteSession(LIMITS, sleep=no_time, clock=lambda: PER_PIECE * remote.pieces, through=through), job)


def gather_by(session: PoliteSession, job: HarvestJob) -> list[Item]:
    harvester = CKANHarvester()
    harvester.http = session
    try:
        return list(harvester.gather_stage(job))
    finally:
        session.close()


class Impatient(BaseAdapter):
    """A transport that doesn't wait long for a page with the record in the middle."""

    def __init__(self, adapter: BaseAdapter) -> None:
        super().__init__()
        self._adapter = adapter

    def send(self, request: PreparedRequest, *arguments: Any, **options: Any) -> Response:
        query = dict(parse_qsl(urlsplit(str(request.url)).query))
        start, rows = int(query.get("start", 0)), int(query.get("rows", DATASETS))
        if start <= DATASETS // 2 < start + rows:
            options["timeout"] = HASTE
        return self._adapter.send(request, *arguments, **options)

    def close(self) -> None:
        self._adapter.close()


def errors(items: list[Item]) -> list[GatherError]:
    return [item for item in items if isinstance(item, GatherError)]


def records(items: list[Item]) -> list[Record]:
    return [item for item in items if isinstance(item, Record)]


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("down", "unreachable"),
        ("silent", "timeout"),
        ("drip", "slow"),
        ("slow_headers", "slow"),
        ("404", "http_404"),
        ("409", "http_409"),
        ("429", "http_429"),
        ("500", "http_500"),
        ("503", "http_503"),
        ("html", "not_json"),
        ("truncated", "not_json"),
        ("cut", "disconnected"),
        ("refused", "refused"),
        ("answer_list", "bad_answer"),
        ("result_text", "bad_answer"),
        ("results_dict", "bad_answer"),
        ("results_null", "bad_answer"),
        ("count_text", "bad_answer"),
        ("count_missing", "bad_answer"),
        ("same_page", "page_repeats"),
        ("huge", "too_large"),
        ("gzip_bomb", "too_large"),
    ],
)
@pytest.mark.parametrize("last_complete", [None, YESTERDAY])
def test_a_broken_remote_fails_the_gather_with_a_code(mode: str, code: str, last_complete: datetime | None) -> None:
    with RogueServer(mode) as remote, stopwatch() as took:
        job = new_job(remote.url, last_complete)
        with pytest.raises(RemoteError) as caught:
            gather_from(remote, job)

    assert caught.value.code == code
    assert remote.url in str(caught.value)
    assert not job.full_listing
    assert took.seconds < 5


def test_what_a_refusal_says_is_in_the_message() -> None:
    with RogueServer("refused") as remote, pytest.raises(RemoteError, match="Solr is not available"):
        gather(new_job(remote.url))


@pytest.mark.parametrize(("mode", "code"), [("package_list", "bad_record"), ("id_dict", "bad_record")])
def test_records_that_are_none_are_errors_and_leave_nothing(mode: str, code: str) -> None:
    with RogueServer(mode) as remote:
        job = new_job(remote.url)
        items = gather(job)

    assert [error.code for error in errors(items)] == [code, "no_datasets"]
    assert not job.full_listing


def test_an_answer_of_php_software_is_read() -> None:
    with RogueServer("php", datasets=DATASETS) as remote:
        items = gather(new_job(remote.url, page_size=10))

    assert not errors(items)
    assert len(records(items)) == 21


def test_one_bad_record_does_not_spoil_the_others() -> None:
    with RogueServer("mixed", datasets=DATASETS) as remote:
        job = new_job(remote.url, page_size=5)
        items = gather(job)

    assert len(records(items)) == 20
    assert [error.message for error in errors(items)] == [
        """record 10 of the listing (name dataset-10) has the id '{"not":"an id"}': it can't be harvested"""
    ]
    assert not job.full_listing


@pytest.mark.parametrize("last_complete", [None, YESTERDAY])
@pytest.mark.parametrize("mode", sorted(mode for mode in MODES if mode.startswith("page_")))
def test_a_record_that_spoils_its_page_costs_no_other(mode: str, last_complete: datetime | None) -> None:
    with RogueServer(mode, datasets=DATASETS) as remote:
        job = new_job(remote.url, last_complete, page_size=8)
        items = gather_from(remote, job)

    assert sorted(record.guid for record in records(items)) == [package(n)["id"] for n in range(21) if n != 10]
    assert [error.code for error in errors(items)] == ["unreadable"]
    message = errors(items)[0].message
    assert message.startswith("record 10 of the listing (the one after dataset-9) can't be read: ")
    assert remote.url in message
    assert not job.full_listing
    assert len(remote.requests) < 25


def test_a_remote_without_search_is_read_name_by_name() -> None:
    with RogueServer("no_search", datasets=DATASETS) as remote:
        job = new_job(remote.url, YESTERDAY)
        items = gather(job)

    assert [record.guid for record in records(items)] == [package(n)["id"] for n in range(21) if n != 10]
    assert [error.message[:50] for error in errors(items)] == ["dataset dataset-10 of package_list can't be read: "]
    assert not job.full_listing


def test_an_empty_listing_is_an_error_and_not_a_full_one() -> None:
    with RogueServer("empty") as remote:
        job = new_job(f"{remote.url}/")
        items = gather(job)

    assert [error.message for error in errors(items)] == [f"No datasets found at CKAN: {remote.url}"]
    assert not job.full_listing


def test_nothing_changed_since_the_last_time_is_no_error() -> None:
    with RogueServer("empty") as remote:
        job = new_job(remote.url, YESTERDAY)
        items = gather(job)

    assert (records(items), errors(items), job.full_listing) == ([], [], False)


def test_a_count_without_results_is_an_error() -> None:
    with RogueServer("promises") as remote:
        job = new_job(remote.url)
        items = gather(job)

    assert {error.code for error in errors(items)} == {"incomplete_listing", "no_datasets"}
    assert not job.full_listing


@pytest.mark.parametrize("option", ["organizations_filter_include", "organizations_filter_exclude"])
def test_a_remote_that_ignores_filters_does_not_widen_the_harvest(option: str) -> None:
    with RogueServer("good", datasets=10) as remote:
        found = records(gather(new_job(remote.url, **{option: ["even"]})))

    wanted = {"even"} if option.endswith("include") else {"odd"}
    assert len(found) == 5
    assert {record.content["organization"]["name"] for record in found if isinstance(record.content, dict)} == wanted


def test_a_site_that_cant_search_by_date_is_asked_for_everything() -> None:
    with RogueServer("no_dates", datasets=10) as remote:
        job = new_job(remote.url, YESTERDAY)
        items = gather(job)

    assert (len(records(items)), errors(items), job.full_listing) == (10, [], True)


def test_the_api_key_is_sent_and_never_shown() -> None:
    with RogueServer("404") as remote, pytest.raises(RemoteError) as caught:
        gather(new_job(remote.url, api_key="very-secret", user_agent="me/1.0"))

    assert (remote.headers["Authorization"], remote.headers["User-Agent"]) == ("very-secret", "me/1.0")
    assert "very-secret" not in str(caught.value)


def test_a_gigabyte_leaves_memory_flat() -> None:
    with RogueServer("huge") as remote:
        tracemalloc.start()
        with pytest.raises(RemoteError):
            gather(new_job(remote.url), replace(LIMITS, max_bytes=5_000_000))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert peak < 20_000_000  # bytes
