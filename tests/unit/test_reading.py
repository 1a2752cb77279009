"""What is wrong with JSON is said in words that need no Python."""

from typing import Any

import pytest

from domain.text import kind_of
from harvesters.ckan.listing import unusable


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "true or false"),
        (3, "a number"),
        (0.5, "a number"),
        ("x", "text"),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_a_value_is_named_in_plain_words(value: Any, kind: str) -> None:
    assert kind_of(value) == kind


@pytest.mark.parametrize(("record", "kind"), [(None, "null"), ("trees", "text"), ([1], "a list")])
def test_what_is_no_dataset_is_named_with_its_position(record: Any, kind: str) -> None:
    [error] = unusable(record, 7, {})

    assert error.message == f"record 7 of the listing is {kind}, not a dataset"
