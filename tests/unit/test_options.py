"""A harvester declares its options: what is wrong with a configuration is said by name, and people can read what there is."""

from typing import Any

import pytest
from pydantic import BaseModel, Field, field_validator

from domain.deletions import DeletionPolicy
from domain.errors import ValidationError
from harvesters import CKANHarvester, Harvester, HarvestJob, HarvestObject, SourceOptions, loading
from harvesters.options import check, described

PREFIX = "Error parsing the configuration options: "


class Filter(BaseModel):
    theme: str


class FeedOptions(SourceOptions):
    page_size: int = Field(100, ge=1, le=1000, description="records asked for at a time", examples=[200])
    language: str = Field(description="of the texts", examples=["de"])
    filters: list[Filter] = Field([])

    @field_validator("language")
    @classmethod
    def _two_letters(cls, language: str) -> str:
        if len(language) != 2:
            raise ValueError(f"language must have two letters, has {len(language)}")
        return language


class Feed(Harvester):
    options = FeedOptions

    def info(self) -> dict[str, str]:
        return {"name": "feed", "title": "Feed", "description": "A feed"}

    def gather_stage(self, harvest_job: HarvestJob) -> list[str]:
        return []

    def import_stage(self, harvest_object: HarvestObject) -> bool:
        return True


class Lax(Feed):
    """Inherits what it declares."""

    def validate_config(self, config: str) -> str:
        return config


class Unsure(CKANHarvester):
    """Says nothing of its options."""


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            '{"language": "de", "pagesize": 5}',
            "unknown option 'pagesize' (did you mean page_size?); the options are page_size, ",
        ),
        ('{"language": "de", "page_size": 0}', "page_size must be greater than or equal to 1"),
        ('{"language": "de", "page_size": "many"}', "page_size must be a valid integer"),
        ("{}", "language must be given"),
        ('{"language": "german"}', "language must have two letters, has 6"),
        ('{"language": "de", "filters": [{"topic": 1}]}', "filters.0.theme must be given"),
        ('{"language": 5, "page_size": []}', "page_size must be a valid integer; language must be a valid string"),
        ('{"language": "de", "on_removed": "burn"}', "on_removed must be 'delete', 'purge' or 'keep', not 'burn'"),
        (
            '{"language": "de", "on_removed": "purged"}',
            "on_removed must be 'delete', 'purge' or 'keep', not 'purged' (did you mean purge?)",
        ),
        ('{"language": "de", "on_removed": [1]}', "on_removed must be 'delete', 'purge' or 'keep', not [1]"),
        ("[1]", "the configuration must be a JSON object"),
    ],
)
def test_what_is_wrong_is_said_with_the_name_of_the_option(config: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        check(FeedOptions, config)

    assert str(refused.value).startswith(message)


def test_a_good_configuration_becomes_the_declared_values() -> None:
    options = check(FeedOptions, '{"language": "de", "_note": "of a person", "filters": [{"theme": "water"}]}')

    assert isinstance(options, FeedOptions)
    assert (options.page_size, options.language, options.filters[0].theme) == (100, "de", "water")


def test_a_source_is_refused_by_what_its_harvester_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_points", lambda: {"feed": ()})
    monkeypatch.setattr(loading, "load_harvester", lambda _: Feed)

    with pytest.raises(ValidationError) as refused:
        loading.validated_config("feed", '{"langauge": "de"}')

    assert refused.value.errors["config"].startswith(f"{PREFIX}unknown option 'langauge' (did you mean language?)")
    assert loading.validated_config("feed", '{"language": "de"}') == '{"language": "de"}'


@pytest.mark.parametrize("kind", [Lax, Unsure])
def test_a_subclass_that_declares_nothing_itself_checks_its_options_itself(
    monkeypatch: pytest.MonkeyPatch, kind: type[Harvester]
) -> None:
    monkeypatch.setattr(loading, "_points", lambda: {"feed": ()})
    monkeypatch.setattr(loading, "load_harvester", lambda _: kind)

    assert loading.validated_config("feed", '{"anything": 1}') == '{"anything": 1}'


def test_options_are_described_with_type_default_meaning_and_example() -> None:
    options = {option.name: option for option in described(FeedOptions)}

    assert (options["page_size"].type, options["page_size"].default, options["page_size"].example) == ("integer", "100", "200")
    assert options["page_size"].meaning == "records asked for at a time"
    assert (options["language"].required, options["language"].default) == (True, "")
    assert options["on_removed"].type == '"delete" or "purge" or "keep"'
    assert options["languages"].type == "list of string"
    assert options["filters"].type == "list of object"


def test_those_of_the_ckan_harvester_have_a_meaning_and_an_example() -> None:
    assert all(option.meaning and option.example for option in loading.declared(CKANHarvester))


def test_a_harvester_without_a_model_declares_no_options() -> None:
    class Silent(Harvester):
        pass

    assert loading.declared(Silent) == ()


@pytest.mark.parametrize(
    ("config", "limit"), [({}, 20), ({"hold_deletions_percent": 30}, 30), ({"hold_deletions_count": 50}, 50)]
)
def test_deletions_wait_by_the_policy_of_the_options(config: dict[str, Any], limit: int) -> None:
    assert DeletionPolicy.of(config).limit(100, taken_over=False) == limit
