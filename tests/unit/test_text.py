"""What is stored can be stored everywhere: no NUL, no lone surrogate, no endless message."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.text import MAX_MESSAGE, clean, extras, message, utc_time

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates and NUL as well


@given(ANY_TEXT)
def test_clean_text_can_be_stored(text: str) -> None:
    cleaned = clean(text)

    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_good_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("code", [0, 0xD800, 0xDFFF])
def test_what_cannot_be_stored_is_shown_as_replaced(code: int) -> None:
    assert clean(f"a{chr(code)}b ü 🌳") == "a\ufffdb ü 🌳"


def test_a_long_message_is_cut_and_says_so() -> None:
    cut = message("x" * (MAX_MESSAGE + 1))

    assert cut.startswith("x" * MAX_MESSAGE + "…")
    assert f"{MAX_MESSAGE + 1} characters" in cut
    assert message("x" * MAX_MESSAGE) == "x" * MAX_MESSAGE


@pytest.mark.parametrize(("value", "text"), [(KeyError("a"), "'a'"), (None, "None"), (5, "5"), ("a\0", "a\ufffd")])
def test_anything_can_be_a_message(value: object, text: str) -> None:
    assert message(value) == text


class Loud(str):
    """Text of a plugin's own kind."""

    def __str__(self) -> str:
        return f"{self.upper()}!"


def test_extras_are_text_by_text() -> None:
    assert extras({"a": None, 5: 6.5, "n\0": "v\ud800", "b": True}) == {
        "a": "",
        "5": "6.5",
        "n\ufffd": "v\ufffd",
        "b": "True",
    }


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({}, {}),
        ({"a": "1", "ü": "€ 😀"}, {"a": "1", "ü": "€ 😀"}),
        ({"a": "1", "b\udc00": "2"}, {"a": "1", "b\ufffd": "2"}),
        ({"a": "1\0", "b": "2"}, {"a": "1\ufffd", "b": "2"}),
        ({"a": "\ud83d", "b": "\ude00"}, {"a": "\ufffd", "b": "\ufffd"}),
        ({"a": "1", "b": None}, {"a": "1", "b": ""}),
        ({"a": Loud("x")}, {"a": "X!"}),
    ],
)
def test_extras_are_cleaned_wherever_one_needs_it(given: dict[str, object], stored: dict[str, str]) -> None:
    cleaned = extras(given)

    assert cleaned == stored
    assert cleaned is not given
    assert {type(value) for value in cleaned.values()} <= {str}


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("2026-03-01T12:00:00", "2026-03-01T12:00:00"),
        ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00"),
        (" 2026-03-01T12:00:00+02:00 ", "2026-03-01T10:00:00"),
        ("2026-03-01", "2026-03-01T00:00:00"),
        (datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=-5))), "2026-03-01T17:00:00"),
        (datetime(2026, 3, 1, 12, 0, 0, 5), "2026-03-01T12:00:00.000005"),  # noqa: DTZ001
        ("yesterday", None),
        ("", None),
        (None, None),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))), None),
    ],
)
def test_times_are_stored_in_utc_without_zone(value: datetime | str | None, stored: str | None) -> None:
    assert utc_time(value) == stored


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_stored_time_reads_back(value: datetime) -> None:
    stored = utc_time(value)

    assert stored is not None
    assert datetime.fromisoformat(stored).replace(tzinfo=UTC) == value
    assert utc_time(stored) == stored
