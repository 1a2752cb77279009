"""Errors by cause: what names a record makes no difference, all else does."""

from typing import Any

import pytest

from projections.causes import causes, pattern


def error(message: str, guid: str | None = None) -> dict[str, Any]:
    return {"message": message, "guid": guid, "object_id": None, "original_url": guid and f"http://x/{guid}"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tags: 'a b' is too long", "tags: 'c' is too long"),
        ('title "a" is missing', 'title "b \\" c" is missing'),
        ("GET http://x/1?a=b: 404", "GET https://other/2: 404"),
        ("no package 0a1b2c3d-0000-4000-8000-00000000000a", "no package 0a1b2c3d-0000-4000-8000-00000000000b"),
        ("row 17, column 3", "row 1,234, column -5.5"),
        ("bad date 2024-01-02T03:04:05Z", "bad date 2023-11-12"),
        ("hash 0123456789abcdef", "hash fedcba9876543210"),
        ("first line\nand a traceback of 'x'", "first line\nand another one"),
    ],
)
def test_messages_that_differ_in_what_names_a_record_have_one_cause(one: str, other: str) -> None:
    assert pattern(one) == pattern(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("title is missing", "url is missing"), ("don't know 'x'", "can't know 'x'"), ("KeyError: a", "KeyError: b")],
)
def test_other_messages_have_another_cause(one: str, other: str) -> None:
    assert pattern(one) != pattern(other)


def test_causes_come_by_frequency_with_examples() -> None:
    errors = [error("url is missing", "u"), *(error(f"tag 't{n}' is too long", f"g{n}") for n in range(5))]

    found = causes(errors)

    assert [(cause.message, cause.count) for cause in found] == [("tag … is too long", 5), ("url is missing", 1)]
    assert [example["guid"] for example in found[0].examples] == ["g0", "g1", "g2"]
    assert found[1].examples[0]["original_url"] == "http://x/u"


def test_a_record_is_one_example_however_many_errors_it_has() -> None:
    found = causes([error("bad 'a'", "g"), error("bad 'b'", "g"), error("bad 'c'")])

    assert (found[0].count, [example["guid"] for example in found[0].examples]) == (3, ["g"])


def test_errors_that_all_say_the_same_are_quoted_in_full() -> None:
    assert causes([error("tag 'x' is bad", "1"), error("tag 'x' is bad", "2")])[0].message == "tag 'x' is bad"


def test_an_empty_message_is_no_crash() -> None:
    assert [cause.count for cause in causes([error(""), error("  \n")])] == [2]
