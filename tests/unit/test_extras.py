"""Extras too large for an event are kept as documents, and come back as they were."""

import pytest

from domain.errors import PluginError
from harvesters.extras import LARGE, MARK, MOST, apart, hashes, referenced, whole


def test_small_extras_stay_in_the_event() -> None:
    documents: dict[str, bytes] = {}

    assert apart({"a": "1", "b": "x" * LARGE}, documents) == {"a": "1", "b": "x" * LARGE}
    assert documents == {}


@pytest.mark.parametrize("value", ["é" * (LARGE + 1), MARK + "0" * 64, MARK])
def test_large_extras_and_such_that_look_like_references_come_back_as_they_were(value: str) -> None:
    documents: dict[str, bytes] = {}

    kept = apart({"a": "1", "b": value}, documents)

    assert len(kept["b"]) == len(MARK) + 64
    assert referenced(kept) == list(documents) == hashes([kept, {"c": "2"}])
    assert whole(kept, documents.get) == {"a": "1", "b": value}


def test_a_reference_whose_document_is_gone_is_left_as_it_is() -> None:
    kept = apart({"b": "x" * (LARGE + 1)}, {})

    assert whole(kept, lambda _: None) == kept


def test_extras_without_end_are_refused() -> None:
    with pytest.raises(PluginError, match="the extras of one record have"):
        apart({str(number): "x" * LARGE for number in range(MOST // LARGE + 1)}, {})


def test_keys_without_end_are_refused_as_well() -> None:
    with pytest.raises(PluginError, match="the extras of one record have"):
        apart({"k" * (MOST + 1): "small"}, {})
