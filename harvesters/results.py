"""What the stages of a plugin hand over is checked here: each error says what was expected and what came."""

import inspect
import json
import traceback
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, cast
from uuid import UUID

import orjson

from domain import text
from domain.errors import PluginError, RemoteError
from domain.objects import ACTIONS, IMPORTED_AS
from harvesters.base import (
    Fetched,
    GatherError,
    Harvester,
    HarvestJob,
    HarvestObject,
    HarvestObjectExtra,
    Imported,
    Listed,
    Package,
    Page,
    Record,
)
from harvesters.target import Loss
from harvesters.under_way import under_way

GATHER = "Records, GatherErrors and Pages (as a generator), or a list of the ids of saved HarvestObjects"
FETCH = 'True, "unchanged", a Fetched, or False after save_object_error'
IMPORT = 'a Package, an Imported, True, "unchanged", or False after save_object_error'
SHOWN = 100  # characters
MAX_TRACEBACK = 20  # frames
MAX_CAUSES = 5  # exceptions shown of a chain
MAX_MEMBERS = 3  # exceptions shown of a group
MAX_DEPTH = 3  # groups within groups
NOT_RETURNED = "gather_stage saved it and did not return its id"
MAX_DOCUMENT = 200_000_000  # bytes; a value of PostgreSQL holds 1 GB, and is copied a few times on its way


# gather


def gathered(harvester: Harvester, job: HarvestJob) -> Iterator[Record | Listed | GatherError | Page]:
    """What gather_stage lists; objects that it saved and whose ids it returned come as Records, after all else.

    What can't be used comes as a GatherError, and then nothing counts as a full listing. Raises PluginError when the result
    as a whole isn't a listing, or nothing of it can be used, RemoteError when there is none, and whatever the plugin raises.
    """
    ids: dict[str, None] = {}
    usable, listed = True, False
    with under_way(job.objects):  # a plugin that returns ids looks its objects up
        given = harvester.gather_stage(job)
    for item in _listed(given):
        if isinstance(item, Record | Listed | GatherError | Page):
            listed = True
            yield item
        elif isinstance(item, str | UUID):
            ids[str(item)] = None
        else:
            usable = False
            yield GatherError(f"gather_stage must give {GATHER}; one of what it gave is {shown(item)}", "bad_result")
    yield from _saved(ids, job)
    yield from gather_errors(job)
    saved = {harvest_object.id for harvest_object in job.objects}
    if unknown := [item for item in ids if item not in saved]:
        first = f"{len(unknown)} of the {len(ids)} ids that gather_stage gave, {unknown[0][:SHOWN]!r} first,"
        yield GatherError(f"{first} are not those of HarvestObjects that it saved: call save() on each", "bad_result")
    if job.full_listing not in (True, False):
        yield GatherError(f"harvest_job.full_listing must be True or False, is {shown(job.full_listing)}", "bad_result")
    if not listed and (len(unknown) == len(ids) > 0 or not (usable or ids)):
        raise PluginError("nothing that gather_stage gave can be used")
    job.full_listing = job.full_listing is True and usable and not unknown


def _listed(result: Any) -> Iterator[Any]:
    if result is None:
        raise GatherFailed("gather_stage returned nothing (None): it failed, or lacks a `return`", code="gather_failed")
    wrong = isinstance(result, str | bytes | Mapping | Record | Listed | GatherError | Page | HarvestObject)
    if wrong or not isinstance(result, Iterable) or inspect.isawaitable(result):
        raise PluginError(f"gather_stage must give {GATHER}; it returned {shown(result)}{_hint(result)}")
    returned: object = yield from cast("Generator[Any, None, object]", result)
    if returned:
        raise PluginError(f"gather_stage has a `yield`, so what it returns is lost ({shown(returned)}): yield Records instead")


def _saved(ids: Iterable[str], job: HarvestJob) -> Iterator[Record]:
    """The objects that gather_stage saved, in that order; those whose ids it did not return are to be skipped."""
    wanted = frozenset(ids)
    for saved in job.objects:
        if saved.id not in wanted:
            yield Record(saved.guid, skip=NOT_RETURNED)
            continue
        extras = {extra.key: extra.value for extra in extras_of(saved)}
        status = extras.get("status", saved.action)  # how plugins for ckanext-harvest say it
        action = status if status in ACTIONS else saved.action
        yield Record(saved.guid, saved.content, action, extras, saved.metadata_modified_date)  # type: ignore[arg-type]


def gather_errors(job: HarvestJob) -> Iterator[GatherError]:
    """The errors that were saved on the job, each once."""
    errors = _as_list(job.errors)
    job.errors = []
    for error in errors:
        yield error if isinstance(error, GatherError) else GatherError(said(error))


def identity(guid: object) -> str:
    """A guid as text. Raises PluginError for what isn't one."""
    if isinstance(guid, bool) or not isinstance(guid, str | int | UUID):
        raise PluginError(f"a guid must be text, is {shown(guid)}")
    kind = str if isinstance(guid, str) else int if isinstance(guid, int) else UUID
    plain = kind.__str__(guid)  # a class of the plugin's own may do anything in str()
    cleaned = text.clean(plain).strip()
    if not cleaned:
        raise PluginError("a guid must be text, is empty")
    return cleaned


def document(content: Any) -> bytes | None:
    """Content as it is stored: a mapping or a list as JSON with sorted keys. Raises PluginError for what can't be stored."""
    return None if content is None else storable(_body(content))


def storable(body: bytes) -> bytes:
    """The document, unless it is too large for the database. Raises PluginError."""
    if len(body) > MAX_DOCUMENT:
        raise PluginError(f"its content has {len(body):,} bytes: {MAX_DOCUMENT:,} at most")
    return body


def _body(content: Any) -> bytes:
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode("utf-8", "replace")
    if isinstance(content, bytearray | memoryview):
        return bytes(content)
    if not isinstance(content, Mapping | list | tuple):
        raise PluginError(f"content must be text, bytes, or a mapping (stored as JSON), is {shown(content)}")
    try:
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # integers beyond 64 bits, lone surrogates, other mappings than dict
        return _as_json(content)


def _as_json(content: Any) -> bytes:
    plain = dict(content) if isinstance(content, Mapping) else content
    try:
        return json.dumps(plain, sort_keys=True).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise PluginError(f"content can't be stored as JSON: {error}") from error


def extra_texts(extras: object, what: str = "extras") -> dict[str, str]:
    """Extras (or validators) as text by text. Raises PluginError."""
    if type(extras) is not dict and not isinstance(extras, Mapping):
        raise PluginError(f"{what} must be a mapping of text to text, is {shown(extras)}")
    return text.extras(extras)


# fetch and import


def fetched(result: Any, view: HarvestObject, guid: str) -> Fetched | Literal["unchanged"] | None:
    """The result of fetch_stage, None for True; the object, which had that guid, is checked too.

    Raises PluginError, StageFailed for False.
    """
    _check_object(view, guid)
    if result is True:
        return None
    if isinstance(result, Fetched):
        return result
    if isinstance(result, str) and result == "unchanged":
        return "unchanged"
    raise _refused("fetch_stage", FETCH, result, view, "fetch_failed")


def imported(result: Any, view: HarvestObject, guid: str) -> Package | Imported | Literal["unchanged"] | None:
    """The result of import_stage, None for True; the object, which had that guid, is checked too.

    Raises PluginError, StageFailed for False.
    """
    _check_object(view, guid)
    if result is True:
        return None
    if isinstance(result, str) and result == "unchanged":
        return "unchanged"
    if isinstance(result, Package):
        return _checked_package(result, view)
    if isinstance(result, Imported):
        return _checked_import(result)
    raise _refused("import_stage", IMPORT, result, view, "import_failed")


class GatherFailed(RemoteError):
    """gather_stage returned None: it failed, and should have said why by save_gather_error."""


class StageFailed(PluginError):
    """A stage returned False or None: it failed, and should have said why by save_object_error."""


def _refused(stage: str, expected: str, result: Any, view: HarvestObject, code: str) -> PluginError:
    if result is False:
        return StageFailed(f"{stage} returned False for {view.guid}, and saved no error that says why", code)
    kind = StageFailed if result is None else PluginError
    return kind(f"{stage} returned {shown(result)} for {view.guid}{_hint(result)}; expected {expected}", code)


def _checked_package(package: Package, view: HarvestObject) -> Package:
    if not isinstance(package.fields, Mapping):
        raise PluginError(f"Package(fields): fields must be a mapping, is {shown(package.fields)}")
    if view.action == "delete":
        message = "import_stage returned a Package for a record that is to be deleted"
        raise PluginError(f"{message}: when harvest_object.action is 'delete', return self.delete_package(harvest_object)")
    return package


def _checked_import(result: Imported) -> Imported:
    if result.status not in IMPORTED_AS:
        raise PluginError(f"Imported(status) must be one of {', '.join(IMPORTED_AS)}, is {shown(result.status)}")
    if result.package_id is None or isinstance(result.package_id, str):
        return result
    if isinstance(result.package_id, UUID):
        return Imported(str(result.package_id), result.status)
    raise PluginError(f"Imported(package_id) must be text or None, is {shown(result.package_id)}")


def _check_object(view: HarvestObject, guid: str) -> None:
    """What a stage set on its object."""
    if view.guid is not guid:
        view.guid = identity(view.guid)
    if isinstance(view.content, bytes | bytearray):
        view.content = view.content.decode("utf-8", "replace")
    if not (view.content is None or isinstance(view.content, str)):
        raise PluginError(f"harvest_object.content must be text, is {shown(view.content)}")
    if not (view.package_id is None or isinstance(view.package_id, str | UUID)):
        raise PluginError(f"harvest_object.package_id must be text or None, is {shown(view.package_id)}")
    extras_of(view)


def extras_of(view: HarvestObject) -> list[HarvestObjectExtra]:
    """The extras of an object. Raises PluginError."""
    if not isinstance(view.extras, list):
        raise PluginError(f"harvest_object.extras must be a list of HarvestObjectExtra, is {shown(view.extras)}")
    for extra in view.extras:
        if type(extra) is not HarvestObjectExtra and not (hasattr(extra, "key") and hasattr(extra, "value")):
            raise PluginError(f"harvest_object.extras must be a list of HarvestObjectExtra, holds {shown(extra)}")
    return view.extras


def saved_errors(view: HarvestObject) -> list[tuple[str, str, int | None]]:
    """Message, stage and line of the errors that were saved on an object; whatever lies there instead, as a message."""
    errors = _as_list(view.errors)
    view.errors = []
    return [_saved_error(error) for error in errors]


def saved_warnings(view: HarvestObject) -> list[Loss]:
    """The warnings of an object; whatever else lies there, as the message of one."""
    warnings = _as_list(view.warnings)
    view.warnings = []
    return [warning if isinstance(warning, Loss) else Loss(said(warning)) for warning in warnings if warning is not None]


def _as_list(values: object) -> list[Any]:
    """What a plugin put where a list is: one thing is a list of one."""
    return values if isinstance(values, list) else [values]


def _saved_error(error: Any) -> tuple[str, str, int | None]:
    if isinstance(error, tuple) and len(error) == 3:
        message, stage, line = error
        return said(message), said(stage)[:SHOWN], line if isinstance(line, int) else None
    return said(error), "Fetch", None


# words


def said(value: object) -> str:
    """Text of whatever a plugin hands over as text, fit to be stored; of an error without text, its kind."""
    if isinstance(value, BaseException) and value.args == (None,):
        return type(value).__name__
    try:
        words = str(value)
    except BaseException as error:
        return f"{type(value).__name__}, whose text can't be had ({type(error).__name__})"
    return text.message(words or type(value).__name__)


def raised(error: BaseException, depth: int = 0) -> str:
    """An exception in words: its kind, and what it says; of a group also what its first members say."""
    words = said(error)
    kind = type(error).__name__
    line = kind if words == kind else f"{kind}: {words}"
    if isinstance(error, BaseExceptionGroup) and depth < MAX_DEPTH:
        members: Sequence[BaseException] = BaseExceptionGroup.exceptions.__get__(error)
        more = "; …" if len(members) > MAX_MEMBERS else ""
        line += f": {'; '.join(raised(member, depth + 1) for member in members[:MAX_MEMBERS])}{more}"
    return line


def with_traceback(error: BaseException) -> str:
    """The exception first, for lists that show one line, then where it came from, then the exceptions that led to it."""
    return "caused by ".join(f"{raised(cause)}\n{_frames(cause)}" for cause in _causes(error))


def _frames(error: BaseException) -> str:
    return "".join(traceback.format_tb(error.__traceback__, limit=-MAX_TRACEBACK))


def _causes(error: BaseException) -> list[BaseException]:
    """The exception and those that led to it, the last one first, as Python's own traceback follows them."""
    causes = [error]
    while len(causes) < MAX_CAUSES:
        last = causes[-1]
        cause = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
        if cause is None or any(cause is earlier for earlier in causes):
            break
        causes.append(cause)
    return causes


def shown(value: object) -> str:
    """A value with its type, cut when it is long."""
    if value is None or isinstance(value, bool):
        return repr(value)
    kind = type(value).__name__
    try:
        words = repr(value)
    except BaseException:
        return _a(kind)
    words = words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
    return f"{_a(kind)}: {text.clean(words)}"


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiouAEIOU" else f"a {kind}"


def _hint(result: Any) -> str:
    """What its author probably meant."""
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()  # it never runs: Python would warn of it
        return " (is it `async def`? harvestlog calls it as a plain method)"
    if inspect.isasyncgen(result):
        return " (it is an asynchronous generator: write `def`)"
    if inspect.isgenerator(result):
        return " (it has a `yield`: this stage returns one result)"
    if result is None:
        return " (is a `return` missing?)"
    if isinstance(result, Mapping):
        return " (to store a dataset, return Package(fields))"
    if isinstance(result, HarvestObject):
        return " (its id was expected)"
    if isinstance(result, str) and result in IMPORTED_AS:
        return f' (to say what was done, return Imported(package_id, "{result}"))'
    return ""


def seconds(value: object) -> float | None:
    """What a plugin says as seconds, None when that isn't a number."""
    try:
        return None if value is None else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
