"""Listing many datasets, and remotes whose counts or dates are wrong."""

import pytest

from tests.unit.test_ckan_harvester_gathering import Remote, Source, package, started


def test_an_edit_of_many_old_datasets_is_read_by_pages() -> None:
    source = started(300)
    for n in range(1000, 1400):
        source.remote.packages[f"id-{n}"] = package(n)

    source.harvest()

    assert source.is_true()
    assert len(source.remote.asked) < 10


def test_ids_are_listed_without_their_documents() -> None:
    source = started(5000)
    source.remote.packages["id-9000"] = package(9000)

    source.harvest()

    assert source.is_true()
    assert source.remote.rows_sent <= 600


def test_a_remote_that_sends_whole_datasets_in_any_case_is_read_so() -> None:
    source = started()
    source.remote.fields_work = False
    source.remote.packages["id-0100"] = package(100)

    source.harvest()

    assert source.is_true()


def test_a_remote_without_dates_is_read_in_full() -> None:
    source = started()
    source.remote.dates_work = False
    source.remote.packages["id-0100"] = package(100)

    source.harvest()

    assert source.is_true()


@pytest.mark.parametrize("off", [3, -2])
def test_a_count_that_is_wrong_for_good_is_read_again_once_only(off: int) -> None:
    source = Source(Remote([package(n) for n in range(1200)]), {"page_size": 100})
    source.remote.off = off
    source.harvest()
    assert [error.code for error in source.errors] == ["incomplete_listing"]

    source.harvest()
    full = len(source.remote.asked)
    quiet = source.harvest()
    source.remote.packages["id-9000"] = package(9000)
    source.harvest()

    assert full <= 16
    assert (quiet, source.errors) == (set(), [])
    assert source.is_true()
    del source.remote.packages["id-0004"]
    source.harvest()
    assert source.is_true()


def test_datasets_that_vanish_behind_a_count_are_not_removed() -> None:
    source = started(100)
    hidden = {guid: source.remote.packages.pop(guid) for guid in list(source.remote.packages)[:10]}
    source.remote.hidden = dict(hidden)

    for _ in range(10):
        source.harvest(force_all=True)

    assert hidden.keys() <= source.holdings.keys()
    source.remote.packages |= hidden
    source.remote.hidden.clear()
    source.harvest(force_all=True)
    assert (source.errors, source.is_true()) == ([], True)


def test_a_bad_record_removes_nothing_and_hides_nothing() -> None:
    source = started(100)
    source.remote.broken = {"id-0050"}
    del source.remote.packages["id-0004"]

    source.harvest(force_all=True)
    assert [error.code for error in source.errors] == ["unreadable"]
    assert "id id-0050" in source.errors[0].message
    assert {"id-0004", "id-0050"} <= source.holdings.keys()

    source.remote.broken = set()
    source.harvest()
    assert source.is_true()


def test_a_remote_that_says_it_has_nothing_is_an_error() -> None:
    source = started()
    source.remote.packages.clear()

    source.harvest()

    assert [error.code for error in source.errors] == ["no_datasets"]
    assert len(source.holdings) == 20


def test_what_is_never_held_doesnt_cost_a_comparison_each_time() -> None:
    source = Source(Remote([package(n) for n in range(50)] + [package(n, type="harvest") for n in range(50, 60)]))
    source.remote.packages["id-0070"] = package(70, state="draft")
    source.harvest()

    source.harvest()

    assert len(source.remote.asked) == 2
    assert source.is_true()
