"""A plugin that can't be used says which it is and why: when its source is entered, and in the job where it was to run."""

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from domain.errors import PluginError, SettingError, ValidationError
from harvesters import Harvester, loading
from tests.unit import test_plugin_loading as this  # the module that entry points name

MODULE = "tests.unit.test_plugin_loading"


class Good(Harvester):
    """All it needs."""

    def info(self) -> dict[str, str]:
        return {"name": "good", "title": "Good", "description": "All it needs"}

    def gather_stage(self, harvest_job: Any) -> list[str]:
        return []

    def import_stage(self, harvest_object: Any) -> bool:
        return True


class WithoutImport(Harvester):
    """No import_stage."""

    def gather_stage(self, harvest_job: Any) -> list[str]:
        return []


class OfAnotherBase:
    """Only gathers, and is no Harvester."""

    def gather_stage(self, harvest_job: Any) -> list[str]:
        return []


class BadStart(Good):
    """Can't be made."""

    def __init__(self) -> None:
        raise KeyError("API_KEY")


class Exits(Good):
    """Ends the process when it is made."""

    def __init__(self) -> None:
        raise SystemExit(3)


class WantsMore(Good):
    """Its __init__ takes an argument."""

    def __init__(self, session: Any) -> None:
        self.session = session


class Async(Good):
    """A stage that is a coroutine."""

    async def import_stage(self, harvest_object: Any) -> bool:  # type: ignore[override]
        return True


class BadSignature(Good):
    """A stage that takes another number of arguments."""

    def fetch_stage(self) -> bool:  # type: ignore[override]
        return True


class StageIsData(Good):
    """A stage that is no method."""

    fetch_stage = True  # type: ignore[assignment]


class Static(Good):
    """A stage that needs no instance."""

    @staticmethod
    def fetch_stage(harvest_object: Any) -> bool:
        return True


class Nameless(Good):
    """Its info has no name."""

    def info(self) -> dict[str, str]:
        return {"title": "Nameless"}


class InfoRaises(Good):
    """Its info raises."""

    def info(self) -> dict[str, str]:
        raise AttributeError("no plugin.toml")


NOT_A_CLASS = Good()


class Config(Good):
    """`answer` is what validate_config returns or raises."""

    answer: Any = None

    def validate_config(self, config: str) -> str:
        if isinstance(self.answer, BaseException):
            raise self.answer
        answer: str = self.answer
        return answer


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, loading.ENTRY_POINTS)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Entry points by their name and place."""

    def install(*points: tuple[str, str]) -> None:
        monkeypatch.setattr(loading, "entry_points", lambda group: [point(name, value) for name, value in points])
        loading._points.cache_clear()

    yield install
    loading._points.cache_clear()


def use(name: str) -> Harvester:
    """What a worker does."""
    return loading.new_harvester(name, loading.load_harvester(name))


BROKEN = {
    "WithoutImport": f"harvester x ({MODULE}.WithoutImport) has no import_stage: a harvester subclasses harvesters.Harvester",
    "OfAnotherBase": f"harvester x ({MODULE}.OfAnotherBase) has no fetch_stage and no import_stage: a harvester subclasses",
    "BadStart": "BadStart() of harvester x raised KeyError: 'API_KEY'",
    "Exits": "Exits() of harvester x raised SystemExit: 3",
    "WantsMore": "WantsMore() of harvester x raised TypeError: ",
    "Async": f"harvester x ({MODULE}.Async): import_stage is `async def`: harvestlog calls it",
    "BadSignature": f"harvester x ({MODULE}.BadSignature): fetch_stage must take (self, harvest_object): too many positional",
    "StageIsData": f"harvester x ({MODULE}.StageIsData): fetch_stage must be a method, is True",
    "NOT_A_CLASS": f"harvester x ({MODULE}:NOT_A_CLASS, of an unknown distribution) must be a class, is a Good: ",
    "Missing": f"harvester x ({MODULE}:Missing, of an unknown distribution) can't be loaded: AttributeError: ",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_told_to_the_worker(install: Callable[..., None], name: str) -> None:
    install(("x", f"{MODULE}:{name}"))

    with pytest.raises(PluginError) as refused:
        use("x")

    assert str(refused.value).startswith(BROKEN[name])


@pytest.mark.parametrize("name", [*BROKEN, "Nameless", "InfoRaises"])
def test_no_source_can_be_entered_for_a_broken_plugin_and_the_fault_is_not_its_config(
    install: Callable[..., None], name: str
) -> None:
    install(("x", f"{MODULE}:{name}"))

    with pytest.raises(ValidationError) as refused:
        loading.validated_config("x", "{}")

    assert refused.value.errors.keys() == {"type"}
    assert "\n" not in refused.value.errors["type"]


@pytest.mark.parametrize("module", ["harvest_that_is_not_there", f"{MODULE.rpartition('.')[0]}.broken_module"])
def test_an_entry_point_that_cannot_be_imported_is_named(install: Callable[..., None], module: str) -> None:
    install(("x", f"{module}:Harvester"))

    with pytest.raises(PluginError, match=rf"harvester x \({module}:Harvester, .*can't be loaded: ModuleNotFoundError"):
        use("x")


def test_a_type_that_is_not_installed_here_says_what_is_and_what_to_do(install: Callable[..., None]) -> None:
    install(("good", f"{MODULE}:Good"))

    with pytest.raises(SettingError) as refused:
        use("feed")

    assert str(refused.value).startswith("Unknown harvester type: feed. Registered types: ['good']. ")
    assert "restart `harvester up`" in str(refused.value)


def test_two_plugins_of_one_name_are_refused_and_both_are_named(install: Callable[..., None]) -> None:
    install(("x", f"{MODULE}:Good"), ("x", f"{MODULE}:Static"))

    with pytest.raises(PluginError) as refused:
        use("x")

    both = f"{MODULE}:Good (of an unknown distribution) and {MODULE}:Static (of an unknown distribution)"
    assert str(refused.value) == f"{both} are all called 'x': uninstall all but one of them"


def test_one_plugin_that_is_found_twice_is_one(install: Callable[..., None]) -> None:
    install(("x", f"{MODULE}:Good"), ("x", f"{MODULE}:Good"))

    assert isinstance(use("x"), this.Good)


@pytest.mark.parametrize("name", ["Good", "Static", "Config"])
def test_a_good_plugin_is_made(install: Callable[..., None], name: str) -> None:
    install(("x", f"{MODULE}:{name}"))

    assert type(use("x")).__name__ == name


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (ValueError("page_size must be a number"), "Error parsing the configuration options: page_size must be a number"),
        (KeyError("url"), "Error parsing the configuration options: KeyError: 'url'"),
        (ValueError(), "Error parsing the configuration options: ValueError"),
        (SystemExit(2), "Error parsing the configuration options: SystemExit: 2"),
        (AssertionError(), "Error parsing the configuration options: AssertionError"),
        ({"a": 1}, "validate_config of harvester x must return the configuration as text, returned a dict: {'a': 1}"),
        (True, "validate_config of harvester x must return the configuration as text, returned True"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_configuration_is_refused_with_the_plugins_words(
    install: Callable[..., None], monkeypatch: pytest.MonkeyPatch, answer: Any, message: str
) -> None:
    install(("x", f"{MODULE}:Config"))
    monkeypatch.setattr(this.Config, "answer", answer)

    with pytest.raises(ValidationError) as refused:
        loading.validated_config("x", "{}")

    assert refused.value.errors == {"config": message}


@pytest.mark.parametrize(("answer", "stored"), [(None, "{}"), ('{"a": 1}', '{"a": 1}')])
def test_a_configuration_is_stored_as_the_plugin_returns_it(
    install: Callable[..., None], monkeypatch: pytest.MonkeyPatch, answer: Any, stored: str
) -> None:
    install(("x", f"{MODULE}:Config"))
    monkeypatch.setattr(this.Config, "answer", answer)

    assert loading.validated_config("x", "{}") == stored


def test_all_plugins_are_listed_and_a_broken_one_says_why(install: Callable[..., None]) -> None:
    install(("good", f"{MODULE}:Good"), ("bad", f"{MODULE}:WithoutImport"), ("twice", "a:B"), ("twice", "c:D"))

    bad, good, twice = loading.installed()

    assert (good.type, good.title, good.problem) == ("good", "Good", "")
    assert (bad.type, "has no import_stage" in bad.problem) == ("bad", True)
    assert (twice.place, "all called 'twice'" in twice.problem) == ("a:B and c:D", True)
