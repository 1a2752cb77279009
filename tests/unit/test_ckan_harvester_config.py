"""Options of a CKAN source: what is refused, in which words, and what filters mean."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from domain.errors import TargetError, ValidationError
from harvesters.base import HarvestSource
from harvesters.ckan import CKANHarvester
from harvesters.ckan.config import CKANConfig
from harvesters.loading import validated_config


def refused(**options: Any) -> str:
    """The message with which a configuration is refused."""
    with pytest.raises(ValueError) as caught:
        CKANHarvester().validate_config(json.dumps(options))
    return str(caught.value)


def read(**options: Any) -> CKANConfig:
    return CKANConfig.read(json.dumps(options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"api_version": "three"}, "api_version must be an integer"),
        ({"api_version": None}, "api_version must be an integer"),
        ({"api_version": float("inf")}, "api_version must be an integer"),
        ({"default_tags": "geo"}, "default_tags must be a list"),
        ({"default_tags": ["geo"]}, "default_tags must be a list of dictionaries"),
        ({"default_tags": [{"name": "geo"}, "namibia"]}, "default_tags must be a list of dictionaries"),
        ({"default_tags": [{}]}, "default_tags: every tag needs a name"),
        ({"default_groups": "group1"}, "default_groups must be a *list* of group names/ids"),
        ({"default_groups": [{"name": "a"}]}, "default_groups must be a list of group names/ids (i.e. strings)"),
        ({"default_extras": "a"}, "default_extras must be a dictionary"),
        ({"default_extras": {"link": "{nothing}"}}, "default_extras, link: unknown placeholder {nothing}"),
        ({"default_extras": {"link": "{dataset_id.__class__}"}}, "default_extras, link: unknown placeholder"),
        ({"default_extras": {"link": "{dataset_id:>1000000000}"}}, "default_extras, link: unknown placeholder"),
        ({"default_extras": {"link": "a { brace"}}, "default_extras, link: "),
        ({"read_only": "yes"}, "read_only must be boolean"),
        ({"force_all": 1}, "force_all must be boolean"),
        ({"user": 5}, "user must be the name of a user"),
        ({"organizations_filter_include": "org1"}, "organizations_filter_include must be a list of names"),
        ({"groups_filter_exclude": [1]}, "groups_filter_exclude must be a list of names"),
        ({"on_taken_id": "steal"}, 'on_taken_id must be "error" or "adopt"'),
        ({"include_private": "yes"}, "include_private must be boolean"),
        ({"full_listing_days": -1}, "full_listing_days must be a number of days from 0 (never by itself) to 3650"),
        ({"full_listing_days": "weekly"}, "full_listing_days must be a number of days"),
        ({"grups_filter_include": ["a"]}, "unknown option 'grups_filter_include' (did you mean groups_filter_include?)"),
        ({"API_KEY": "a"}, "unknown option 'API_KEY' (did you mean api_key?)"),
        ({"rows": 10}, "unknown option 'rows'; the options are api_key, "),
        ({"page_size": 0}, "page_size must be an integer from 1 to 1000"),
        ({"page_size": True}, "page_size must be an integer from 1 to 1000"),
        ({"api_key": "two\nlines"}, "api_key must be one line of ASCII text"),
        ({"user_agent": ["a"]}, "user_agent must be one line of ASCII text"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, Any], message: str) -> None:
    assert message in refused(**options)


@pytest.mark.parametrize(
    "config",
    [
        '{"default_tags": [{"name": "x,y"}], "clean_tags": true}',
        '{"default_tags": [{"name": "a", "vocabulary_id": "letters"}]}',
        '{"default_extras": {"title": "a"}, "mapping": [{"rule": "rename", "field": "extras.title", "to": "notes"}]}',
        '{"clean_tags": null, "override_extras": "yes", "api_version": 2.0}',
    ],
)
def test_what_becomes_of_it_later_may_be_right(config: str) -> None:
    assert CKANHarvester().validate_config(config) == config


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        *((value, True) for value in (True, 1, "True", "on", "Yes ")),
        *((value, False) for value in (False, None, 0, "", "False", "no", "off", "0")),
    ],
)
@pytest.mark.parametrize("name", ["clean_tags", "override_extras"])
def test_a_flag_that_ckanext_harvest_never_checked_means_what_it_says(name: str, value: Any, meaning: bool) -> None:
    assert getattr(read(**{name: value}), name) is meaning


@pytest.mark.parametrize(
    ("options", "meaning"),
    [
        ({"clean_tags": "oui"}, {"clean_tags": True}),
        ({"clean_tags": 2}, {"clean_tags": True}),
        ({"override_extras": [1]}, {"override_extras": True}),
        ({"api_version": 2.5}, {"api_version": 2}),
        ({"remote_groups": "Create"}, {"remote_groups": None}),
    ],
)
def test_a_source_that_was_stored_with_an_odd_option_is_harvested_as_ever(
    options: dict[str, Any], meaning: dict[str, Any]
) -> None:
    stored = read(**options)

    assert {name: getattr(stored, name) for name in meaning} == meaning
    assert refused(**options)


def test_a_plugins_source_that_was_stored_with_a_name_of_a_language_is_harvested_as_ever() -> None:
    class WithLanguages(CKANHarvester):
        options = "harvesters:SourceOptions"

    source = HarvestSource("1", "s", "S", "http://127.0.0.1/s", "feed", '{"languages": ["German"]}')

    assert WithLanguages().read_options(source).languages == ["German"]


@pytest.mark.parametrize("word", ["recreate", "do_not_create", "create_all", "local", "no"])
def test_words_that_were_always_ignored_are_not_taken_for_misspelt_ones(word: str) -> None:
    config = json.dumps({"remote_orgs": word})

    assert CKANHarvester().validate_config(config) == config


def test_blanks_around_a_name_in_a_filter_are_none_of_it() -> None:
    assert read(organizations_filter_include=[" a\n"]).search_terms(None) == '+(organization:"a")'


@pytest.mark.parametrize("kind", ["organizations", "groups"])
def test_a_filter_includes_or_excludes(kind: str) -> None:
    message = refused(**{f"{kind}_filter_include": ["a"], f"{kind}_filter_exclude": ["b"]})

    assert message == f"Harvest configuration cannot contain both {kind}_filter_include and {kind}_filter_exclude"


@pytest.mark.parametrize("kind", ["organizations", "groups"])
@pytest.mark.parametrize(("include", "exclude"), [([], ["b"]), (["a"], []), ([], [])])
def test_an_empty_filter_may_stand_next_to_a_filled_one(kind: str, include: list[str], exclude: list[str]) -> None:
    config = {f"{kind}_filter_include": include, f"{kind}_filter_exclude": exclude}

    terms = CKANConfig.read(CKANHarvester().validate_config(json.dumps(config))).search_terms(None)

    assert terms.count(":") == len(include) + len(exclude)


@pytest.mark.parametrize("config", ["[1]", "{", "nonsense"])
def test_what_is_no_json_object_is_refused(config: str) -> None:
    with pytest.raises(ValueError):
        CKANHarvester().validate_config(config)


@pytest.mark.parametrize(
    "config",
    [
        "",
        "{}",
        '{"api_version": "3", "user": "harvest", "read_only": true, "force_all": false, "page_size": 1000}',
        '{"default_extras": {"a": "{dataset_id} {{x}}", "n": 5}, "on_taken_id": "adopt", "remote_groups": "whatever"}',
        '{"_note": "for people", "api_key": "s3cr3t", "user_agent": "me", "include_private": true, "full_listing_days": 1.5}',
        '{"default_groups": ["a"], "default_group_dicts": [{"id": "a"}]}',
    ],
)
def test_a_good_configuration_is_stored_as_it_is(config: str) -> None:
    assert CKANHarvester().validate_config(config) == config


def test_options_of_a_subclass_are_its_own() -> None:
    class Own(CKANHarvester):
        """Says nothing of its options."""

    class Declared(CKANHarvester):
        """Has one more option."""

        OPTIONS = frozenset({"spatial_only"})

    assert Own().validate_config('{"anything": 1}') == '{"anything": 1}'
    assert Declared().validate_config('{"spatial_only": true, "page_size": 5}')
    with pytest.raises(ValueError, match="did you mean spatial_only"):
        Declared().validate_config('{"spatial": true}')


def test_private_datasets_are_asked_for_on_demand() -> None:
    assert read(include_private=True, api_key="k").params == {"include_private": "true"}
    assert read(api_key="k").params == {}


def test_included_names_are_alternatives_in_parentheses() -> None:
    config = read(organizations_filter_include=["b", "a"], groups_filter_exclude=["x", 'y"z'])

    terms = config.search_terms(None)

    assert terms == '+(organization:"a" OR organization:"b") -groups:"x" -groups:"y\\"z"'


def test_the_date_is_earlier_and_in_utc_since_a_site_may_write_its_local_time() -> None:
    since = datetime(2024, 3, 1, 12, 30, 15, 999, tzinfo=UTC)

    assert read().search_terms(since) == "+metadata_modified:[2024-02-29T23:30:15Z TO *]"


def test_a_date_of_another_zone_is_converted() -> None:
    since = datetime(2024, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))

    assert read().search_terms(since) == "+metadata_modified:[2024-02-29T21:00:00Z TO *]"


@pytest.mark.parametrize(
    ("options", "package", "wanted"),
    [
        ({"organizations_filter_include": ["a", "b"]}, {"organization": {"name": "b"}}, True),
        ({"organizations_filter_include": ["a", "b"]}, {"organization": {"name": "c"}}, False),
        ({"organizations_filter_include": ["a"]}, {"organization": None}, False),
        ({"organizations_filter_include": ["a"]}, {"organization": ["odd"]}, False),
        ({"organizations_filter_include": []}, {}, True),
        ({"organizations_filter_exclude": ["a"]}, {"organization": {"name": "a"}}, False),
        ({"organizations_filter_exclude": ["a"]}, {}, True),
        ({"groups_filter_include": ["g"]}, {"groups": [{"name": "f"}, {"name": "g"}]}, True),
        ({"groups_filter_include": ["g"]}, {"groups": "g"}, False),
        ({"groups_filter_exclude": ["g"]}, {"groups": [{"name": "f"}, {"name": "g"}]}, False),
    ],
)
def test_filters_hold_whatever_the_remote_sends(options: Any, package: dict[str, Any], wanted: bool) -> None:
    assert read(**options).accepts(package) is wanted


def test_the_api_key_is_sent_and_not_shown() -> None:
    config = read(api_key=" s3cr3t ", user_agent="me/1.0")

    assert config.headers == {
        "Authorization": "s3cr3t",
        "X-CKAN-API-Key": "s3cr3t",
        "User-Agent": "me/1.0",
    }
    assert "s3cr3t" not in repr(config)


class Asked:
    """A target that has one group, one vocabulary and one user."""

    def resolve_group(self, group: Mapping[str, Any], *, create: bool) -> Mapping[str, Any] | None:
        return {"id": "g", "name": "science"} if "science" in group.values() else None

    def resolve_vocabulary(self, id_or_name: str) -> str | None:
        return "v" if id_or_name == "topics" else None

    def has_user(self, id_or_name: str) -> bool:
        return id_or_name == "harvest"


class Away(Asked):
    """A target that can't be asked now."""

    def resolve_group(self, group: Mapping[str, Any], *, create: bool) -> Mapping[str, Any] | None:
        raise TargetError("away", code="unreachable", retryable=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"default_groups": ["science", "sience"]}, "Default group not found: sience"),
        ({"user": "nobody"}, "User not found: nobody"),
        ({"default_tags": [{"name": "a", "vocabulary_id": "other"}]}, "default_tags: vocabulary not found: other"),
    ],
)
def test_what_the_target_lacks_is_named_when_the_source_is_entered(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validated_config("ckan", json.dumps(options), Asked())  # type: ignore[arg-type]

    assert caught.value.errors == {"config": f"Error parsing the configuration options: {message}"}


class Making(Asked):
    """A target that makes the groups that a source names."""

    makes_default_groups = True


@pytest.mark.parametrize("name", ["My Group", "Parks", "g"])
def test_a_group_that_would_be_made_needs_a_valid_name(name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validated_config("ckan", json.dumps({"default_groups": ["parks", name]}), Making())  # type: ignore[arg-type]

    message = f"default_groups: {name!r} is no name of a group: 2 to 100 of a-z, 0-9, - and _"
    assert caught.value.errors == {"config": f"Error parsing the configuration options: {message}"}


@pytest.mark.parametrize("target", [Asked(), None])
def test_what_the_target_has_is_accepted_and_so_is_everything_without_one(target: Any) -> None:
    config = json.dumps(
        {"default_groups": ["science"], "user": "harvest", "default_tags": [{"name": "a", "vocabulary_id": "topics"}]}
    )

    assert validated_config("ckan", config, target) == config


def test_the_example_of_the_readme_is_accepted() -> None:
    """ckanext-harvest refuses it, since both filters are there."""
    example = {
        "api_version": 1,
        "default_tags": [{"name": "geo"}, {"name": "namibia"}],
        "default_groups": ["science", "spend-data"],
        "default_extras": {"encoding": "utf8", "harvest_url": "{harvest_source_url}/dataset/{dataset_id}"},
        "override_extras": True,
        "organizations_filter_include": [],
        "organizations_filter_exclude": ["remote-organization"],
        "user": "harvest",
        "api_key": "<REMOTE_API_KEY>",
        "read_only": True,
        "remote_groups": "only_local",
        "remote_orgs": "create",
    }

    assert validated_config("ckan", json.dumps(example)) == json.dumps(example)


def test_a_source_can_be_entered_while_the_target_is_away() -> None:
    config = json.dumps({"default_groups": ["sience"]})

    assert validated_config("ckan", config, Away()) == config  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"api_version": 4}, "api_version must be an integer: 1, 2 or 3"),
        ({"api_version": True}, "api_version must be an integer: 1, 2 or 3"),
        ({"default_tags": [{"name": "a", "vocabulary_id": 7}]}, "default_tags: vocabulary_id must be the id or name"),
        ({"api_version": 2.5}, "api_version must be an integer: 1, 2 or 3"),
        ({"clean_tags": "maybe"}, "clean_tags must be boolean"),
        ({"override_extras": [True]}, "override_extras must be boolean"),
        ({"remote_groups": "Create"}, 'must be "only_local" or "create", not \'Create\' (did you mean create?)'),
        ({"remote_orgs": "only local"}, "not 'only local' (did you mean only_local?)"),
        ({"organizations_filter_include": ["a", " "]}, "organizations_filter_include must be a list of names; one of them is"),
        ({"default_groups": [""]}, "default_groups must be a list of group names/ids (i.e. strings); one of them is empty"),
        ({"default_tags": [{"name": "geo"}, {"name": "x,y"}]}, "default_tags: 'x,y' has other characters than letters"),
        ({"default_tags": [{"name": "a"}]}, "default_tags: 'a' is shorter than 2 characters"),
        ({"default_extras": {" ": "a"}}, "default_extras: every extra needs a key"),
        ({"default_extras": {"title": "a"}}, "default_extras, title: datasets have a field of that name; a rule of mapping"),
        ({"default_extras": {"link": "{Dataset_id}"}}, "unknown placeholder {Dataset_id} (did you mean dataset_id?)"),
        ({"default_extras": {"link": "{dataset_id!r}"}}, "unknown placeholder {dataset_id!r}"),
        ({"languages": ["de", "German"]}, "languages: 'German' is no code of a language, as de, en or pt-BR are"),
        ({"dataset_name_append": "hex"}, "dataset_name_append must be 'number-sequence' or 'random-hex'"),
        ({"not_overwrite_fields": "notes"}, "not_overwrite_fields must be a valid list"),
    ],
)
def test_a_wrong_value_of_a_newer_option_is_named(options: dict[str, Any], message: str) -> None:
    assert message in refused(**options)
