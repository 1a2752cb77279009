"""What is left of a package when a CKAN refuses some of it: rules of its plugins and its search index can't be known before."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from adapters.targets.ckan.errors import Refusal, refusal
from adapters.targets.ckan.package import form
from adapters.targets.ckan.places import Places
from adapters.targets.ckan.refused import without_refused
from adapters.targets.ckan.schemas import Schemas
from adapters.targets.ckan.target import CKANTarget
from domain.errors import TargetError
from harvesters.target import FieldPolicy, Owner
from tests.unit.test_ckan_target import NONE, Says

OURS = Owner("source-1", "City", "guid-1", "object-1", "hash-1")
STRICT = Owner("source-1", "City", "guid-1", "object-1", "hash-1", fields=FieldPolicy(on_invalid="fail"))
SOLR = "Unable to add package to search index: Solr returned an error: Solr responded with an error (HTTP 400): [Reason: "
IMMENSE = SOLR + 'possible analysis error: Document contains at least one immense term in field="%s" (whose UTF8'
WRONG_DATE = SOLR + "ERROR: [doc=1] Error adding field 'metadata_modified'='2020-01-01T00:00:00+00:00Z' msg=Invalid Date]"


def package(**fields: Any) -> dict[str, Any]:
    return {"id": "id-1", "name": "trees", **fields}


def refused(**errors: Any) -> Refusal:
    return Refusal("refused", 409, errors, code="validation")


def unindexed(message: str) -> TargetError:
    body = {"success": False, "error": {"__type": "Search Index Error", "message": message}}
    return refusal("package_create", 500, json.dumps(body).encode())


RESOURCES = [{"url": "http://a", "size": 1}, {"url": "http://b", "size": 2}]


@pytest.mark.parametrize(
    ("sent", "errors", "left"),
    [
        ({"author_email": "x"}, {"author_email": ["no address"]}, {}),
        ({"url": "u", "version": "v"}, {"version": ["too long"]}, {"url": "u"}),
        ({"resources": RESOURCES}, {"resources": [{}, {"size": ["big"]}]}, {"resources": [RESOURCES[0], {"url": "http://b"}]}),
        ({"resources": RESOURCES}, {"resources": [{"format": ["Missing value"]}]}, {"resources": RESOURCES[1:]}),
        ({"tags": [{"name": "ab"}, {"name": "CD"}]}, {"tags": ['Tag "CD" must not be uppercase']}, {"tags": [{"name": "ab"}]}),
        ({"tags": [{"name": "ab"}, {"name": "CD"}]}, {"tags": ["«CD» no puede ser"]}, {}),
        ({"tags": [{"name": "ab"}, {"name": "cd"}]}, {"tags": [{}, {"vocabulary_id": ["none"]}]}, {"tags": [{"name": "ab"}]}),
        ({"groups": [{"id": "1"}]}, {"groups": ["not yours"]}, {}),
    ],
)
def test_only_what_was_refused_is_left_out(sent: dict[str, Any], errors: dict[str, Any], left: dict[str, Any]) -> None:
    rest, losses = without_refused(package(**sent), refused(**errors))

    assert rest == package(**left)
    assert [loss.message.partition(":")[0] for loss in losses] == list(errors)


@pytest.mark.parametrize("field", ["name", "owner_org", "id", "theme"])
def test_what_a_dataset_needs_or_lacks_cannot_be_left_out(field: str) -> None:
    sent = package(owner_org="org")

    assert without_refused(sent, refused(**{field: ["Missing value"]})) == (sent, [])


def test_extras_of_the_harvest_stay_whatever_ckan_says_of_the_others() -> None:
    sent = form(package(extras=[{"key": "a", "value": "1"}]), OURS)

    rest, losses = without_refused(sent, refused(extras=["some of them"]))

    assert {extra["key"] for extra in rest["extras"]} == {extra["key"] for extra in sent["extras"]} - {"a"}
    assert len(losses) == 1


# the search index


@pytest.mark.parametrize(
    ("message", "field", "sent", "left"),
    [
        (IMMENSE % "title_string", "title", {"title": "long"}, {}),
        (WRONG_DATE, "metadata_modified", {"metadata_modified": "odd"}, {}),
        (IMMENSE % "res_url", "resources", {"resources": [{"url": "long", "name": "n"}]}, {"resources": [{"name": "n"}]}),
    ],
)
def test_what_solr_refuses_is_no_error_to_try_again_and_names_the_field(
    message: str, field: str, sent: dict[str, Any], left: dict[str, Any]
) -> None:
    error = unindexed(message)

    assert isinstance(error, Refusal)
    assert (error.code, error.field, error.retryable) == ("validation", field, False)
    assert str(error).startswith(f"{field}: CKAN's search index refuses it")
    assert without_refused(package(**sent), error)[0] == package(**left)


def test_an_extra_that_solr_refuses_goes_alone() -> None:
    sent = form(package(extras=[{"key": "spatial", "value": "long"}, {"key": "b", "value": "1"}]), OURS)
    error = unindexed(IMMENSE % "extras_spatial")
    assert isinstance(error, Refusal)

    rest, _ = without_refused(sent, error)

    assert {extra["key"] for extra in sent["extras"]} - {extra["key"] for extra in rest["extras"]} == {"spatial"}


def test_a_solr_that_is_away_is_asked_again() -> None:
    assert unindexed("Unable to add package to search index: Could not connect to Solr").retryable


# all together


def created(data: Mapping[str, Any], *known: str) -> dict[str, Any]:
    """CKAN's answer: it has no place for other fields than those known."""
    return {name: value for name, value in data.items() if name in {*known, "id", "name", "title", "extras", "state"}}


def test_a_package_is_stored_without_what_ckan_refuses_and_the_loss_is_told() -> None:
    def make(data: Mapping[str, Any]) -> Any:
        return refused(author=["must be a person"]) if "author" in data else created(data)

    stored = CKANTarget(Says(package_create=make)).save(package(author="x"), OURS)  # type: ignore[arg-type]

    assert stored.package_id == "id-1"
    assert [(loss.message, loss.of_job) for loss in stored.losses] == [("author: must be a person; left out", False)]


def test_a_source_that_wants_such_datasets_to_fail_has_them_fail() -> None:
    says = Says(package_create=lambda _: refused(author=["must be a person"]))

    with pytest.raises(Refusal):
        CKANTarget(says).save(package(author="x"), STRICT)  # type: ignore[arg-type]

    assert says.actions == ["package_create"]


@pytest.mark.parametrize("unknown", ["extras", "drop"])
def test_fields_without_a_place_are_found_by_ckans_answer_and_known_from_then_on(unknown: Any) -> None:
    sent: list[Mapping[str, Any]] = []

    def make(data: Mapping[str, Any]) -> Any:
        sent.append(data)
        return created(data, "theme")

    def revise(data: Mapping[str, Any]) -> Any:
        sent.append(data["update"])
        return {"package": {"id": "id-1", "name": "trees"}}

    own = Owner("source-1", "City", "guid-1", "object-1", "hash-1", fields=FieldPolicy(unknown=unknown))
    found = {"id": "id-1", "name": "trees", "state": "active"}
    says = Says(
        package_create=make,
        package_revise=revise,
        package_show=lambda _: {**found, "extras": sent[-1]["extras"]},
    )
    says.answers["package_create"] = lambda data: (
        refused(id=["exists"]) if any("name" in one for one in sent) and data["id"] == "id-1" else make(data)
    )
    target = CKANTarget(says)  # type: ignore[arg-type]

    first = target.save(package(theme="x", contacts=[{"name": "Office"}]), own)
    second = target.save({**package(theme="x", contacts=[{"name": "Office"}]), "id": "id-2"}, own)

    for data in sent[-2:] if unknown == "extras" else sent[-1:]:
        extras = {extra["key"]: extra["value"] for extra in data["extras"]}
        assert "contacts" not in data
        assert data["theme"] == "x"
        assert extras["harvest_content_hash"] == "hash-1"
        assert extras.get("contacts") == ('[{"name":"Office"}]' if unknown == "extras" else None)
    for stored in (first, second):
        assert [(loss.message.partition(":")[0], loss.of_job) for loss in stored.losses] == [("contacts", True)]
    assert says.actions[-1] == "package_create"


def test_what_is_known_of_fields_is_forgotten_within_minutes() -> None:
    now = [0.0]
    places = Places(lambda: now[0])
    sent = form(package(contacts="x"), OURS)
    places.learn(sent, {"id": "id-1"}, whole=True)

    states = []
    for now[0] in (0.0, 299.0, 301.0):
        states.append(places.unsure(sent))

    assert states == [[], [], ["contacts"]]


# objects by language

SCHEMA = {
    "dataset_fields": [{"field_name": "title_translated", "preset": "fluent_text"}, {"field_name": "notes"}],
    "resource_fields": [{"field_name": "name", "validators": "fluent_text"}],
}


def test_objects_by_language_are_carried_where_the_schema_takes_them() -> None:
    sent: list[Mapping[str, Any]] = []
    says = Says(
        scheming_dataset_schema_show=lambda _: SCHEMA,
        package_create=lambda data: sent.append(data) or created(data),  # type: ignore[func-returns-value]
    )
    value = {"de": "Bäume", "en": "Trees"}

    stored = CKANTarget(says).save(package(notes=value, resources=[{"name": value}]), OURS)  # type: ignore[arg-type]

    assert (sent[0]["notes"], sent[0]["resources"]) == ("Trees", [{"name": value}])
    assert [loss.message.partition(":")[0] for loss in stored.losses] == ["notes"]


def test_a_ckan_without_schemas_is_asked_once() -> None:
    says = Says(scheming_dataset_schema_show=lambda _: NONE)
    schemas = Schemas(says)  # type: ignore[arg-type]

    assert [schemas.of("dataset") for _ in range(3)] == [None] * 3
    assert says.actions == ["scheming_dataset_schema_show"]


def test_an_object_by_language_is_carried_without_what_no_plugin_takes() -> None:
    sent: list[Mapping[str, Any]] = []
    says = Says(
        scheming_dataset_schema_show=lambda _: SCHEMA,
        package_create=lambda data: sent.append(data) or created(data, "title_translated"),  # type: ignore[func-returns-value]
        package_revise=lambda data: {"package": {"id": "id-1", "name": "trees"}},
        package_show=lambda _: NONE,
    )
    value = {"DE": "Bäume", "en_GB": 7, "fr": None, "!": "x", "it": {"a": 1}}

    stored = CKANTarget(says).save(package(title_translated=value), OURS)  # type: ignore[arg-type]

    assert sent[0]["title_translated"] == {"de": "Bäume", "en-GB": "7"}
    assert [loss.message for loss in stored.losses] == [
        "title_translated: '!' is no language with a text; left out",
        "title_translated: 'it' is no language with a text; left out",
    ]


def test_objects_of_the_remote_are_no_values_by_language() -> None:
    says = Says(package_create=created)

    CKANTarget(says).save(package(organization={"id": "1", "title": "City"}, tracking_summary={"total": 1}), OURS)  # type: ignore[arg-type]

    assert says.actions == ["package_create"]


def test_tags_by_language_that_were_refused_go_alone() -> None:
    sent = package(keywords={"en": ["x", "good"], "de": ["gut"]})

    rest, losses = without_refused(sent, refused(keywords=['Tag "x" length is less than minimum 2']))

    assert rest["keywords"] == {"en": ["good"], "de": ["gut"]}
    assert len(losses) == 1


def test_a_required_field_that_was_refused_is_what_the_error_names() -> None:
    def make(data: Mapping[str, Any]) -> Any:
        if "title_translated" in data:
            return refused(title_translated=['Required language "de" missing'])
        return refused(**{"title_translated-en": ["Missing value"], "title_translated-de": ["Missing value"]})

    with pytest.raises(Refusal) as error:
        CKANTarget(Says(package_create=make, scheming_dataset_schema_show=lambda _: SCHEMA)).save(  # type: ignore[arg-type]
            package(title_translated={"en": "Trees"}), OURS
        )

    assert error.value.errors == {"title_translated": ['Required language "de" missing']}


# fields of a schema


def test_an_extra_that_a_schema_has_a_field_for_becomes_the_field_and_does_so_at_once_the_next_time() -> None:
    says = Says(package_create=lambda data: taken_as_field(data) or created(data, "theme"))
    target = CKANTarget(says)  # type: ignore[arg-type]
    extras = [{"key": "theme", "value": "x"}, {"key": "other", "value": "y"}]

    losses = [target.save({**package(extras=extras), "id": identity}, OURS).losses for identity in ("id-1", "id-2")]

    assert losses == [(), ()]
    assert says.actions == ["package_create", "package_create", "package_create"]


def taken_as_field(data: Mapping[str, Any]) -> Refusal | None:
    complaints: list[dict[str, Any]] = [{"key": ["ya existe"]} if one["key"] == "theme" else {} for one in data["extras"]]
    return refused(extras=complaints) if any(complaints) else None


def test_an_extra_is_left_out_where_the_dataset_has_the_field_as_well() -> None:
    sent: list[Mapping[str, Any]] = []

    def make(data: Mapping[str, Any]) -> Any:
        sent.append(data)
        return taken_as_field(data) or created(data, "theme")

    both = package(theme="field", extras=[{"key": "theme", "value": "extra"}])
    stored = CKANTarget(Says(package_create=make, package_revise=lambda _: {"package": {"id": "id-1", "name": "trees"}})).save(  # type: ignore[arg-type]
        both, OURS
    )

    assert sent[-1]["theme"] == "field"
    assert [loss.message for loss in stored.losses] == ["extras: 'theme': ya existe; left out"]


def test_a_field_that_ckan_complains_of_is_one_that_it_has() -> None:
    def make(data: Mapping[str, Any]) -> Any:
        return refused(theme=["none of ours"]) if data.get("theme") == "odd" else created(data, "theme")

    says = Says(package_create=make)
    target = CKANTarget(says)  # type: ignore[arg-type]

    target.save(package(theme="odd"), OURS)
    says.actions.clear()
    target.save({**package(theme="good"), "id": "id-2"}, OURS)

    assert says.actions == ["package_create"]


JUNK = "El campo [%s] no se esperaba."  # as CKAN 2.11 says it, in the language of the site


def test_a_list_of_objects_that_an_older_ckan_does_not_expect_becomes_an_extra_and_does_so_at_once_the_next_time() -> None:
    def make(data: Mapping[str, Any]) -> Any:
        if "contacts" in data:
            return refused(__junk=[JUNK % "('contacts', 0, 'email'), ('contacts', 0, 'name')"])
        return created(data)

    says = Says(package_create=make, package_revise=lambda _: {"package": {"id": "id-1", "name": "trees"}})
    target = CKANTarget(says)  # type: ignore[arg-type]
    contacts = [{"name": "Office", "email": "office@example.org"}]

    stored = target.save(package(contacts=contacts), STRICT)
    says.actions.clear()
    again = target.save({**package(contacts=contacts), "id": "id-2"}, STRICT)

    told = "contacts: this CKAN has no place for the field; kept as an extra"
    assert {loss.message for loss in stored.losses} == {loss.message for loss in again.losses} == {told}
    assert says.actions == ["package_create"]


def test_a_list_of_objects_within_a_resource_becomes_text_where_ckan_does_not_expect_it() -> None:
    sent: list[Mapping[str, Any]] = []

    def make(data: Mapping[str, Any]) -> Any:
        sent.append(data)
        if isinstance(data["resources"][0]["columns"], list):
            return refused(__junk=[JUNK % "('resources', 0, 'columns', 0, 'a')"])
        return created(data)

    stored = CKANTarget(Says(package_create=make)).save(  # type: ignore[arg-type]
        package(resources=[{"url": "http://a", "columns": [{"a": 1}]}]), OURS
    )

    assert sent[-1]["resources"] == [{"url": "http://a", "columns": '[{"a":1}]'}]
    assert stored.losses == ()
