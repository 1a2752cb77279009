"""Times of remotes in the shape that CKAN stores: naive, UTC, ISO 8601."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from harvesters.dataset.dates import stored_time

WINTER = "2021-01-31T08:30:00"
AS_CKAN_WRITES = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?")
ALMOST_ISO = re.compile(
    r"202[0-9]-(W?[0-4][1-9]-?[1-7]|[01][1-9]-?[0-2][1-9])[T ][01][0-9]:?[0-5][0-9]:?[0-5][0-9]([.,][0-9]{1,8})?Z?"
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (20240131, "2024-01-31T00:00:00"),
        ("2024年4月1日", "2024-04-01T00:00:00"),
        ("２０２４年４月１日 9:05", "2024-04-01T09:05:00"),
        ("2024年4月1日 9時5分", "2024-04-01T09:05:00"),
        ("2024年04月01日09時05分30秒", "2024-04-01T09:05:30"),
        ("2024年4月", "2024-04-01T00:00:00"),
        ("2024年", "2024-01-01T00:00:00"),
        ("令和6年4月1日", "2024-04-01T00:00:00"),
        ("令和元年5月1日", "2019-05-01T00:00:00"),
        ("令和0年5月1日", None),
        ("31.\u00a01.\u00a01650", "1650-01-31T00:00:00"),
        ("平成31年4月30日", "2019-04-30T00:00:00"),
        ("昭和64年1月7日", "1989-01-07T00:00:00"),
        ("2024년 4월 1일 9시 5분", "2024-04-01T09:05:00"),
        ("2024. 4. 1.", "2024-04-01T00:00:00"),
        ("2024/4/1 9:00", "2024-04-01T09:00:00"),
        ("２０２４／０４／０１", "2024-04-01T00:00:00"),
        ("٢٠٢٤-٠١-٣١", "2024-01-31T00:00:00"),
        ("2024-٠١-٣١T٠٨:30:00+00:00", "2024-01-31T08:30:00"),
        ("\u200f2024-01-31\u200e", "2024-01-31T00:00:00"),
    ],
)
def test_days_of_other_scripts_are_read(value: Any, expected: str) -> None:
    assert stored_time(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *(20241331, 12345678, "2024年度", "2024年13月1日", "明治元年1月1日", "2024年4月1日 午後3:00", "1445-07-20 هـ"),
        *("۱۴۰۳-۰۱-۰۱", "๒๕๖๗-๐๑-๓๑", "१२"),  # years of other calendars
    ],
)
def test_what_may_be_another_day_is_not_read(value: Any) -> None:
    assert stored_time(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "2021-01-31T08:30:00",
        "2021-01-31T08:30:00Z",
        "2021-01-31t08:30:00z",
        "2021-01-31T08:30:00+00:00",
        "2021-01-31T08:30:00+00:00Z",
        "2021-01-31T09:30:00+01:00",
        "2021-01-31T09:30:00+0100",
        "2021-01-31 03:30:00-05:00",
        " 2021-01-31 08:30:00 UTC ",
        "2021-01-31 08:30",
        "2021-01-31 08:30:00 GMT",
        "20210131083000",
        "20210131T083000",
        "20210131T083000Z",
        "20210131T093000+0100",
        "20210131T0830",
        "2021/01/31 08:30:00",
        "2021/1/31 08:30",
        "2021.01.31 08:30",
        "31-01-2021 08:30:00",
        "January 31, 2021 8:30",
        "31 January 2021 08:30:00",
        "31-Jan-2021 08:30",
        "Sunday, Jan. 31st, 2021, 08:30",
        "Sun, 31 Jan 2021 08:30:00 GMT",
        "31 Jan 2021 09:30:00 +0100",
        "31.01.2021 08:30",
        "31.1.2021, 8:30:00",
        "31/01/2021 08:30:00",
        "1/31/2021 08:30:00",
        "1612081800",
        "1612081800000",
        1612081800,
        1612081800.0,
        1612081800000,
        "2021-01-31T083000.000",
        "2021-W04-7T08:30:00",
        "2021-01-31T09:30:00+01:00[Europe/Berlin]",
        "2021-01-31T08:30:00Z[UTC]",
        "1/31/2021 8:30:00 AM",
        "2021/01/31 08:30 a.m.",
        "Sun Jan 31 08:30:00 UTC 2021",
        "Sun Jan 31 03:30:00 EST 2021",
        "Sun, 31 Jan 2021 09:30:00 +01:00",
        "Sun Jan 31 2021 09:30:00 GMT+0100 (CET)",
        "Sun Jan 31 09:30:00 GMT+01:00 2021",
        "/Date(1612081800000)/",
        "/Date(1612081800000+0100)/",
        datetime(2021, 1, 31, 8, 30),  # noqa: DTZ001  as plugins hand it on
        datetime(2021, 1, 31, 9, 30, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_one_moment_is_one_text_in_whatever_shape_it_comes(value: Any) -> None:
    assert stored_time(value) == WINTER


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("2021-01-31", "2021-01-31T00:00:00"),
        ("20210131", "2021-01-31T00:00:00"),
        ("2021-02", "2021-02-01T00:00:00"),
        ("2021", "2021-01-01T00:00:00"),
        (2021, "2021-01-01T00:00:00"),
        ("2021-01-31T08:30:00.1234567Z", "2021-01-31T08:30:00.123456"),
        ("2021-01-31T08:30:00.123456", "2021-01-31T08:30:00.123456"),
        ("2021-01-31T08:30:00,5Z", "2021-01-31T08:30:00.500000"),
        ("2021-01-31T08:30:00,123", "2021-01-31T08:30:00.123000"),
        ("2021-01-31T08:30:00.123", "2021-01-31T08:30:00.123000"),
        ("2021-01-31T08:30:00.1234567", "2021-01-31T08:30:00.123456"),
        ("1/31/2021 12:05 AM", "2021-01-31T00:05:00"),
        ("1/31/2021 12:05:09 PM", "2021-01-31T12:05:09"),
        ("31.01.2021, 11:05 p.m.", "2021-01-31T23:05:00"),
        ("/Date(-1)/", "1969-12-31T23:59:59.999000"),
        ("2/2/2021", "2021-02-02T00:00:00"),
        ("2021/2/3", "2021-02-03T00:00:00"),
        ("3 Feb 2021", "2021-02-03T00:00:00"),
        ("Feb 3, 2021", "2021-02-03T00:00:00"),
        ("2021-01-31T24:00:00", "2021-02-01T00:00:00"),
        ("2021-01-31T24:00:00Z", "2021-02-01T00:00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00"),
        ("0001-01-01", "0001-01-01T00:00:00"),
        ("2021-01-31T00:30:00+01:00", "2021-01-30T23:30:00"),
    ],
)
def test_parts_that_are_missing_are_the_first(value: Any, stored: str) -> None:
    assert stored_time(value) == stored


@pytest.mark.parametrize(
    "value",
    [
        *("", "  ", "None", "soon", "02/07/2021", "2021-13-01", "2021-02-30", "31.13.2021", "10000-01-01", "-0001-01-01"),
        *(
            "2021-W05",
            "R/P1M",
            "01-02-2021",
            "2021/31/01",
            "31 Foo 2021",
            "31 ma 2021",
            "9999-12-31T24:00:00",
            "2021-01-31T08:60:00",
            "-",
            "12",
            "2021-01-31T25:00:00",
            "0001-01-01T00:00:00+02:00",
            "1" * 5000,
            "2021-01-31T08:30:00[Europe/Berlin]",
            "Sun Jan 31 08:30:00 CET 2021",
            "Sun, 31 Jan 2021 08:30:00 IST",
            "Sun, 31 Jan 2021 08:30:00 GMT+1",
            "Sun, 31 Jan 2021 08:30:00 +1",
            "1/31/2021 13:05 PM",
            "/Date(-99999999999999)/",
        ),
        *(0, 5, -1, 10**30, float("nan"), float("inf"), True, None, [], {}, ["2021-01-31"]),
    ],
)
def test_what_is_no_date_without_guessing_is_none(value: Any) -> None:
    assert stored_time(value) is None


@given(some.datetimes(timezones=some.just(UTC) | some.timezones()), some.sampled_from(["T", " "]))
def test_every_time_with_a_zone_ends_without_one(moment: datetime, separator: str) -> None:
    try:
        expected = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    except OverflowError:
        return

    assert stored_time(moment.isoformat(separator)) in (expected, None if moment.utcoffset() else expected)


@example(-62_135_596_800_001)  # milliseconds, just before the year 1
@given(some.one_of(some.text(), some.integers(), some.floats(), some.none(), some.lists(some.text())))
def test_whatever_is_no_date_raises_nothing(value: Any) -> None:
    stored = stored_time(value)

    assert stored is None or AS_CKAN_WRITES.fullmatch(stored)


@given(some.from_regex(ALMOST_ISO, fullmatch=True))
def test_what_is_stored_is_written_as_ckan_writes_it(text: str) -> None:
    stored = stored_time(text)

    assert stored is None or AS_CKAN_WRITES.fullmatch(stored)
