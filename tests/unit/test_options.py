"""A harvester declares its options: what is wrong with a configuration is said by name, and people can read what there is."""

from collections.abc import Callable
from enum import Enum
from importlib.metadata import EntryPoint
from typing import Any, Literal

import pytest
from pydantic import AliasChoices, BaseModel, Field, SecretStr, field_validator

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


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class OddOptions(SourceOptions):
    page_size: int = Field(10, alias="page-size", description="records")
    colour: Colour = Field(Colour.RED, validation_alias=AliasChoices("color", "colour"))
    nested: Filter | None = None
    kinds: dict[str, int] = Field(default_factory=dict)
    token: Literal["a", "b"] = "a"
    checked: str = ""
    silent: str = ""

    @field_validator("checked")
    @classmethod
    def _known(cls, value: str) -> str:
        return {"known": value}[value]

    @field_validator("silent")
    @classmethod
    def _refused(cls, value: str) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ('{"page_size": 5}', "unknown option 'page_size' (did you mean page-size?); the options are page-size, color, "),
        ('{"page-size": "x"}', "page-size must be a valid integer"),
        ('{"color": "green"}', "color must be 'red' or 'blue'"),
        ('{"nested": {}}', "nested.theme must be given"),
        ('{"nested": 1}', "nested must be a valid dictionary"),
        ('{"kinds": {"a": "b"}}', "kinds.a must be a valid integer"),
        ('{"checked": "other"}', "the plugin can't check these options: a validator of OddOptions raised KeyError: 'other'"),
        ('{"silent": "x"}', "silent is refused by the harvester, which doesn't say why"),
        ('{"token": "s3cret"}', "token must be 'a' or 'b'"),
    ],
)
def test_odd_declarations_are_refused_in_words_as_well(config: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        check(OddOptions, config)

    assert str(refused.value).startswith(message)
    assert "s3cret" not in str(refused.value)


def test_options_are_taken_and_shown_by_the_names_that_a_configuration_has() -> None:
    options = check(OddOptions, '{"page-size": 5, "colour": "blue"}')
    shown = {option.name: option for option in described(OddOptions)}

    assert isinstance(options, OddOptions)
    assert (options.page_size, options.colour) == (5, Colour.BLUE)
    assert [*shown][:4] == ["page-size", "color", "nested", "kinds"]
    assert (shown["color"].type, shown["color"].default) == ('"red" or "blue"', '"red"')
    assert (shown["nested"].type, shown["kinds"].type) == ("object", "object")


class SecretOptions(SourceOptions):
    pin: SecretStr = SecretStr("")


class NotShown(SourceOptions):
    call: Callable[[], None] = print


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (SecretOptions, "its option 'pin' is a secret, but only options whose names end with password, token, "),
        (NotShown, "its options NotShown can't be shown: "),
        ("nowhere.at_all:Options", "its options are to be in nowhere.at_all:Options, which can't be imported: Module"),
        ("json:Options", "its options are to be in json:Options, which can't be imported: AttributeError"),
        ({"page_size": 5}, "its options must be a pydantic model, such as a subclass of SourceOptions; they are a dict"),
    ],
)
def test_a_declaration_that_cant_be_used_is_a_problem_of_its_plugin_alone(
    monkeypatch: pytest.MonkeyPatch, options: Any, problem: str
) -> None:
    kind = type("Odd", (Feed,), {"options": options})
    point = EntryPoint("odd", "odd:Odd", loading.ENTRY_POINTS)
    monkeypatch.setattr(loading, "_points", lambda: {"odd": (point,)})
    monkeypatch.setattr(loading, "load_harvester", lambda _: kind)

    (plugin,) = loading.installed()
    with pytest.raises(ValidationError) as refused:
        loading.validated_config("odd", "{}")

    assert plugin.problem.startswith(problem)
    assert refused.value.errors["type"].startswith(f"harvester odd can't be used: {problem}")


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
