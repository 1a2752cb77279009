"""The option `mapping`: rules that change a dataset before it is stored, and what is said of rules that are wrong."""

import json
from typing import Any

import pytest

from domain.errors import RecordError
from harvesters.base import HarvestJob, HarvestObject, HarvestSource
from harvesters.loading import validated_config
from harvesters.mapping import mapped
from harvesters.mapping.model import checked
from harvesters.testing.harness import START

SOURCE = "00000000-0000-4000-8000-000000000001"
JOB = "00000000-0000-4000-8000-000000000002"


def record(*rules: dict[str, Any], content: str = "", **options: Any) -> HarvestObject:
    config = json.dumps({"mapping": checked(list(rules)), **options})
    source = HarvestSource(SOURCE, "trees", "City of trees", "https://me:secret@trees.example.org/data", "ckan", config)
    return HarvestObject("guid-1", HarvestJob(JOB, source, START), content)


def after(package: dict[str, Any], *rules: dict[str, Any], **given: Any) -> dict[str, Any]:
    return dict(mapped(package, record(*rules, **given)))


@pytest.mark.parametrize(
    ("package", "rule", "changed"),
    [
        ({"a": 1}, {"rule": "rename", "field": "a", "to": "b"}, {"b": 1}),
        ({"a": 1, "b": 2}, {"rule": "rename", "field": "a", "to": "b"}, {"b": 1}),
        ({"a": 1, "b": 2}, {"rule": "rename", "field": "a", "to": "b", "when": "missing"}, {"a": 1, "b": 2}),
        ({"a": 1, "b": ""}, {"rule": "rename", "field": "a", "to": "b", "when": "missing"}, {"b": 1}),
        ({"a": 1}, {"rule": "rename", "field": "a", "to": "b", "keep": True}, {"a": 1, "b": 1}),
        ({"a": ""}, {"rule": "rename", "field": "a", "to": "b"}, {"a": ""}),
        ({"id": "x"}, {"rule": "rename", "field": "id", "to": "identifier", "keep": True}, {"id": "x", "identifier": "x"}),
        (
            {"extras": [{"key": "a", "value": "1"}, {"key": "c", "value": "2"}]},
            {"rule": "rename", "field": "extras.a", "to": "b"},
            {"extras": [{"key": "c", "value": "2"}], "b": "1"},
        ),
        (
            {"a": 1, "extras": [{"key": "b", "value": "0"}]},
            {"rule": "rename", "field": "a", "to": "extras.b"},
            {"extras": [{"key": "b", "value": 1}]},
        ),
        (
            {"extras": {"Cite as: a.b": "me"}},
            {"rule": "rename", "field": "extras.Cite as: a.b", "to": "cite"},
            {"extras": [], "cite": "me"},
        ),
        ({"notes": "Bäume"}, {"rule": "rename", "field": "notes", "to": "text.de"}, {"text": {"de": "Bäume"}}),
        (
            {"a": {"b": [{"c": 7}]}},
            {"rule": "rename", "field": "a.b.0.c", "to": "d", "keep": True},
            {"a": {"b": [{"c": 7}]}, "d": 7},
        ),
        ({}, {"rule": "constant", "field": "a", "value": ["x"]}, {"a": ["x"]}),
        ({"a": 1}, {"rule": "constant", "field": "a", "value": 2}, {"a": 2}),
        ({"a": 1}, {"rule": "constant", "field": "a", "value": 2, "when": "missing"}, {"a": 1}),
        ({"a": [], "b": 1}, {"rule": "constant", "field": "a", "value": 2, "when": "missing"}, {"a": 2, "b": 1}),
        ({"a": 1, "b": 2}, {"rule": "drop", "field": "a"}, {"b": 2}),
        ({"b": 2}, {"rule": "drop", "field": "a"}, {"b": 2}),
        ({"a": {"de": "x", "fr": "y"}}, {"rule": "drop", "field": "a.de"}, {"a": {"fr": "y"}}),
        ({"a": {"de": "x", "fr": "y"}}, {"rule": "language", "field": "a", "prefer": ["it", "fr"]}, {"a": "y"}),
        ({"a": {"de_CH": "x", "en": "y"}}, {"rule": "language", "field": "a", "prefer": ["de"]}, {"a": "x"}),
        ({"a": {"de": ["x"], "fr": []}}, {"rule": "language", "field": "a", "prefer": ["fr"]}, {"a": ["x"]}),
        ({"a": "x"}, {"rule": "language", "field": "a", "prefer": ["fr"]}, {"a": "x"}),
        ({"a": "x"}, {"rule": "language", "field": "a", "mark_as": "de"}, {"a": {"de": "x"}}),
        ({"tags": [{"name": "x"}]}, {"rule": "language", "field": "tags", "mark_as": "de"}, {"tags": {"de": ["x"]}}),
        ({"a": {"fr": "y"}}, {"rule": "language", "field": "a", "mark_as": "de"}, {"a": {"fr": "y"}}),
        ({"a": "offen"}, {"rule": "values", "field": "a", "values": {"offen": "open"}}, {"a": "open"}),
        ({"a": "zu"}, {"rule": "values", "field": "a", "values": {"offen": "open"}}, {"a": "zu"}),
        ({"a": "zu"}, {"rule": "values", "field": "a", "values": {"offen": "open"}, "other": "drop"}, {}),
        ({"a": [1, True]}, {"rule": "values", "field": "a", "values": {"1": "one", "true": "yes"}}, {"a": ["one", "yes"]}),
        ({"name": "a"}, {"rule": "template", "field": "name", "text": "Grün & {name}"}, {"name": "grun-a"}),
        ({"name": "a"}, {"rule": "constant", "field": "name", "value": "!"}, {"name": "a"}),
    ],
    ids=str,
)
def test_a_rule_changes_a_dataset(package: dict[str, Any], rule: dict[str, Any], changed: dict[str, Any]) -> None:
    before = json.dumps(package)

    assert after(package, rule) == changed

    assert json.dumps(package) == before  # what was given may be shared with others


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{title}, {year}", "Trees, 2021"),
        ("{missing|extras.theme|title}", "green"),
        ("a {{b}} {missing}", "a {b} "),
        ("{words}; {tags}", "x, y; oak, elm"),
        ("{notes}", "Bäume"),
        ("{organization.title} {organization}", 'City {"title":"City"}'),
        ("{harvest_source_title} {harvest_guid} {harvest_source_id}", f"City of trees guid-1 {SOURCE}"),
        ("{harvest_source_url}", "https://trees.example.org/data"),
        ("{record.publisher.name}", "Parks"),
        ("{title.__class__}{record.publisher.name.upper}{__class__}.", "."),
    ],
)
def test_a_template_is_filled_with_fields_and_nothing_runs(text: str, filled: str) -> None:
    package = {
        "title": "Trees",
        "year": 2021,
        "words": ["x", "y"],
        "tags": [{"name": "oak"}, {"name": "elm"}],
        "notes": {"de": "Bäume", "fr": "Arbres"},
        "organization": {"title": "City"},
        "extras": [{"key": "theme", "value": "green"}],
    }
    rule = {"rule": "template", "field": "out", "text": text}

    changed = after(package, rule, content='{"publisher": {"name": "Parks"}}', languages=["de"])

    assert changed["out"] == filled


@pytest.mark.parametrize("nothing", [" ", {"zh": "", "ar": None}, [], [" "]])
def test_a_template_passes_over_a_field_that_says_nothing(nothing: Any) -> None:
    rule = {"rule": "template", "field": "notes", "text": "{title|name}"}

    assert after({"title": nothing, "name": "a"}, rule)["notes"] == "a"


def test_a_template_of_nothing_leaves_the_field_as_it_is() -> None:
    assert after({"a": "x"}, {"rule": "template", "field": "a", "text": " {b} "}) == {"a": "x"}


def test_rules_go_in_their_order_and_each_sees_what_those_before_it_made() -> None:
    rules = (
        {"rule": "rename", "field": "a", "to": "b"},
        {"rule": "template", "field": "c", "text": "{b}{a}!"},
        {"rule": "drop", "field": "b"},
    )

    assert after({"a": "x"}, *rules) == {"c": "x!"}
    assert after({"a": "x"}, *reversed(rules)) == {"b": "x", "c": "x!"}


def test_rules_of_resources_change_each_of_them_and_see_the_dataset() -> None:
    rules = (
        {"rule": "template", "of": "resource", "field": "name", "text": "{dataset.title}: {format|name}", "when": "always"},
        {"rule": "drop", "of": "resource", "field": "format"},
    )

    changed = after({"title": "Trees", "resources": [{"format": "CSV"}, {"name": "b"}, "odd"]}, *rules)

    assert changed["resources"] == [{"name": "Trees: CSV"}, {"name": "Trees: b"}, "odd"]


def test_templates_of_one_dataset_make_a_bounded_text() -> None:
    rules = [{"rule": "template", "field": "a", "text": "{a}" * 100}] * 5

    with pytest.raises(RecordError, match=r"mapping, rule 3 \(template\): .* more than 1,000,000 characters \(record guid-1\)"):
        after({"a": "x" * 50}, *rules)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"rule": "drop"}, "mapping must be a list of rules"),
        (["drop"], "mapping, rule 1: must be an object"),
        ([{"field": "a"}], "mapping, rule 1: rule must be given: rename, constant, drop, template, language, values"),
        (
            [{"rule": "drop", "field": "a"}, {"rule": "renam"}],
            r"mapping, rule 2: Unknown rule 'renam' \(did you mean rename\?\)",
        ),
        ([{"rule": "rename", "field": "a"}], r"mapping, rule 1 \(rename\): to must be given"),
        ([{"rule": "rename", "field": "a", "to": "b", "keep": "false"}], r"rule 1 \(rename\): keep must be a valid boolean"),
        ([{"rule": "drop", "feild": "a"}], r"mapping, rule 1 \(drop\): .*unknown key 'feild' \(did you mean field\?\)"),
        (
            [{"rule": "constant", "field": "a", "value": 1, "when": "never"}],
            r"\(constant\): when must be 'always' or 'missing'",
        ),
        ([{"rule": "constant", "field": "a", "value": "x" * 30_000}], r"value is longer than 20,000 characters"),
        ([{"rule": "template", "field": "a", "text": "{b"}], r"rule 1 \(template\): text has a single \{: write \{\{"),
        ([{"rule": "template", "field": "a", "text": "{}"}], r"text has a placeholder without the name of a field: \{\}"),
        ([{"rule": "template", "field": "a", "text": "x" * 10_001}], r"text must have at most 10000 characters"),
        ([{"rule": "language", "field": "a"}], r"rule 1 \(language\): needs prefer .* or mark_as"),
        ([{"rule": "values", "field": "a", "values": {}}], r"rule 1 \(values\): values .* at least 1 item"),
        ([{"rule": "constant", "field": "owner_org", "value": "x"}], "owner_org can't be changed"),
        ([{"rule": "rename", "field": "x", "to": "id"}], "id can't be changed"),
        ([{"rule": "drop", "of": "resource", "field": "id"}], "id can't be changed"),
        ([{"rule": "drop", "field": "a"}] * 201, "mapping has 201 rules: 200 at most"),
    ],
)
def test_a_wrong_rule_is_named_by_its_place_and_kind(rules: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked(rules)


@pytest.mark.parametrize("source_type", ["ckan", "documents"])
def test_a_source_with_a_wrong_rule_is_refused_whatever_its_harvester(source_type: str) -> None:
    from domain.errors import ValidationError

    with pytest.raises(ValidationError, match=r"mapping, rule 1 \(drop\): field must be given"):
        validated_config(source_type, '{"mapping": [{"rule": "drop"}]}')
