"""Finds harvesters by entry point, makes instances of them, and checks that a class is a harvester.

Each error is for the person who wrote or installed the plugin: it names the plugin and what to do.
"""

import inspect
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from domain.deletions import DeletionPolicy
from domain.errors import PluginError, SettingError, ValidationError
from domain.nearest import did_you_mean
from harvesters.base import Harvester, on_removed
from harvesters.instead import import_hint
from harvesters.results import raised, shown, with_traceback
from harvesters.target import Target, kept_fields, name_append

if TYPE_CHECKING:
    from harvesters.options import Option

ENTRY_POINTS = "harvestlog.harvesters"
STAGES = ("gather_stage", "fetch_stage", "import_stage")
METHODS: Mapping[str, tuple[str, ...]] = {
    "info": (),
    "validate_config": ("config",),
    "validate_url": ("url",),
    "get_original_url": ("harvest_object",),
    "gather_stage": ("harvest_job",),
    "fetch_stage": ("harvest_object",),
    "import_stage": ("harvest_object",),
}
"""What each method is called with."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A harvester that an entry point names; `problem` says why it can't be used, empty when it can."""

    type: str
    place: str  # module:class
    distribution: str  # name and version
    title: str = ""
    description: str = ""
    problem: str = ""
    options: tuple["Option", ...] = ()  # that it declares


def load_harvester(source_type: str) -> type[Harvester]:
    """The harvester class of a source type. Raises SettingError that names the registered types, or PluginError."""
    points = _points().get(source_type, ())
    if not points:
        news = "A plugin that was installed after this process began is not seen: restart `harvester up`, or this worker"
        raise SettingError(f"{_unknown(source_type)}. {news}")
    if len(points) > 1:
        raise PluginError(f"{_places(points)} are all called {source_type!r}: uninstall all but one of them")
    try:
        loaded = points[0].load()
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        raise PluginError(f"harvester {_place(points[0])} can't be loaded: {raised(error)}{import_hint(error)}") from error
    if not isinstance(loaded, type):
        raise PluginError(f"harvester {_place(points[0])} must be a class, is {shown(loaded)}")
    return loaded


def new_harvester(source_type: str, kind: type[Harvester]) -> Harvester:
    """An instance of the class of a source type. Raises PluginError when it can't be made, or isn't a harvester."""
    try:
        harvester = kind()
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        raise PluginError(f"{kind.__name__}() of harvester {source_type} raised {with_traceback(error)}") from error
    if problem := _problem(source_type, kind):  # type: ignore[arg-type]  # mypy takes the class's __hash__ for its instances'
        raise PluginError(problem)
    return harvester


def validated_config(source_type: str, config: str, target: Target | None = None) -> str:
    """A source's configuration as its harvester wants it stored; it may ask the target for what the configuration names.

    Raises ValidationError: of `type` when the harvester can't be used, of `config` when it refuses the configuration.
    """
    prefix = "Error parsing the configuration options: "
    stored = _validated(source_type, "validate_config", "config", "the configuration", config, prefix, target)
    _check_policies(stored, prefix)
    _check_declared(source_type, stored, prefix)
    return stored


def _check_declared(source_type: str, config: str, prefix: str) -> None:
    """The options that the harvester's own class declares; those of a class that it inherits from are that one's to check."""
    kind = load_harvester(source_type)
    options = vars(kind).get("options")
    if options is None:
        return
    from harvesters.options import check, described, model_of

    try:
        described(model_of(options))
        check(model_of(options), config, getattr(kind, "OPTIONS", ()))
    except PluginError as error:
        raise ValidationError({"type": f"harvester {source_type} can't be used: {error}"}) from error
    except ValueError as error:
        raise ValidationError({"config": f"{prefix}{error}"}) from error


def _check_policies(config: str, prefix: str) -> None:
    """Options that mean the same for every harvester; a harvester may have a configuration that isn't JSON, without them."""
    try:
        options = json.loads(config)
        if isinstance(options, dict):
            DeletionPolicy.of(options)
            on_removed(options)
            name_append(options)
            kept_fields(options)
            if "mapping" in options:
                from harvesters.mapping.model import checked  # its library takes long to import

                checked(options["mapping"])
    except json.JSONDecodeError:
        return
    except ValueError as error:
        raise ValidationError({"config": f"{prefix}{error}"}) from error


def validated_url(source_type: str, url: str) -> str:
    """A source's address as its harvester wants it stored.

    Raises ValidationError: of `type` when the harvester can't be used, of `url` when it refuses the address.
    """
    return _validated(source_type, "validate_url", "url", "the address", url)


def _validated(
    source_type: str, method: str, field: str, what: str, value: str, prefix: str = "", target: Target | None = None
) -> str:
    harvester = _checking(source_type)
    if target is not None:
        harvester.target = target
    if not hasattr(harvester, method):
        return value
    try:
        checked: object = getattr(harvester, method)(value)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        text = str(error) if isinstance(error, ValueError) and str(error) else raised(error).splitlines()[0]
        raise ValidationError({field: f"{prefix}{text}"}) from error
    if checked is not None and not isinstance(checked, str):
        message = f"{method} of harvester {source_type} must return {what} as text, returned {shown(checked)}"
        raise ValidationError({field: message})
    return value if checked is None else checked


def _checking(source_type: str) -> Harvester:
    """An instance to check a source with. Raises ValidationError of `type`."""
    if source_type not in _points():
        raise ValidationError({"type": _unknown(source_type)})
    try:
        harvester = new_harvester(source_type, load_harvester(source_type))
        info(harvester)
    except (SettingError, PluginError) as error:
        raise ValidationError({"type": str(error).splitlines()[0]}) from error
    return harvester


def info(harvester: Harvester) -> dict[str, str]:
    """What `info` says, as text. Raises PluginError when it doesn't return a dict with a name."""
    name = type(harvester).__name__
    try:
        answer: object = harvester.info()
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        raise PluginError(f"{name}.info must return a dict with name, title and description, raised {raised(error)}") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("name"), str) or not answer["name"].strip():
        raise PluginError(f"{name}.info must return a dict with name, title and description, returned {shown(answer)}")
    return {str(key): str(value) for key, value in answer.items()}


def installed() -> list[Installed]:
    """Every harvester that an entry point names, by type; one that can't be used says why."""
    return [_look(source_type, points) for source_type, points in sorted(_points().items())]


def _look(source_type: str, points: tuple[EntryPoint, ...]) -> Installed:
    where = (" and ".join(point.value for point in points), " and ".join(map(_distribution, points)))
    try:
        kind = load_harvester(source_type)
        details = info(new_harvester(source_type, kind))
        options = declared(kind)
    except PluginError as error:
        return Installed(source_type, *where, problem=str(error).splitlines()[0])
    return Installed(source_type, *where, details.get("title", ""), details.get("description", ""), options=options)


def declared(kind: type[Harvester]) -> tuple["Option", ...]:
    """The options that a harvester declares; none where it doesn't. Raises PluginError."""
    if not (options := getattr(kind, "options", None)):
        return ()
    from harvesters.options import described, model_of  # the model's library takes long to import

    return tuple(described(model_of(options)))


@cache
def _points() -> Mapping[str, tuple[EntryPoint, ...]]:
    """By type; looking them up takes as long as tens of records. The same place named twice counts once."""
    points: dict[str, dict[str, EntryPoint]] = {}
    for point in entry_points(group=ENTRY_POINTS):
        points.setdefault(point.name, {}).setdefault(point.value, point)
    return {name: tuple(by_place.values()) for name, by_place in points.items()}


@cache
def _problem(source_type: str, kind: type) -> str:
    """What is wrong with a class, empty when it is a harvester; it is looked at once, since that takes 0.2 ms."""
    what = f"harvester {source_type} ({kind.__module__}.{kind.__qualname__})"
    missing = [name for name in STAGES if getattr(kind, name, None) in (None, *_abstract())]
    if missing:
        return f"{what} has no {' and no '.join(missing)}: a harvester subclasses harvesters.Harvester and has all three stages"
    problems = (_method_problem(kind, name) for name in METHODS)
    return next((f"{what}: {problem}" for problem in problems if problem), "")


def _abstract() -> tuple[object, ...]:
    return Harvester.gather_stage, Harvester.import_stage


def _method_problem(kind: type, name: str) -> str:
    method = getattr(kind, name, None)
    if method is None:
        return ""
    if not callable(method):
        return f"{name} must be a method, is {shown(method)}"
    if inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method):
        return f"{name} is `async def`: harvestlog calls it as a plain method, so write `def`"
    static = inspect.getattr_static(kind, name)
    parameters = METHODS[name] if isinstance(static, staticmethod | classmethod) else ("self", *METHODS[name])
    try:
        inspect.signature(method).bind(*parameters)
    except TypeError as error:
        return f"{name} must take ({', '.join(('self', *METHODS[name]))}): {error}"
    except ValueError:  # it has no signature, like a method written in C
        return ""
    return ""


def _unknown(source_type: str) -> str:
    types = sorted(_points())
    return f"Unknown harvester type: {source_type}{did_you_mean(source_type, types)}. Registered types: {types}"


def _place(point: EntryPoint) -> str:
    return f"{point.name} ({point.value}, of {_distribution(point)})"


def _places(points: Iterable[EntryPoint]) -> str:
    return " and ".join(f"{point.value} (of {_distribution(point)})" for point in points)


def _distribution(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown distribution"
