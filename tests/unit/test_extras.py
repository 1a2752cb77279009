"""Extras too large for an event are kept as documents, and come back as they were."""

import pytest

from domain.errors import PluginError
from harvesters import extras as module
from harvesters.extras import LARGE, MARK, MOST, MUCH, SMALL, apart, referenced, whole


def test_small_extras_stay_in_the_event() -> None:
    documents: dict[str, bytes] = {}

    assert apart({"a": "1", "b": "x" * LARGE}, documents) == {"a": "1", "b": "x" * LARGE}
    assert documents == {}


@pytest.mark.parametrize("value", ["é" * (LARGE + 1), MARK + "0" * 64, MARK])
def test_large_extras_and_such_that_look_like_references_come_back_as_they_were(value: str) -> None:
    documents: dict[str, bytes] = {}

    kept = apart({"a": "1", "b": value}, documents)

    assert len(kept["b"]) == len(MARK) + 64
    assert referenced(kept) == list(documents)
    assert whole(kept, documents.get) == {"a": "1", "b": value}


def test_a_reference_whose_document_is_gone_is_left_as_it_is() -> None:
    kept = apart({"b": "x" * (LARGE + 1)}, {})

    assert whole(kept, lambda _: None) == kept


def test_many_values_of_a_middling_size_make_no_large_event() -> None:
    documents: dict[str, bytes] = {}
    extras = {str(number): f"{number}" + "x" * (LARGE - 10) for number in range(40)}

    kept = apart({**extras, "small": "y" * SMALL}, documents)

    assert sum(map(len, kept.values())) < MUCH
    assert kept["small"] == "y" * SMALL
    assert whole(kept, documents.get) == {**extras, "small": "y" * SMALL}


def test_one_very_large_value_takes_no_others_with_it() -> None:
    documents: dict[str, bytes] = {}

    kept = apart({"a": "x" * MOST, "b": "y" * LARGE}, documents)

    assert kept["b"] == "y" * LARGE
    assert list(documents) == referenced(kept)


def test_extras_without_end_are_refused() -> None:
    with pytest.raises(PluginError, match="the extras of one record have"):
        apart({str(number): "x" * LARGE for number in range(MOST // LARGE + 1)}, {})


def test_keys_without_end_are_refused_as_well() -> None:
    with pytest.raises(PluginError, match="the extras of one record have"):
        apart({"k" * (MOST + 1): "small"}, {})


def test_what_no_memory_should_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_IN_ALL", 3 * LARGE)
    documents: dict[str, bytes] = {}

    with pytest.raises(PluginError, match=r"the extras of one record have 40,000 characters: 30,000 at most"):
        apart({"a": "x" * LARGE * 2, "b": "x" * LARGE * 2}, documents)

    assert documents == {}
