"""Actions on sources: create, change, show, list; and which harvesters there are."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from adapters.actions.parameters import ById, Limit, Offset, Parameters, Reference
from adapters.actions.reading import seen_source, source_row
from adapters.actions.session import Session
from adapters.actions.source_lists import is_plain, selected, troubles
from adapters.actions.source_versions import check_version, with_version
from adapters.actions.table import action, always, even_out
from adapters.postgres.read_model.api_queries import ApiReads
from adapters.postgres.read_model.queries import Row
from adapters.postgres.read_model.source_facts import SORTS
from domain.access import Owned, Right, sight
from domain.errors import Conflict, NotFound, Refused, ValidationError
from domain.nearest import unknown
from domain.secrets import mask_config, mask_url, unmask_config
from domain.sources import HarvestSource, SourceFields

if TYPE_CHECKING:
    from harvesters.target import Target


def _as_text(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else value


NAMES = {"type": "source_type"}
"""Fields of the domain that ckanext-harvest's actions call otherwise."""

Config = Annotated[str, BeforeValidator(_as_text)]
"""The harvester's configuration: JSON text, or the object itself."""


class Entered(Parameters):
    """What a person enters for a source. `source_type`: the name of a harvester."""

    name: str = ""
    url: str = ""
    source_type: str = ""
    title: str = ""
    notes: str = ""
    config: Config = ""
    frequency: str = ""
    owner_org: str = ""
    private: bool = False
    extras: dict[str, str] = Field(default_factory=dict)
    cron: str = ""
    time_zone: str = ""
    blackout: str = ""


class SourceCreate(Entered):
    """A new source. `source_type`: the name of a harvester (harvesters_info_show lists them); `config`: its options, as JSON.

    `frequency`: MANUAL, DAILY, WEEKLY, BIWEEKLY, MONTHLY or ALWAYS; `cron` takes precedence over it. `taken_over`: its datasets
    were harvested elsewhere before, so the first full job deletes none of them without asking.
    """

    NEEDED: ClassVar[tuple[str, ...]] = ("name", "url", "source_type")

    id: UUID | None = None
    active: bool = True
    taken_over: bool = False  # its datasets were harvested elsewhere: the first full job deletes none of them without asking


class SourceUpdate(Entered):
    """All fields of a source: those that aren't given are emptied.

    `version`: the `fields_version` that the source had when the caller read it. When somebody else has changed it since then,
    nothing is saved, and the answer tells what has changed.
    """

    NEEDED: ClassVar[tuple[str, ...]] = ("name", "url", "source_type")

    id: Reference
    version: str = ""


class SourcePatch(SourceUpdate):
    """The fields of a source that change: those that aren't given stay.

    `version`: the `fields_version` that the source had when the caller read it. When somebody else has changed it since then,
    nothing is saved, and the answer tells what has changed.
    """

    NEEDED: ClassVar[tuple[str, ...]] = ()


def _sort(value: str) -> str:
    if value not in SORTS:
        raise ValueError(unknown("order", value, SORTS))
    return value


class SourceShow(Parameters):
    """The source by its `id` (id or name), or by the `url` that it harvests (only a source without configuration)."""

    id: Reference = ""
    url: str = ""


class SourceList(Parameters):
    """Which sources. `url`: only the source that harvests this address without configuration, if any.

    `failing`, `overdue`, `never_succeeded`, `shrunk`: only active sources with this trouble. `only_to_run`: only those that
    are due. `after`: the id or name of the last source of the page before.
    """

    only_active: bool = False
    url: str = ""
    failing: bool = False
    overdue: bool = False
    never_succeeded: bool = False
    shrunk: bool = False
    owner_org: str = ""
    source_type: str = ""
    sort: Annotated[str, AfterValidator(_sort)] = "created"
    limit: Limit = 100
    offset: Offset = 0
    after: str = ""
    only_to_run: bool = False  # those whose time has come
    return_last_job_status: bool = False


def the_source(session: Session, parameters: Any) -> Owned | None:
    """The source that `id` names."""
    if not session.shows_current:
        return seen_source(session, parameters.id)
    return session.source(parameters.id).fields


def _new_owner(_session: Session, parameters: SourceCreate) -> Owned | None:
    return SourceFields(
        parameters.name, parameters.url, parameters.source_type, owner_org=parameters.owner_org, private=parameters.private
    )


@action(Right.CREATE, SourceCreate, subject=_new_owner)
def harvest_source_create(session: Session, parameters: SourceCreate) -> Row:
    """Create a source. If a source with this `id` and the same fields already exists, nothing changes."""
    application, by = session.parts.application, session.caller.name
    fields = checked_config(_fields(parameters), session.parts.asked_target)
    _check_entered_again(session, fields, parameters.id)
    source_id = application.register_source(fields, by=by, source_id=parameters.id)
    if not parameters.active:
        application.deactivate_source(source_id, by=by, reason="created inactive")
    if parameters.taken_over:
        application.take_over_source(source_id, by=by)
    session.show_current()
    return _row(session, str(source_id))


ATTEMPTS = 5  # at a source that others change at the same time


@action(Right.EDIT, SourceUpdate, subject=the_source)
def harvest_source_update(session: Session, parameters: SourceUpdate) -> Row:
    """Replace all fields of a source."""
    return _change(session, parameters.id, parameters.version, lambda _: _fields(parameters))


@action(Right.EDIT, SourcePatch, subject=the_source)
def harvest_source_patch(session: Session, parameters: SourcePatch) -> Row:
    """Change some fields of a source; the others stay."""
    changes = parameters.model_dump(include=parameters.model_fields_set - {"id", "version"})
    if "source_type" in changes:
        changes["type"] = changes.pop("source_type")
    if changes.get("frequency"):
        changes.setdefault("cron", "")  # which would go before it
    return _change(session, parameters.id, parameters.version, lambda before: replace(before, **changes))


def _change(session: Session, id_or_name: str, version: str, edited: Callable[[SourceFields], SourceFields]) -> Row:
    """Save what `edited` makes of the fields; of other fields again, when somebody has changed them in between."""
    for _ in range(ATTEMPTS):
        source = session.source(id_or_name)
        check_version(session, source, version)
        with suppress(Conflict):
            return _save(session, source, edited(source.fields))
    raise Refused(f"Source {id_or_name} is being changed by others all the time: try again")


def _save(session: Session, source: HarvestSource, fields: SourceFields) -> Row:
    config = unmask_config(fields.config, source.fields.config)
    url = source.fields.url if fields.url == mask_url(source.fields.url) else fields.url
    opened = session.parts.application.sealing.opened(replace(fields, config=config, url=url))
    unchanged = (fields.type, config) == (source.fields.type, source.fields.config)
    fields = checked_config(opened, None if unchanged else session.parts.asked_target)
    _check_owner(session, fields)
    session.parts.application.change_source(source.id, fields, by=session.caller.name, before=source.fields)
    session.show_current()
    return _row(session, str(source.id))


@action(Right.EDIT, ById, subject=the_source)
def harvest_source_reactivate(session: Session, parameters: ById) -> Row:
    """Activate a deactivated source again. Raises Refused when it is active."""
    source = session.source(parameters.id)
    if source.active:
        raise Refused(f"Source {source.fields.name} is active already: there is nothing to do")
    session.parts.application.reactivate_source(source.id, by=session.caller.name)
    session.show_current()
    return _row(session, str(source.id))


def _check_entered_again(session: Session, fields: SourceFields, source_id: UUID | None) -> None:
    """Nobody may create a source again that belongs or belonged to another organisation, and so get its datasets."""
    if session.caller.sysadmin:
        return
    before = session.parts.application.source_entered_again(fields, source_id)
    if before is None or session.caller.has_role(before.fields.owner_org, "editor"):
        return
    if source_id is not None:
        raise ValidationError({"id": f"The id {source_id} is taken: leave it out"})
    raise ValidationError(
        {"url": "A source that was removed from this address keeps its datasets: ask a sysadmin to enter it again"}
    )


def _check_owner(session: Session, fields: SourceFields) -> None:
    """A source can only be moved to an organisation in which the caller may create sources."""
    if not session.caller.sysadmin and not session.caller.has_role(fields.owner_org, "editor"):
        raise ValidationError({"owner_org": "You cannot add a harvest source to this organization"})


def _fields(parameters: SourceCreate | SourceUpdate) -> SourceFields:
    values = parameters.model_dump(include=asdict(SourceFields("", "", "")).keys() - {"type"})
    return SourceFields(**values, type=parameters.source_type)


def checked_config(fields: SourceFields, target: "Target | None" = None) -> SourceFields:
    """The fields with url and config as the harvester wants them stored; checks with the target what the config names.

    Raises ValidationError by field.
    """
    from domain.application import checked
    from harvesters.loading import validated_config, validated_url

    try:
        fields = checked(fields)
        fields = replace(fields, url=validated_url(fields.type, fields.url))
        return replace(fields, config=validated_config(fields.type, fields.config, target))
    except ValidationError as error:
        raise ValidationError({NAMES.get(name, name): message for name, message in error.errors.items()}) from error


def _shown_source(session: Session, parameters: SourceShow) -> Owned | None:
    """The source that `id` names, or that has the `url`."""
    if parameters.id:
        return the_source(session, parameters)
    return _with_url(session, parameters.url).fields


def _with_url(session: Session, url: str) -> HarvestSource:
    if not url:
        raise ValidationError({"id": "Missing value"})
    return session.parts.application.find_source_at(url, "")


@action(Right.READ, SourceShow, reads=True, subject=_shown_source, kept=always)
def harvest_source_show(session: Session, parameters: SourceShow) -> Row:
    """A source with its counts; secrets are masked."""
    if not session.shows_current:
        row = source_row(session, parameters.id or str(_with_url(session, parameters.url).id))
        return with_version(shown(row), row)
    if not parameters.id:
        parameters = SourceShow(id=str(_with_url(session, parameters.url).id))
    source = session.source(parameters.id)
    session.show_current()
    return _row(session, str(source.id))


@action(Right.READ, ById, reads=True, subject=the_source, kept=always)
def harvest_source_show_status(session: Session, parameters: ById) -> Row:
    """How many jobs and datasets a source has, and its last job with its most frequent errors."""
    from adapters.actions.forms import source_status

    session.show_current()
    return source_status(session, source_row(session, parameters.id))


def _without_clock(parameters: SourceList) -> bool:
    """Whether a list doesn't depend on the time, as one of sources that are due or overdue does."""
    return not parameters.only_to_run and not troubles(parameters)


@action(Right.ANYONE, SourceList, reads=True, listed="sources", kept=_without_clock)
def harvest_source_list(session: Session, parameters: SourceList) -> dict[str, Any]:
    """Sources that the caller may see, newest first, and how many there are; pass `next` as `after` for the next page."""
    session.show_current()
    inactive, seen = not parameters.only_active, sight(session.caller)
    if parameters.url:
        rows = _at(session, parameters.url)
        return {"count": len(rows), "sources": rows, "next": None}
    if parameters.only_to_run:
        due = session.model.sources_of(ApiReads(session.model).due_sources(parameters.limit, parameters.offset, seen))
        count = ApiReads(session.model).count_due_sources(seen)
        return {"count": count, "sources": _scheduled(session, [shown(row) for row in due]), "next": None}
    if not is_plain(parameters):
        total, ids, following = selected(session, parameters)
        rows = [shown(row) for row in session.model.sources_of(ids)]
        return {"count": total, "sources": _scheduled(session, rows), "next": following}
    which: dict[str, Any] = {"limit": parameters.limit, "offset": parameters.offset, "after": parameters.after}
    page = session.model.sources(inactive=inactive, sight=seen, **which)
    count = session.model.count_sources(inactive=inactive, sight=seen)
    return {"count": count, "sources": _scheduled(session, [shown(row) for row in page]), "next": page.next}


def _at(session: Session, url: str) -> list[Row]:
    """The source that harvests an address; a source that the caller may not see is left out."""
    started, seen = time.monotonic(), sight(session.caller)
    try:
        source = session.parts.application.find_source_at(url, "")
        if seen.sees(source.fields):
            return [_row(session, str(source.id))]
    except NotFound:
        pass
    if not seen.everything:
        even_out(started)
    return []


def _row(session: Session, source_id: str) -> Row:
    row = shown(session.shown(lambda: session.model.source(source_id), "Source", source_id))
    return with_version(_scheduled(session, [row])[0], session.source_row(source_id))


def _scheduled(session: Session, rows: list[Row]) -> list[Row]:
    from adapters.actions.schedules import with_schedules  # which imports this module

    return with_schedules(session, rows)


def shown(row: Row) -> Row:
    """A source without its secrets."""
    return {**row, "url": mask_url(row["url"]), "config": mask_config(row["config"] or "")}


@action(Right.ANYONE, reads=True)
def harvesters_info_show(_session: Session, _asked: Parameters) -> list[dict[str, Any]]:
    """The installed harvesters, as they describe themselves, with the options that they declare.

    `problem` says why a harvester can't be used.
    """
    from harvesters.loading import installed

    return [
        {
            "name": plugin.type,
            "title": plugin.title,
            "description": plugin.description,
            "place": plugin.place,
            "distribution": plugin.distribution,
            "problem": plugin.problem,
            "options": [asdict(option) for option in plugin.options],
        }
        for plugin in installed()
    ]
