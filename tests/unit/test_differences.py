"""Two versions of a dataset are compared field by field, and long texts word by word."""

from typing import Any

import pytest

from domain.differences import WordChanges, differences
from domain.documents import fields_of


def found(before: Any, after: Any) -> list[tuple[str, str, Any, Any]]:
    return [
        (difference.what, " / ".join(difference.path), difference.before, difference.after)
        for difference in differences(before, after)
    ]


def test_fields_that_are_new_gone_or_changed_are_told_apart_also_from_null() -> None:
    before = {"title": "Trees", "notes": None, "author": "City", "same": [1, {"a": 2}]}
    after = {"title": "All trees", "notes": "", "version": None, "same": [1, {"a": 2}]}

    assert found(before, after) == [
        ("changed", "title", "Trees", "All trees"),
        ("changed", "notes", None, ""),
        ("added", "version", None, None),
        ("removed", "author", "City", None),
    ]


def test_a_resource_in_front_of_fifty_others_is_one_difference() -> None:
    resources = [{"id": f"r{number}", "url": f"https://example.org/{number}"} for number in range(50)]
    new = {"id": "new", "url": "https://example.org/new", "name": "The new one"}
    changed = [{**resources[7], "url": "https://example.org/moved"}]

    (first, second) = differences({"resources": resources}, {"resources": [new, *resources[:7], *changed, *resources[8:]]})

    assert (first.what, first.path, first.label) == ("added", ("resources", "new"), ("resources", "The new one"))
    assert (second.what, second.path) == ("changed", ("resources", "r7", "url"))
    assert (second.before, second.after) == ("https://example.org/7", "https://example.org/moved")


def test_tags_and_groups_are_sets_and_extras_are_fields() -> None:
    before = {"tags": ["a", "b"], "groups": [{"name": "x"}], "extras": [{"key": "k", "value": "1"}, {"key": "l", "value": "2"}]}
    after = {"tags": ["b", "c"], "groups": [{"name": "y"}], "extras": [{"key": "l", "value": "2"}, {"key": "k", "value": "3"}]}

    assert found(before, after) == [
        ("added", "tags / c", None, "c"),
        ("removed", "tags / a", "a", None),
        ("added", "groups / y", None, {"name": "y"}),
        ("removed", "groups / x", {"name": "x"}, None),
        ("changed", "extras / k", "1", "3"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([{"a": 1}, {"a": 2}], [{"a": 2}, {"a": 3}], [("changed", "x / 1 / a", 1, 3)]),
        ([{"id": "1"}, {"id": "1"}], [{"id": "1"}], [("removed", "x / 1", {"id": "1"}, None)]),
        (
            [{"id": ["odd"]}],
            [{"id": ["even"]}],
            [("added", "x / 1 / id / even", None, "even"), ("removed", "x / 1 / id / odd", "odd", None)],
        ),
        ([1, "1"], ["1", True], [("added", "x / true", None, "true"), ("removed", "x / 1", "1", None)]),
        ("text", ["text"], [("changed", "x", "text", ["text"])]),
        (1, True, [("changed", "x", 1, True)]),
        ({}, [], [("changed", "x", {}, [])]),
    ],
)
def test_odd_lists_and_kinds_are_compared_all_the_same(before: Any, after: Any, expected: list[Any]) -> None:
    assert found({"x": before}, {"x": after}) == expected


def test_an_equal_entry_is_none_and_true_instead_of_1_in_one_is_a_difference() -> None:
    same, before, after = {"id": "a", "size": 1}, {"id": "b", "size": 1}, {"id": "b", "size": True}

    assert found({"x": [same, before]}, {"x": [same, before]}) == []
    assert found({"x": [same, before]}, {"x": [{"size": 1, "id": "a"}, after]}) == [("changed", "x / b / size", 1, True)]


def test_what_lies_very_deep_is_compared_as_a_whole() -> None:
    before: Any = "old"
    after: Any = "new"
    for _ in range(200):
        before, after = {"x": before}, {"x": after}

    (difference,) = differences(before, after)

    assert (difference.what, len(difference.path)) == ("changed", 50)


def test_a_long_text_is_compared_by_words_and_shows_the_ones_around() -> None:
    text = " ".join(f"word{number}" for number in range(1000))

    words = WordChanges().between(text, text.replace("word500", "another").replace("word999", "end"))

    assert [part for part in words if part[0] != "same"] == [
        ("removed", " word500"),
        ("added", " another"),
        ("removed", " word999"),
        ("added", " end"),
    ]
    assert words[0][1].endswith(" word499")
    assert "word400" not in words[0][1]
    assert all(len(shown) < 300 for _, shown in words)


def test_texts_that_share_nothing_are_not_compared_word_by_word_without_end() -> None:
    compared = WordChanges(pairs=1000)
    old, new = "a " * 500 + "b", "b " + "a " * 500

    assert compared.between(old, new) == [("removed", old), ("added", new)]
    assert compared.between("a b", "a c") == [("same", "a"), ("removed", " b"), ("added", " c")]


def test_a_text_with_another_word_after_each_is_compared_in_bounded_time() -> None:
    old, new = (" ".join(f"same{number} {kind}{number}" for number in range(30_000)) for kind in ("old", "new"))

    words = WordChanges().between(old, new)

    assert "".join(text for what, text in words if what == "removed").endswith("old29999")
    assert len(words) < 1000


def test_steps_are_of_all_fields_of_a_document_together() -> None:
    compared = WordChanges(steps=20)

    first, second = (compared.between("a b c d e f", "x b y d z g") for _ in range(2))

    assert [part for part in first if part[0] == "same"] == [("same", " b"), ("same", " d")]
    assert [what for what, _ in second] == ["removed", "added"]


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ('{"title": "Trees"}', {"title": "Trees"}),
        ("\ufeff[1]", {"items": [1]}),
        ("{not json", {"text": "{not json"}),
        ("plain", {"text": "plain"}),
        ("", {}),
        (
            '<a:r xmlns:a="u" n="1"><b>x</b><b k="2">y</b>\n<c/></a:r>',
            {"r": {"@n": "1", "b": ["x", {"@k": "2", "text": "y"}], "c": ""}},
        ),
        ("<a><b></a>", {"text": "<a><b></a>"}),
        ('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', {"text": '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'}),
        ("[" * 100_000, {"text": "[" * 100_000}),
        ("<a>" * 5000, {"text": "<a>" * 5000}),
        ('{"a\\ud800": ["\\udfffx", "\\ud83d\\ude00"]}', {"a\ufffd": ["\ufffdx", "\U0001f600"]}),
        ("[" * 101 + "]" * 101, {"text": "[" * 101 + "]" * 101}),
        ('{"a":' * 900 + "1" + "}" * 900, {"text": '{"a":' * 900 + "1" + "}" * 900}),
    ],
)
def test_a_document_of_any_form_has_fields(document: str, fields: dict[str, Any]) -> None:
    assert fields_of(document) == fields
