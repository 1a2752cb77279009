"""A remote that counts datasets which it doesn't list: what is gone is found, and what is only hidden stays."""

from typing import Any

import pytest

from domain.errors import RemoteError
from harvesters.ckan import lacking
from tests.unit.test_ckan_harvester_gathering import Source, package, started


def hiding(count: int = 30, hidden: int = 4, config: dict[str, Any] | None = None) -> Source:
    """A source whose remote has begun to hide datasets, and that has read it as often as it takes to know."""
    source = started(count, config)
    for number in range(hidden):
        source.remote.hidden[f"id-{number:04d}"] = source.remote.packages.pop(f"id-{number:04d}")
    source.harvest(force_all=True)
    source.harvest(force_all=True)
    assert source.remote.hidden.keys() <= source.holdings.keys()
    return source


def shown(source: Source) -> int:
    return sum(call["action"] == "package_show" for call in source.remote.asked)


def test_a_removal_is_found_while_others_are_hidden() -> None:
    source = hiding()
    del source.remote.packages["id-0020"]

    source.harvest()

    assert source.holdings.keys() == source.remote.packages.keys() | source.remote.hidden.keys()
    assert source.errors == []


def test_a_removal_is_found_by_a_listing_that_is_not_sorted() -> None:
    source = hiding()
    source.remote.sorts = False
    del source.remote.packages["id-0020"]

    source.harvest()

    assert source.holdings.keys() == source.remote.packages.keys() | source.remote.hidden.keys()
    assert source.errors == []


def test_what_is_gone_behind_a_count_that_stays_wrong_is_removed() -> None:
    source = hiding()
    source.remote.off, source.remote.hidden = len(source.remote.hidden), {}

    source.harvest(force_all=True)
    assert source.is_true()

    del source.remote.packages["id-0020"]
    source.harvest()
    assert (source.is_true(), source.errors, shown(source)) == (True, [], 0)


def test_a_count_that_hides_the_same_costs_a_quiet_harvest_nothing() -> None:
    source = hiding()

    source.harvest()

    assert len(source.remote.asked) == 2


def test_as_many_new_datasets_as_are_hidden_make_it_no_safer() -> None:
    source = started(30)
    source.remote.hidden["id-0004"] = source.remote.packages.pop("id-0004")
    source.remote.packages |= {f"id-{number:04d}": package(number) for number in range(100, 105)}

    for _ in range(3):
        source.harvest(force_all=True)

    assert "id-0004" in source.holdings


def test_nothing_is_removed_by_a_remote_that_shows_no_dataset() -> None:
    source = hiding()
    del source.remote.packages["id-0020"]
    source.remote.shows = False

    source.harvest(force_all=True)
    assert {"id-0004", "id-0020"} <= source.holdings.keys()

    source.remote.shows = True
    source.harvest(force_all=True)
    assert "id-0020" not in source.holdings


def test_what_could_not_be_asked_for_is_asked_for_by_the_next_harvest() -> None:
    source = hiding()
    del source.remote.packages["id-0020"]
    source.remote.shows = False
    source.harvest()
    assert "id-0020" in source.holdings

    source.remote.shows = True
    source.harvest()
    assert source.holdings.keys() == source.remote.packages.keys() | source.remote.hidden.keys()

    source.harvest()
    assert len(source.remote.asked) == 2


AUTHORIZATION = '{"help": "…", "success": false, "error": {"__type": "Authorization Error", "message": "Accès refusé"}}'
NOT_FOUND = '{"error": {"__type": "Not Found Error", "message": "Introuvable"}}'


@pytest.mark.parametrize(
    ("code", "answer", "gone"),
    [
        ("http_403", AUTHORIZATION, True),
        ("http_403", '{"success": false, "error": {"message": "Access denied"}}', True),
        ("http_403", "<html><h1>Request blocked</h1></html>", False),
        ("http_403", '{"message": "API rate limit exceeded"}', False),
        ("http_403", '{"error": "the key has expired"}', False),
        ("http_403", "", False),
        ("refused", NOT_FOUND, True),
        ("refused", '{"error": {"__type": "Search Error"}}', False),
        ("refused", '{"error": "busy"}', False),
        ("http_410", "", True),
        ("http_500", "", False),
    ],
)
def test_only_ckans_own_word_makes_a_dataset_gone(code: str, answer: str, *, gone: bool) -> None:
    source = hiding()
    source.remote.refusals["id-0001"] = RemoteError("not shown", code=code, answer=answer)

    source.harvest(force_all=True)

    assert ("id-0001" not in source.holdings) is gone
    assert {"id-0000", "id-0002", "id-0003"} <= source.holdings.keys()


def test_a_dataset_that_is_listed_and_no_longer_meant_is_removed_though_others_are_hidden() -> None:
    source = hiding()
    source.remote.packages["id-0020"]["type"] = "harvest"
    source.remote.packages["id-0021"]["state"] = "draft"

    source.harvest(force_all=True)

    assert {"id-0020", "id-0021"}.isdisjoint(source.holdings)
    assert source.remote.hidden.keys() <= source.holdings.keys()


@pytest.mark.parametrize("fields", [{"state": "deleted"}, {"type": "harvest"}, {"private": True}, {"groups": []}])
def test_what_is_shown_and_no_longer_meant_is_removed(fields: dict[str, Any]) -> None:
    source = started(30, {"groups_filter_include": ["climate"]}, groups=[{"name": "climate"}])
    for guid in ("id-0001", "id-0002"):
        source.remote.hidden[guid] = source.remote.packages.pop(guid)
    source.harvest(force_all=True)
    source.remote.hidden["id-0001"] |= fields

    source.harvest(force_all=True)
    source.harvest(force_all=True)  # where the remote doesn't count it any more, the first one learns that

    assert source.holdings.keys() == source.remote.packages.keys() | {"id-0002"}


def test_many_are_asked_for_over_several_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    source = hiding(hidden=7)
    monkeypatch.setattr(lacking, "MOST", 3)
    source.remote.off, source.remote.hidden = 7, {}

    asked = []
    source.harvest(force_all=True)
    asked.append(shown(source))
    for _ in range(3):
        source.harvest()
        asked.append(shown(source))

    assert source.is_true()
    assert asked == [5, 5, 3, 0]


def test_a_harvest_waits_for_one_dataset_at_most_that_takes_too_long_and_the_next_goes_on_behind_it() -> None:
    source = hiding()
    source.remote.slow = {"id-0001", "id-0002"}
    source.remote.off, source.remote.hidden = 4, {}

    left = []
    for _ in range(3):
        source.harvest(force_all=True)
        left.append(sorted(source.holdings.keys() - source.remote.packages.keys()))

    assert left == [["id-0001", "id-0002", "id-0003"], ["id-0001", "id-0002", "id-0003"], ["id-0001", "id-0002"]]
