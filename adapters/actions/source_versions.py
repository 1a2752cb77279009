"""Which settings of a source somebody has seen: a version to send along, so that two people don't overwrite each other.

The version is a hash of all fields that can be edited, as they are shown: without secrets. From the read model and from the log
it is the same.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from adapters.actions.session import Session
from adapters.postgres.read_model.queries import Row
from domain.errors import Outdated
from domain.secrets import mask_config, mask_url
from domain.sources import HarvestSource

FIELDS = (
    *("name", "url", "type", "title", "notes", "config", "frequency", "owner_org", "private", "extras"),
    *("cron", "time_zone", "blackout"),
)
LOOKED_BACK = 2_000  # events of a source: two for each job and one for each change
SHOWN = 200  # characters of a value


def with_version(row: Row, fields: Row | None) -> Row:
    """A source's row as it is shown, with the version of its `fields`: a row that has all of them."""
    return {**row, "fields_version": version_of(fields or row)}


def version_of(values: Mapping[str, Any]) -> str:
    """The version of a source's fields, with or without their secrets."""
    shown = json.dumps(_without_secrets(values), sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def _without_secrets(values: Mapping[str, Any]) -> dict[str, Any]:
    """All fields; one that isn't there is empty, whichever kind of nothing it is."""
    shown: dict[str, Any] = {name: values.get(name) or "" for name in FIELDS}
    extras = dict(shown["extras"] or {})
    return {**shown, "extras": extras, "url": mask_url(shown["url"]), "config": mask_config(shown["config"])}


def check_version(session: Session, source: HarvestSource, version: str) -> None:
    """Raises Outdated, which tells what has changed, when a source isn't any more as it was with this version."""
    now = asdict(source.fields)
    if not version or version == version_of(now):
        return
    for before, by in _earlier(session, source, now):
        if version_of(before) == version:
            raise Outdated(_said(source, _differences(before, now), by), _differences(before, now))
    raise Outdated(
        f"{version[:60]!r} is no version that source {source.fields.name} had lately: read the source again, and send the "
        "`fields_version` that it has then",
        {},
    )


def _earlier(session: Session, source: HarvestSource, now: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The fields before each change, the last change first, with who made the last one."""
    application = session.parts.application
    events = application.event_log.select_events(source.id, gt=max(0, source.version - LOOKED_BACK), lte=source.version)
    fields, last = dict(now), ""
    for stored in reversed(events):
        event = application.mapper.to_domain_event(stored)
        if isinstance(event, HarvestSource.Changed):
            last = last or event.by
            fields |= {name: before for name, (before, _) in event.changes.items()}
            yield fields, last


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    seen, current = _without_secrets(before), _without_secrets(now)
    return {name: (_text(seen[name]), _text(current[name])) for name in FIELDS if seen[name] != current[name]}


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _said(source: HarvestSource, changes: Mapping[str, tuple[str, str]], by: str) -> str:
    told = "; ".join(f"{name} was {seen!r} and is {now!r}" for name, (seen, now) in changes.items())
    return (
        f"Source {source.fields.name} was changed since it was read, last by {by}: {told}. Nothing was saved: read it again, "
        "and send the `fields_version` that it has then"
    )
