"""A CKAN with schemas (ckanext-scheming): a dataset is sent as its type's schema takes it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.targets.ckan.schema import Schema
from adapters.targets.ckan.target import CKANTarget
from domain.errors import TargetError
from harvesters.dataset.values import Losses
from harvesters.target import FieldPolicy, Owner
from tests.support.stack import ROOT
from tests.unit.test_ckan_target import NONE, Says

SCHEMA = yaml.safe_load((Path(ROOT) / "tests" / "support" / "scheming_strict.yaml").read_text(encoding="utf-8"))
TYPE = SCHEMA["dataset_type"]
DAILY = "http://example.org/daily"
NEEDED = {"notes": "x", "description": {"de": "a", "fr": "b"}, "frequency": DAILY}
"""What the schema requires."""
TAG_TOLD = (
    "keywords, de: 'Bäume (alt)' has other characters than letters, digits, blanks, - _ . "
    "(option clean_tags replaces them); left out"
)


def owner(**policy: Any) -> Owner:
    return Owner("source-1", "City", "guid-1", "object-1", "hash-1", fields=FieldPolicy(**policy))


def ckan(**answers: Any) -> Says:
    return Says(**{"scheming_dataset_schema_show": lambda data: SCHEMA if data["type"] == TYPE else NONE, **answers})


def fitted(fields: Mapping[str, Any], **policy: Any) -> tuple[Mapping[str, Any], list[str]]:
    """What would be sent, and what is told."""
    package = {"id": "id-1", "name": "trees", "type": TYPE, **NEEDED, **fields}
    fitting = CKANTarget(ckan()).preview(package, owner(**policy))  # type: ignore[arg-type]
    return fitting.package, [loss.message for loss in fitting.losses]


@pytest.mark.parametrize(
    ("field", "given", "sent"),
    [
        ("frequency", "Daily", DAILY),
        ("frequency", "täglich", DAILY),
        ("frequency", [DAILY], DAILY),
        ("frequency", f'["{DAILY}"]', DAILY),
        ("frequency", {"name": DAILY}, DAILY),
        ("themes", "envi", ["envi"]),
        ("themes", ["Transport", "ENVI", "envi"], ["tran", "envi"]),
        ("themes", '["tran", "envi"]', ["tran", "envi"]),
        ("themes", [{"name": "tran"}], ["tran"]),
        ("released", "2021-07-02T10:00:00", "2021-07-02"),
        ("released", "31.1.2021", "2021-01-31"),
        ("released", "2016-01-20T00:00:00+01:00", "2016-01-20"),
        ("released", "2016-01-20T23:30:00.5-0500", "2016-01-20"),
        ("released", "2016-01-20T00:00:00+01", "2016-01-20"),
        ("released", "2016-01-20 00:00 +0100", "2016-01-20"),
        ("released", "Wed, 20 Jan 2016 00:30:00 +0200", "2016-01-20"),
        ("released", "2016-01-20T00:30:00+01:00[Europe/Berlin]", "2016-01-20"),
        ("released", "2016-01-20T00:30:00.5+0100[Europe/Berlin]", "2016-01-20"),
        ("released", "Wed, 20 Jan 2016 23:00:00 EST", "2016-01-20"),
        ("released", "Wed Jan 20 2016 00:30:00 GMT+0100 (CET)", "2016-01-20"),
        ("released", "2016-01-20T00:00:00Z", "2016-01-20"),
        ("released", "20160120T003000+0200", "2016-01-20"),
        ("released", "31-01-2016", "2016-01-31"),
        ("released", "2016-01", "2016-01-01"),
        ("issued", "2016-01-20T00:00:00+01:00", "2016-01-20"),
        ("released", 2021, "2021-01-01"),
        ("released", '["2021-07-02"]', "2021-07-02"),
        ("checked", "2021-07-02", "2021-07-02T00:00:00"),
        ("checked", "Fri, 02 Jul 2021 10:00:00 +0200", "2021-07-02T08:00:00"),
        ("measured", "2021-07-02T10:00:00+02:00", "2021-07-02T08:00:00"),
        ("languages", "de", ["de"]),
        ("languages", '["SPA", "ENG"]', ["SPA", "ENG"]),
        ("languages", ["de", 1, None, ""], ["de", "1"]),
        ("languages", [{"name": "de"}], ["de"]),
        (
            "contacts",
            {"name": "A", "since": "1.2.2020", "role": "Owner"},
            [{"name": "A", "since": "2020-02-01", "role": "owner"}],
        ),
        ("contacts", '[{"name": "A"}]', [{"name": "A"}]),
        ("contacts", [{"name": "A", "email": "mailto:a@b.ch"}], [{"name": "A", "email": "a@b.ch"}]),
        ("details", '{"a": 1}', {"a": 1}),
        ("details", {"a": 1}, {"a": 1}),
        ("inhabitants", "12 ", 12),
        ("inhabitants", 12.0, 12),
        ("official", "Yes", True),
        ("rights_holder", ["City"], "City"),
        ("rights_holder", ["City", "Land"], '["City","Land"]'),
        ("rights_holder", 7, "7"),
        ("rights_holder", {"de": "Stadt", "en": ""}, "Stadt"),
        ("rights_holder", '{"de": "Stadt", "en": null}', "Stadt"),
        ("keywords", {"de": ["Bäume"], "fr": "arbres"}, {"de": ["Bäume"], "fr": ["arbres"]}),
        ("keywords", ["Bäume", {"name": "Wald"}], {"de": ["Bäume", "Wald"]}),
        (
            "keywords",
            {"de": "Bäume, Wald , Bäume", "fr": [{"name": "bois"}, "arbres", None]},
            {"de": ["Bäume", "Wald"], "fr": ["bois", "arbres"]},
        ),
        ("keywords", "Bäume,Wald", {"de": ["Bäume", "Wald"]}),
        ("title_translated", "Trees", {"de": "Trees"}),
        ("title_translated", '{"fr": "Arbres"}', {"fr": "Arbres"}),
    ],
    ids=str,
)
def test_a_value_is_sent_in_the_form_that_its_field_takes(field: str, given: Any, sent: Any) -> None:
    package, losses = fitted({field: given})

    assert (package[field], losses) == (sent, [])
    assert package["extras"] == []


@pytest.mark.parametrize(
    "given", [{"de": "Stadt", "en": "City"}, '{"de": "Stadt", "en": "City"}', {"deu": "Stadt", "eng": "City"}]
)
def test_a_field_in_one_language_gets_one_and_it_is_told(given: Any) -> None:
    package, losses = fitted({"rights_holder": given}, languages=("de",))

    assert package["rights_holder"] == "Stadt"
    assert losses == ["rights_holder: values by language are kept in one language, the first of de, en, any (option languages)"]


@pytest.mark.parametrize(
    ("field", "given", "sent"),
    [
        ("availability", "Stable", "stable"),
        ("released", "2021-07-02T00:00:00Z", "2021-07-02"),
        ("languages", "de", ["de"]),
        ("description", "Trees", {"de": "Trees"}),
        ("description", {"de_CH": "Bäume"}, {"de-CH": "Bäume"}),
        ("hash", "abc", "abc"),
    ],
)
def test_fields_of_resources_likewise(field: str, given: Any, sent: Any) -> None:
    package, losses = fitted({"resources": [{"url": "http://a/b", field: given}]})

    assert (package["resources"][0][field], losses) == (sent, [])


@pytest.mark.parametrize(
    ("fields", "left", "told"),
    [
        (
            {"themes": ["tran", "moon"]},
            {"themes": ["tran"]},
            "themes: 'moon' is none of the schema's choices (tran, envi); left out",
        ),
        ({"released": "soon"}, {"released": None}, "released: no date that can be read without guessing, 'soon'; left out"),
        ({"inhabitants": "many"}, {"inhabitants": None}, "inhabitants: no whole number, 'many'; left out"),
        ({"official": "maybe"}, {"official": None}, "official: neither true nor false, 'maybe'; left out"),
        ({"details": "[1]"}, {"details": None}, "details: no JSON object, '[1]'; left out"),
        ({"keywords": {"de": ["Bäume (alt)", "Wald"]}}, {"keywords": {"de": ["Wald"]}}, TAG_TOLD),
        (
            {"keywords": {"de": ["x"], "fr": "bois"}},
            {"keywords": {"fr": ["bois"]}},
            "keywords, de: 'x' is shorter than 2 characters; left out",
        ),
        ({"contacts": ["A"]}, {"contacts": None}, "contacts: entry 0 must be an object, is 'A'; left out"),
        ({"contacts": [{"email": "a@b.ch"}]}, {"contacts": None}, "contacts: entry 0, name: the schema requires it; left out"),
        (
            {"contacts": [{"name": "A", "role": "king"}]},
            {"contacts": [{"name": "A"}]},
            "contacts: entry 0, role: 'king' is none of the schema's choices (owner, author); left out",
        ),
        (
            {"resources": [{"url": "http://a/b", "availability": "never"}]},
            {"resources": [{"url": "http://a/b"}]},
            "resources: entry 0, availability: 'never' is none of the schema's choices (stable, temporary); left out",
        ),
    ],
    ids=str,
)
def test_a_value_that_its_field_cannot_take_is_left_out_and_told(
    fields: dict[str, Any], left: dict[str, Any], told: str
) -> None:
    package, losses = fitted(fields)

    assert {name: package.get(name) for name in left} == left
    assert losses == [told]
    with pytest.raises(TargetError, match=told.partition(":")[0]):
        fitted(fields, on_invalid="fail")


@pytest.mark.parametrize("item", [{"a": 1}, ["b", "c"], {"name": 1}], ids=str)
def test_choices_that_the_site_makes_by_itself_are_no_objects_and_lists(item: Any) -> None:
    definition = {"field_name": "themes", "preset": "multiple_checkbox", "choices_helper": "themes"}
    losses = Losses(FieldPolicy())

    package = Schema(TYPE, {"dataset_fields": [definition]}).fitted({"themes": ["x", item, "y"], "extras": []}, losses)

    assert package["themes"] == ["x", "y"]
    assert [loss.message.partition(",")[0] for loss in losses.all()] == ["themes: must be the value of a choice"]


@pytest.mark.parametrize(
    ("without", "message"),
    [
        ({"notes": ""}, "notes: the record has none; the schema harvestlog-strict of this CKAN requires it"),
        ({"frequency": None, "notes": None}, r"notes: the record has none, and frequency; the schema"),
        ({"description": {"de": "x"}}, "description in fr: the record has none; the schema harvestlog-strict"),
        ({"description": "x"}, "description in fr: the record has none"),
        (
            {"frequency": "hourly"},
            r"frequency: 'hourly' is none of the schema's choices .*; the schema harvestlog-strict of this",
        ),
    ],
    ids=str,
)
def test_a_required_field_that_is_missing_is_named_with_its_schema(without: dict[str, Any], message: str) -> None:
    with pytest.raises(TargetError, match=message) as failed:
        fitted(without)

    assert (failed.value.code, failed.value.retryable) == ("validation", False)
    assert failed.value.field in without
    assert "mapping" in str(failed.value)


@pytest.mark.parametrize("of", ["field", "schema"])
def test_a_required_text_may_be_in_an_alternate_of_its_language(of: str) -> None:
    alternates = {"alternate_languages": {"en": ["en-GB", "en-US"]}}
    definition = {"field_name": "summary", "preset": "fluent_text", "required": True, "form_languages": ["en", "fr"]}
    if of == "field":
        definition |= alternates
    schema = Schema(TYPE, {"dataset_fields": [definition], **(alternates if of == "schema" else {})})
    texts = {"en-US": "Trees", "fr": "Arbres"}

    assert schema.fitted({"summary": texts, "extras": []}, Losses(FieldPolicy()))["summary"] == texts
    with pytest.raises(TargetError, match="summary in fr: the record has none"):
        schema.fitted({"summary": {"en-GB": "Trees"}, "extras": []}, Losses(FieldPolicy()))


CORE = {"field_name": "title_translated", "preset": "fluent_core_translated"}


@pytest.mark.parametrize(
    ("definition", "languages", "title", "sent"),
    [
        (CORE, (), "Trees", {"en": "Trees"}),
        (CORE, ("nl_BE", "nl"), "Bomen", {"nl": "Bomen"}),
        (CORE, (), {"nl": "Bomen", "en": "Trees"}, {"nl": "Bomen", "en": "Trees"}),
        ({**CORE, "preset": "fluent_text", "required": True, "form_languages": ["en"]}, (), "Trees", {"en": "Trees"}),
        ({**CORE, "preset": "fluent_text"}, (), "Trees", None),
        (CORE, (), " ", None),
    ],
    ids=str,
)
def test_a_title_in_one_language_is_not_hidden_by_an_empty_translation(
    definition: dict[str, Any], languages: tuple[str, ...], title: Any, sent: Any
) -> None:
    resource = {**definition, "field_name": "name_translated", "required": False}
    schema = {"form_languages": ["en", "nl"], "dataset_fields": [definition], "resource_fields": [resource]}
    target = CKANTarget(Says(scheming_dataset_schema_show=lambda _: schema))  # type: ignore[arg-type]
    package = {"id": "id-1", "name": "trees", "title": title, "resources": [{"url": "http://a/b", "name": title}]}

    fitting = target.preview(package, owner(languages=languages))

    assert fitting.package.get("title_translated") == sent
    if definition is CORE:
        assert fitting.package["resources"][0].get("name_translated") == sent
    assert fitting.losses == ()


@pytest.mark.parametrize("empty", [{"en": ""}, {"en": " ", "nl": None}, {}], ids=str)
def test_a_translation_that_is_there_without_a_text_hides_no_title_either(empty: dict[str, Any]) -> None:
    schema = {"form_languages": ["en", "nl"], "dataset_fields": [CORE]}
    target = CKANTarget(Says(scheming_dataset_schema_show=lambda _: schema))  # type: ignore[arg-type]

    fitting = target.preview({"id": "id-1", "name": "trees", "title": "Trees", "title_translated": empty}, owner())

    assert (fitting.package["title_translated"], fitting.losses) == ({"en": "Trees"}, ())


def test_tags_by_language_may_have_rules_of_their_schema() -> None:
    definition = {"field_name": "keywords", "preset": "fluent_tags", "tag_validators": "tag_length_validator"}
    schema = Schema(TYPE, {"dataset_fields": [definition]})
    keywords = {"de": ["Bäume (alt)", "a, b"]}

    assert schema.fitted({"keywords": keywords, "extras": []}, Losses(FieldPolicy()))["keywords"] == keywords


def test_extras_become_fields_of_the_schema_in_the_form_that_they_take() -> None:
    pairs = {"languages": '["de"]', "released": "1.2.2020", "themes": "Transport", "colour": "green", "rights_holder": "City"}
    extras = [{"key": key, "value": value} for key, value in pairs.items()]

    package, losses = fitted({"extras": extras, "rights_holder": "Land"})

    assert (package["languages"], package["released"], package["themes"]) == (["de"], "2020-02-01", ["tran"])
    assert (package["rights_holder"], package["extras"]) == ("Land", [{"key": "colour", "value": "green"}])
    assert losses == ["extras: the key 'rights_holder' is a field of the dataset itself; left out"]


@pytest.mark.parametrize(("unknown", "extras"), [("extras", [{"key": "colour", "value": "green"}]), ("drop", [])])
def test_fields_that_the_schema_lacks_become_extras_or_go_and_are_told_once_a_job(unknown: str, extras: list[Any]) -> None:
    target = CKANTarget(ckan())  # type: ignore[arg-type]

    fitting = target.preview({"id": "id-1", "name": "trees", "type": TYPE, **NEEDED, "colour": "green"}, owner(unknown=unknown))

    assert (fitting.package.get("colour"), fitting.package["extras"]) == (None, extras)
    assert [(loss.message.partition(":")[0], loss.of_job) for loss in fitting.losses] == [("colour", True)]


def test_a_required_field_that_an_update_leaves_as_it_is_may_be_missing() -> None:
    target = CKANTarget(ckan())  # type: ignore[arg-type]
    package = {"id": "id-1", "name": "trees", "type": TYPE, **NEEDED, "notes": ""}

    target.preview(package, replace(owner(), held=True, kept_fields=("notes",)))

    with pytest.raises(TargetError, match="notes: the record has none"):
        target.preview(package, replace(owner(), kept_fields=("notes",)))


def test_a_schema_with_a_field_for_our_extras_does_not_cost_us_the_dataset() -> None:
    own_field = {**SCHEMA, "dataset_fields": [*SCHEMA["dataset_fields"], {"field_name": "harvest_source_id"}]}
    sent: list[Mapping[str, Any]] = []
    says = ckan(
        scheming_dataset_schema_show=lambda _: own_field,
        package_create=lambda data: sent.append(data) or {"id": data["id"], "name": data["name"]},  # type: ignore[func-returns-value]
    )

    CKANTarget(says).save({"id": "id-1", "name": "trees", "type": TYPE, **NEEDED}, owner())  # type: ignore[arg-type]

    assert {"key": "harvest_source_id", "value": "source-1"} in sent[0]["extras"]


def test_a_title_by_language_goes_to_the_field_that_the_schema_has_for_it() -> None:
    package, losses = fitted({"title": {"fr": "Arbres", "de": "Bäume"}}, languages=("de",))

    assert (package["title"], package["title_translated"]) == ("Bäume", {"fr": "Arbres", "de": "Bäume"})
    assert losses == []


def test_with_a_schema_a_new_dataset_costs_one_call() -> None:
    says = ckan(package_create=lambda data: {"id": data["id"], "name": data["name"]})
    target = CKANTarget(says)  # type: ignore[arg-type]

    for number in range(3):
        target.save(
            {"id": f"id-{number}", "name": "trees", "type": TYPE, **NEEDED, "themes": "tran", "colour": "green"}, owner()
        )

    assert says.actions == ["scheming_dataset_schema_show", *["package_create"] * 3]


def test_what_the_schema_requires_is_known_before_anything_is_sent() -> None:
    says = ckan()

    with pytest.raises(TargetError, match=r"\(dataset trees, record guid-1\)"):
        CKANTarget(says).save({"id": "id-1", "name": "trees", "type": TYPE}, owner())  # type: ignore[arg-type]

    assert says.actions == ["scheming_dataset_schema_show"]


def test_a_subfield_that_the_schema_lacks_is_told() -> None:
    package, losses = fitted({"contacts": [{"name": "A", "fax": "1"}, {"name": "B", "fax": "2", "pager": ""}]})

    assert package["contacts"] == [{"name": "A"}, {"name": "B"}]
    assert losses == ["contacts, fax: the schema has no such subfield; left out"]


def test_a_title_that_ckan_will_never_show_is_told() -> None:
    name = {"field_name": "title_translated", "validators": "fluent_text", "output_validators": "fluent_core_translated_output"}
    schema = {
        **SCHEMA,
        "dataset_fields": [*(one for one in SCHEMA["dataset_fields"] if "title" not in one["field_name"]), name],
    }
    site = CKANTarget(ckan(scheming_dataset_schema_show=lambda data: schema))  # type: ignore[arg-type]

    def told(title: str) -> list[str]:
        texts = {"de": "Bäume", "fr": "Arbres"}
        package = {"id": "id-1", "name": "trees", "type": TYPE, **NEEDED, "title": title, "title_translated": texts}
        return [loss.message for loss in site.preview(package, owner()).losses]

    assert told("Arbres") == []
    assert told("Trees") == ["title: 'Trees' is not shown, this CKAN shows one of title_translated"]


@pytest.mark.parametrize("given", [["A", "B"], '["A", "B"]'])
def test_a_field_of_ckans_own_goes_in_the_form_that_the_schema_has_for_it(given: Any) -> None:
    names = ("maintainer", "maintainer_email")
    more = [{"field_name": name, "preset": "multiple_text"} for name in names]
    schema = {**SCHEMA, "dataset_fields": [*SCHEMA["dataset_fields"], *more]}
    site = CKANTarget(ckan(scheming_dataset_schema_show=lambda data: schema))  # type: ignore[arg-type]
    package = {"id": "id-1", "name": "trees", "type": TYPE, **NEEDED, **dict.fromkeys(names, given)}

    fitting = site.preview(package, owner())

    assert [fitting.package[name] for name in names] == [["A", "B"]] * 2
    assert fitting.losses == ()
