"""What a harvest would import, before anything is stored: the first records of a source, field by field."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

from pydantic import Field

from adapters.actions.parameters import Reference
from adapters.actions.session import Session
from adapters.actions.sources import Entered, checked_config, the_source
from adapters.actions.table import action
from adapters.postgres.read_model.queries import Row
from domain.access import Owned, Right
from domain.errors import Refused, ValidationError
from domain.secrets import mask_config, mask_url, unmask_config
from domain.sources import SourceFields

if TYPE_CHECKING:
    from harvesters.previewing import Preview, Previewed
    from harvesters.target import Previews

MOST_REQUESTS = 100
SECONDS = 30.0  # for all requests of one preview
ANSWER_TIMEOUT = 15.0  # seconds
AT_A_TIME = threading.BoundedSemaphore(2)  # in this process: the harvester runs in it
MOST_ENTRIES = 20  # resources that are shown field by field
LONGEST_VALUE = 2000  # characters of a value's text
OF_THE_HARVEST = ("harvest_object_id", "harvest_source_id", "harvest_source_title", "harvest_content_hash")
NAMELESS = "preview"


class SourcePreview(Entered):
    """The source (`id`) and fields to change for the preview, or without `id` the fields of a source that doesn't exist yet.

    `limit`: how many records, at most 20.
    """

    id: Reference | None = None
    limit: int = Field(5, ge=1, le=20)


def _subject(session: Session, parameters: SourcePreview) -> Owned | None:
    if parameters.id:
        return the_source(session, parameters)
    return _entered(parameters)


@action(Right.CREATE, SourcePreview, subject=_subject)
def harvest_source_preview(session: Session, parameters: SourcePreview) -> Row:
    """Show the first records of a source as they would be imported; nothing is stored.

    Each field is shown before and after the source's rules and as the target would store it, with what the target would refuse.
    """
    source_id, fields = _fields(session, parameters)
    fields = checked_config(fields)
    if not AT_A_TIME.acquire(blocking=False):
        raise Refused("Two previews are under way: try again when one of them is done")
    try:
        preview = _run(session, source_id, fields, parameters.limit)
    finally:
        AT_A_TIME.release()
    return _shown(fields, preview)


def _entered(parameters: SourcePreview) -> SourceFields:
    """A source that doesn't exist yet; a preview needs no name for it."""
    values = parameters.model_dump(exclude={"id", "limit", "source_type"})
    values["name"] = values["name"] or NAMELESS
    values["frequency"] = values["frequency"] or "MANUAL"
    return SourceFields(**values, type=parameters.source_type)


def _fields(session: Session, parameters: SourcePreview) -> tuple[str, SourceFields]:
    """Id and fields of what is previewed. Raises ValidationError, NotFound."""
    if not parameters.id:
        return str(uuid4()), _entered(parameters)
    source = session.source(parameters.id)
    changes = parameters.model_dump(include=parameters.model_fields_set - {"id", "limit"})
    if "source_type" in changes:
        changes["type"] = changes.pop("source_type")
    before = session.parts.application.sealing.opened(source.fields)
    if changes.get("url") == mask_url(source.fields.url):
        del changes["url"]
    if "owner_org" in changes and not session.caller.sysadmin and not session.caller.has_role(changes["owner_org"], "editor"):
        raise ValidationError({"owner_org": "You cannot add a harvest source to this organization"})
    after = replace(before, **changes)
    _keep_secrets(before, after, given="config" in changes)
    return str(source.id), replace(after, config=unmask_config(after.config, before.config))


def _keep_secrets(before: SourceFields, after: SourceFields, *, given: bool) -> None:
    """Raises ValidationError when a stored secret would go to a server other than the one it was entered for."""
    if urlsplit(before.url).netloc == urlsplit(after.url).netloc:
        return
    if not given and mask_config(after.config) == after.config:
        return
    if not given or unmask_config(after.config, before.config) != after.config:
        raise ValidationError({"config": "The address is another server's: give the configuration with its secrets"})


def _run(session: Session, source_id: str, fields: SourceFields, limit: int) -> "Preview":
    from harvesters.base import HarvestSource
    from harvesters.http import PoliteSession
    from harvesters.loading import load_harvester, new_harvester
    from harvesters.previewing import Limited, preview

    parts = session.parts
    kind = load_harvester(fields.type)
    harvester = new_harvester(fields.type, kind)
    limits = replace(
        parts.http_limits, retries=0, timeout=min(parts.http_limits.timeout, ANSWER_TIMEOUT), total_timeout=SECONDS
    )
    limited = Limited(MOST_REQUESTS, SECONDS)
    harvester.http = PoliteSession(limits, slots=parts.remote_hosts, through=limited.through)
    source = HarvestSource(
        id=source_id,
        name=fields.name,
        title=fields.title or fields.name,
        url=fields.url,
        type=fields.type,
        config=_with_small_pages(kind, fields.config, limit),
        owner_org=fields.owner_org,
        frequency=fields.frequency,
    )
    try:
        return preview(harvester, source, cast("Previews", parts.target), limit, datetime.now(UTC))
    finally:
        harvester.http.close()


def _with_small_pages(kind: Any, config: str, limit: int) -> str:
    """The configuration with pages of as many records as are shown, where the harvester has such an option."""
    import json

    from harvesters.loading import declared
    from harvesters.reading import read_config

    if not any(option.name == "page_size" for option in declared(kind)):
        return config
    options = read_config(config)
    size = options.get("page_size", limit)
    return json.dumps({**options, "page_size": min(size, limit) if isinstance(size, int) else limit})


# what is shown


def _shown(fields: SourceFields, preview: "Preview") -> Row:
    return {
        "url": mask_url(fields.url),
        "source_type": fields.type,
        "config": mask_config(fields.config),
        "records_expected": preview.expected,
        "gather_errors": preview.errors,
        "records": [_shown_record(record) for record in preview.records],
    }


def _shown_record(record: "Previewed") -> Row:
    stages = [dict(_flat(package)) for package in (record.made or {}, record.mapped or {}, record.stored or {})]
    names = dict.fromkeys(name for stage in stages for name in stage)
    title = (record.stored or record.mapped or record.made or {}).get("title")
    return {
        "guid": record.guid,
        "title": title if isinstance(title, str) else "",
        "imported": not record.errors,
        "schema": record.schema,
        "errors": record.errors,
        "warnings": record.warnings,
        "fields": [_shown_field(name, *(stage.get(name) for stage in stages)) for name in names],
    }


def _shown_field(name: str, before: Any, mapped: Any, after: Any) -> Row:
    return {"field": name, "before": before, "mapped": mapped, "after": after, "changed": before != mapped or mapped != after}


def _flat(package: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Fields, extras as `extras.KEY`, resources as `resources.0.url`; without fields that the harvest adds and empty ones."""
    for name, value in package.items():
        if name == "extras":
            yield from ((f"extras.{key}", _fits(value)) for key, value in _extras(value) if key not in OF_THE_HARVEST)
        elif name == "resources" and isinstance(value, Sequence) and not isinstance(value, str):
            yield from _flat_resources(value)
        elif name != "id" and value not in (None, "", [], {}):
            yield name, _fits([tag.get("name") for tag in value] if name == "tags" and _are_tags(value) else value)


def _flat_resources(resources: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for place, resource in enumerate(resources[:MOST_ENTRIES]):
        fields = resource.items() if isinstance(resource, Mapping) else [("", resource)]
        yield from ((f"resources.{place}.{name}", _fits(value)) for name, value in fields if value not in (None, "", [], {}))
    if len(resources) > MOST_ENTRIES:
        yield "resources", f"{len(resources) - MOST_ENTRIES} more"


def _extras(extras: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(extras, Mapping):
        yield from ((str(key), value) for key, value in extras.items())
    elif isinstance(extras, Sequence) and not isinstance(extras, str):
        entries = (extra for extra in extras if isinstance(extra, Mapping))
        yield from ((str(extra.get("key")), extra.get("value")) for extra in entries)


def _are_tags(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(tag, Mapping) for tag in value)


def _fits(value: Any) -> Any:
    """A value, cut if it is too long to be shown."""
    from harvesters.dataset.storable import json_text

    text = value if isinstance(value, str) else json_text(value)
    return value if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… ({len(text):,} characters)"
