"""Errors by cause: what names a record makes no difference, all else does."""

from collections.abc import Iterable
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import REPORTED
from projections.causes import Cause, CauseKey, Causes, pattern
from projections.causes import causes_of as causes_of_object
from projections.recorded import Recorded, Row

JOB = "job"
OBJECT = UUID(int=1)


def error(message: str, guid: str | None = None, object_id: str = "") -> Row:
    """An error of a record that is named by its guid, unless another id is given."""
    created = "2026-11-27T10:00:00.5+00:00"
    return {"harvest_job_id": JOB, "message": message, "guid": guid, "object": object_id or guid or message, "created": created}


def grouped(errors: Iterable[Row], first: int = 1) -> dict[CauseKey, Cause]:
    causes = Causes()
    for number, row in enumerate(errors, first):
        causes.add(f"{number:032x}", row, row["object"])
    return causes.by_key


def causes_of(errors: Iterable[Row]) -> list[Cause]:
    return sorted(grouped(errors).values(), key=lambda cause: (-cause.records, -cause.errors))


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
        ("tag “a b” is bad", "tag “c” is bad"),
        ("„a“ fehlt", "„b c“ fehlt"),
        ("«a» manque", "« b c » manque"),
        ("no field `a`", "no field `b c`"),
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


def test_causes_have_a_count_and_the_first_examples() -> None:
    causes = causes_of([error("url is missing", "u"), *(error(f"tag 't{n}' is too long", f"g{n}") for n in range(5))])

    assert [(cause.message, cause.errors) for cause in causes] == [("tag … is too long", 5), ("url is missing", 1)]
    assert [example["guid"] for example in causes[0].examples] == ["g0", "g1", "g2"]
    assert causes[1].examples == [{"id": f"{1:032x}", "guid": "u", "object_id": "u"}]


def test_a_record_is_one_example_however_many_errors_it_has() -> None:
    [cause] = causes_of([error("bad 'a'", "g"), error("bad 'b'", "g"), error("bad 'c'")])

    assert (cause.errors, [example["guid"] for example in cause.examples]) == (3, ["g"])


def test_a_record_counts_once_however_often_it_was_tried() -> None:
    causes = causes_of([*[error("bad 'a'", "g")] * 5, *(error("no url", guid) for guid in ("x", "y"))])

    assert [(cause.message, cause.records, cause.errors) for cause in causes] == [("no url", 2, 2), ("bad 'a'", 1, 5)]


def test_a_record_that_failed_in_an_earlier_batch_is_not_counted_again() -> None:
    [key] = grouped([error("bad 'a'", "g")])
    later = Causes()
    later.failed_before("g", [key.cause])

    later.add("2", error("bad 'b'", "g"), "g")
    later.add("3", error("bad 'b'", "h"), "h")

    assert (later.by_key[key].errors, later.by_key[key].records) == (2, 1)


def test_errors_of_gather_are_of_no_record() -> None:
    causes = Causes()

    causes.add("1", error("page 1 can't be read"), None)
    causes.add("2", error("page 1 can't be read", "g"), "g")

    assert sorted((key.of_gather, cause.records) for key, cause in causes.by_key.items()) == [(False, 1), (True, 0)]


MESSAGES = st.sampled_from(
    ["bad 'a'", "bad 'b'", "row 1 of 2", "row 1 of 3", "no url for g1", "no url for g2", "cut … 1", "x 2 3"]
)
ERRORS = st.lists(st.builds(error, MESSAGES, st.sampled_from([None, "g1", "g2", "g3", "g4"])), max_size=20)


@given(errors=ERRORS, cut=st.integers(0, 20), random=st.randoms(use_true_random=False))
def test_causes_add_up_to_the_same_in_any_order(errors: list[Row], cut: int, random: Random) -> None:
    """As in a rebuild, where the errors of one record are seen together."""
    errors.sort(key=lambda row: row["object"])
    while 0 < cut < len(errors) and errors[cut]["object"] == errors[cut - 1]["object"]:
        cut += 1
    parts = [grouped(errors[:cut]), grouped(errors[cut:], first=cut + 1)]
    random.shuffle(parts)
    total, other = parts

    for key, cause in other.items():
        if key in total:
            total[key].add(cause)
        else:
            total[key] = cause

    assert total == grouped(errors)


def test_errors_that_all_say_the_same_are_quoted_in_full() -> None:
    assert causes_of([error("tag 'x' is bad", "1"), error("tag 'x' is bad", "2")])[0].message == "tag 'x' is bad"


@pytest.mark.parametrize(
    "guids", [("r1", "r2"), ("air-quality", "noise_map"), ("urn:x:a", "urn:x:b"), ("É. 1", "Ö (2)"), ("air", "noise")]
)
def test_messages_that_differ_in_their_own_guids_have_one_cause(guids: tuple[str, str]) -> None:
    causes = causes_of(error(f"import_stage returned a set for {guid}; see http://x/{guid}", guid) for guid in guids)

    assert [(cause.message, cause.errors) for cause in causes] == [("import_stage returned a set for …; see …", 2)]


def test_a_guid_that_is_the_name_of_a_field_or_part_of_a_word_makes_no_gap() -> None:
    errors = [error("title is missing", "title"), error("title is missing", "t"), error("title is missing", "tle is")]

    assert [(cause.message, cause.errors) for cause in causes_of(errors)] == [("title is missing", 3)]


def test_one_error_is_quoted_with_its_guid() -> None:
    assert [cause.message for cause in causes_of([error("no data for r1, see 'r1'", "r1")])] == ["no data for r1, see 'r1'"]


def test_an_empty_message_is_no_crash() -> None:
    assert [cause.errors for cause in causes_of([error("", "a"), error("  \n", "b")])] == [2]


def test_numbers_that_all_messages_have_in_common_are_shown() -> None:
    [cause] = causes_of([error(f"GET http://x/{n}: status 404 after 3 tries", f"g{n}") for n in range(4)])

    assert (cause.message, cause.errors) == ("GET … status 404 after 3 tries", 4)


def test_secrets_are_in_neither_messages_nor_examples() -> None:
    [cause] = causes_of([error("GET http://user:hidden@x: api_key=hidden2 is refused", "http://x/?token=hidden3", "o")])

    assert "hidden" not in f"{cause.message} {cause.texts} {cause.values} {cause.examples}"


def test_a_cause_has_the_same_id_whatever_records_it_met() -> None:
    one = grouped([error("tag 'a' is 120 characters long")])
    other = grouped([error("tag 'b' is 130 characters long"), error("tag 'c' is 140 characters long")])

    assert [key.cause for key in one] == [key.cause for key in other] == ["4-579794943939e46c"]
    assert [cause.message for cause in one.values()] == ["tag 'a' is 120 characters long"]
    assert [cause.message for cause in other.values()] == ["tag … is … characters long"]


def test_a_message_that_has_a_gap_of_its_own_is_no_crash() -> None:
    causes = causes_of([error("cut … here 1"), error("cut 5 here 1"), error("cut 6 here 1")])

    assert sorted((cause.message, cause.errors) for cause in causes) == [("cut … here 1", 1), ("cut … here 1", 2)]


def test_the_causes_of_an_object_are_found_from_its_events_as_they_were_when_they_were_counted() -> None:
    def event(number: int, topic: str, **state: object) -> Recorded:
        return Recorded(number, OBJECT, number, f"object.{topic}", {"timestamp": "2026-11-27T10:00:00+00:00", **state})

    refused = {"stage": "Import", "line": None, "level": "error"}
    events = [
        event(1, "gathered", guid="listed-1", job_id=JOB),
        event(2, "identified", guid="own/1"),
        event(3, "error_recorded", message="own/1: title is missing", **refused),
        event(4, "error_recorded", message="a warning", **{**refused, "level": "warning"}),
        event(5, "failed", message="listed-1 has no url", code="invalid", stage="Import", retry_at=None),
        event(6, "failed", message="errors were reported", code=REPORTED, stage="Import", retry_at=None),
    ]
    counted = grouped([error("own/1: title is missing", "own/1"), error("listed-1 has no url", "listed-1")])

    causes = causes_of_object(events)

    assert {key.cause for key in counted} <= causes
    assert not causes & {key.cause for key in grouped([error("a warning"), error("errors were reported")])}
