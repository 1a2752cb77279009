"""The page of an object: what was received and what was imported side by side, its errors, and its events."""

import json
from base64 import b64decode
from typing import Any

from starlette.responses import Response

from adapters.web.pages.dataset_view import DatasetView
from adapters.web.pages.page import Page
from adapters.web.pages.source import Row
from domain.errors import HarvestError, NotAuthorized, NotFound
from domain.titles import title_of

MOST_SHOWN = 100_000  # characters of a document; the rest is in the download
EVENTS = 100
ENCODER = json.JSONEncoder(indent=2, ensure_ascii=False, sort_keys=True)


def show(page: Page) -> Response:
    """One record of a job."""
    harvested: Row = page.call("harvest_object_show", id=page.path("id"))
    source: Row = page.call("harvest_source_show", id=harvested["harvest_source_id"])
    facts, document = _document(page, harvested["id"])
    package = _package(page, harvested["package_id"])
    events = _events(page, source, harvested["id"])
    return page.render(
        "object.html",
        object=harvested,
        source=source,
        facts=facts,
        received=document,
        imported=_pretty(package),
        package=DatasetView(package) if package else None,
        title=_title(harvested, package),
        events=events,
        may_read_job=page.may("harvest_job_show", source),
    )


def _title(harvested: Row, package: Any) -> str:
    """The title of the dataset that stands on the record, or else the record's own."""
    if package and harvested["current"]:
        return DatasetView(package).title
    return title_of(harvested["content"] or "") or str(harvested["guid"])


def _document(page: Page, object_id: str) -> tuple[Row | None, str]:
    """Facts about the document as it was received, and its beginning as text; None when it is no longer kept."""
    try:
        facts: Row = page.call("harvest_object_content_show", id=object_id, length=MOST_SHOWN)
    except NotFound:
        return None, ""
    text = b64decode(facts["content"]).decode("utf-8", "replace")
    if facts["size"] <= MOST_SHOWN:
        try:
            return facts, _pretty(json.loads(text))
        except (ValueError, RecursionError):
            pass
    return facts, text


def _package(page: Page, package_id: str | None) -> Any:
    """The dataset in the local catalogue; None: there is none, or it is in a CKAN."""
    if not package_id or page.site.settings.ckan_url:
        return None
    try:
        return page.call("package_show", id=package_id)
    except (NotFound, NotAuthorized):
        return None


def _events(page: Page, source: Row, object_id: str) -> list[Row]:
    if not page.may("harvest_event_list", source):
        return []
    try:
        events: list[Row] = page.call("harvest_event_list", id=object_id, limit=EVENTS)["events"]
    except HarvestError:
        return []
    return [{**event, "text": _pretty(event["state"])} for event in events]


def _pretty(value: Any) -> str:
    """A value as indented JSON, or the beginning of it: the rest of a large one isn't written."""
    if value is None:
        return ""
    parts: list[str] = []
    length = 0
    for part in ENCODER.iterencode(value):
        parts.append(part)
        length += len(part)
        if length >= MOST_SHOWN:
            break
    return "".join(parts)[:MOST_SHOWN]
