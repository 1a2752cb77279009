"""Errors by cause: what names a record makes no difference, all else does."""

from typing import Any

import pytest

from projections.causes import causes, compared, pattern


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


def test_a_record_counts_once_however_often_it_was_tried() -> None:
    tried = [{**error("bad 'a'", "g"), "object_id": "1"}] * 5
    others = [{**error("no url", guid), "object_id": guid} for guid in ("x", "y")]

    found = causes([*tried, *others])

    assert [(cause.message, len(cause.records), cause.count) for cause in found] == [("no url", 2, 2), ("bad 'a'", 1, 5)]


def test_errors_that_all_say_the_same_are_quoted_in_full() -> None:
    assert causes([error("tag 'x' is bad", "1"), error("tag 'x' is bad", "2")])[0].message == "tag 'x' is bad"


@pytest.mark.parametrize("guids", [("r1", "r2"), ("air-quality", "noise_map"), ("urn:x:a", "urn:x:b"), ("É. 1", "Ö (2)")])
def test_messages_that_differ_in_their_own_guids_have_one_cause(guids: tuple[str, str]) -> None:
    found = causes(error(f"import_stage returned a set for {guid}; see http://x/{guid}", guid) for guid in guids)

    assert [(cause.message, cause.count) for cause in found] == [("import_stage returned a set for …; see …", 2)]


def test_a_guid_that_is_a_word_of_the_message_or_part_of_one_makes_no_gap() -> None:
    found = causes([error("title is missing", "title"), error("title is missing", "t"), error("title is missing", "tle is")])

    assert [(cause.message, cause.count) for cause in found] == [("title is missing", 3)]


def test_one_error_is_quoted_with_its_guid() -> None:
    assert [cause.message for cause in causes([error("no data for r1, see 'r1'", "r1")])] == ["no data for r1, see 'r1'"]


def test_an_empty_message_is_no_crash() -> None:
    assert [cause.count for cause in causes([error(""), error("  \n")])] == [2]


def test_numbers_that_all_messages_have_in_common_are_shown() -> None:
    [cause] = causes([error(f"GET http://x/{n}: status 404 after 3 tries", f"g{n}") for n in range(4)])

    assert (cause.message, cause.count) == ("GET … status 404 after 3 tries", 4)


def test_a_cause_has_the_same_id_whatever_records_it_met() -> None:
    [one] = causes([error("tag 'a' is 120 characters long")])
    [other] = causes([error("tag 'b' is 130 characters long"), error("tag 'c' is 140 characters long")])

    assert one.id == other.id == "3-579794943939e46c"
    assert one.message == "tag 'a' is 120 characters long"
    assert other.message == "tag … is … characters long"


def test_causes_are_new_recurring_or_gone_against_an_earlier_job() -> None:
    before = causes([error("title is missing"), error("row 1 is bad")])
    now = causes([error("row 2 is bad"), error("url is missing")])

    marks, gone = compared(now, before)

    assert [(cause.message, marks[cause.id]) for cause in now] == [("row 2 is bad", "recurring"), ("url is missing", "new")]
    assert [cause.message for cause in gone] == ["title is missing"]


def test_a_message_that_has_a_gap_of_its_own_is_no_crash() -> None:
    found = causes([error("cut … here 1"), error("cut 5 here 1"), error("cut 6 here 1")])

    assert sorted((cause.message, cause.count) for cause in found) == [("cut … here 1", 1), ("cut … here 1", 2)]
