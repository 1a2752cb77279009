"""Actions on the history of one dataset: its versions, how it was at a time, and what differs between two versions."""

from collections.abc import Iterable, Mapping
from dataclasses import fields as names_of
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from adapters.actions.kept_values import Kept
from adapters.actions.objects import package_id
from adapters.actions.parameters import Limit, Parameters, Reference, instant
from adapters.actions.reading import SeenSource, seen_source
from adapters.actions.session import Session
from adapters.actions.table import action, find
from adapters.postgres.read_model.dataset_history import DatasetHistory
from adapters.postgres.read_model.queries import Row
from domain.access import Right, may, sight
from domain.differences import WordChanges, as_text, differences
from domain.documents import fields_of
from domain.errors import NotFound, ValidationError
from domain.jobs import Job
from domain.secrets import mask_config, mask_url
from domain.sources import HarvestSource
from domain.titles import title_of
from domain.undoing import REASON, UNDO

MOST_DIFFERENCES = 300  # that are shown of two versions
MOST_FIELDS = 500  # of one version
LONGEST = 2000  # characters of a value
LONGEST_NAME = 300  # characters of a field's name, or of what names an entry of a list
LARGEST = 5_000_000  # bytes of a document that is taken apart
READ = Kept(most=16)
"""What was read of documents, by their hashes: of a large one it takes a tenth of a second, and it never changes."""


def _time(text: str) -> str:
    if text:
        try:
            instant(text)
        except ValueError as error:
            raise ValueError(f"{text[:100]!r} is no time: write it as 2026-03-01T06:00 (UTC)") from error
    return text


class HistoryList(Parameters):
    """`id`: a dataset's package (id or name), or any harvest object of it. `after`: the object of the last version before."""

    id: Reference
    limit: Limit = 50
    after: str = ""


class VersionShow(Parameters):
    """`id` as for the list. Which version: its object (`version`), its `number`, or the one `at` a time; else the newest."""

    id: Reference
    version: str = ""
    number: Annotated[int, Field(ge=1, le=2_000_000_000)] | None = None
    at: Annotated[str, AfterValidator(_time)] = ""


class VersionDiff(Parameters):
    """`id` as for the list. `new` and `old`: objects of two versions; if not given, the newest, and the one before `new`."""

    id: Reference
    old: str = ""
    new: str = ""


def _its_source(session: Session, parameters: HistoryList | VersionShow | VersionDiff) -> SeenSource:
    return seen_source(session, _dataset(session, parameters.id)["source_id"])


def _dataset(session: Session, reference: str) -> Row:
    """Source and guid of a dataset. Raises NotFound."""
    history = DatasetHistory(session.model)
    dataset = history.find(reference) or history.find(package_id(session, reference))
    if dataset is None:
        raise NotFound(f"No dataset {reference} was harvested, or its records are no longer kept")
    return dataset


@action(Right.READ, HistoryList, reads=True, subject=_its_source, listed="versions")
def harvest_dataset_history_list(session: Session, parameters: HistoryList) -> Row:
    """All versions of a dataset, newest first: which job added, updated or deleted it, when, and for editors by whom and why.

    `earlier_gone`: there were versions before these, which are no longer kept. Pass `next` as `after` for the next page.
    """
    session.show_current()
    key = _dataset(session, parameters.id)
    history, where = DatasetHistory(session.model), (key["source_id"], key["guid"])
    rows = history.versions(*where, parameters.limit + 1, before=parameters.after)
    page = rows[: parameters.limit]
    oldest = page[-1] if page and page[-1]["number"] == 1 else history.version(*where, "number", 1)
    return {
        "dataset": _shown(session, key),
        "versions": _told(session, key["source_id"], page),
        "count": rows[0]["of"] if rows else 0,
        "earlier_gone": oldest is not None and oldest["what"] != "added",
        "next": page[-1]["object_id"] if len(rows) > len(page) else None,
    }


def _shown(session: Session, key: Row) -> Row:
    """A dataset as it is now, with the newest title that is known."""
    row = DatasetHistory(session.model).dataset(key["source_id"], key["guid"]) or {}
    named = _in_the_catalogue(session, row)
    title = named[1] if named else None
    if row and not named:
        title = session.once(("title", row["object_id"]), lambda: _title(session, row["object_id"]))
    name = named[0] if named else None
    return {**key, "package_id": row.get("package_id"), "state": row.get("state"), "title": title, "name": name}


def _in_the_catalogue(session: Session, row: Row) -> tuple[str, str] | None:
    """Name and title of the dataset in the local catalogue; None where the caller sees none there, or a CKAN has it."""
    if session.parts.settings.ckan_url or row.get("state") != "active" or not row.get("package_id"):
        return None
    return session.once(
        ("named", row["package_id"]), lambda: session.parts.catalogue.named(row["package_id"], sight(session.caller))
    )


def _title(session: Session, object_id: str) -> str | None:
    return next((title_of(text) for text in session.model.documents([object_id]).values()), None)


def _told(session: Session, source_id: str, rows: list[Row]) -> list[Row]:
    """Versions with who and why, for those who may see the jobs of the source."""
    if not may(session.caller, find("harvest_job_show"), seen_source(session, source_id)):
        return [{**row, "by": None, "reason": None} for row in rows]
    undos = {UUID(row["job_id"]) for row in rows if row["kind"] == UNDO}
    jobs = session.parts.application.load_many(Job, undos) if undos else {}
    reasons = {str(job.id): job.options.get(REASON) or None for job in jobs.values()}
    return [{**row, "reason": reasons.get(row["job_id"])} for row in rows]


@action(Right.READ, VersionShow, reads=True, subject=_its_source)
def harvest_dataset_version_show(session: Session, parameters: VersionShow) -> Row:
    """A dataset as it was: in one version, or at a time. Its fields are those of the document that was received then.

    `version` is null when the dataset wasn't there yet. `kept` is false where the document is no longer stored. `source` says
    what the source was like then, and `datasets` how many it held, where that is known.
    """
    session.show_current()
    key = _dataset(session, parameters.id)
    row = _wanted(session, key, parameters)
    if row is None:
        return {"dataset": _shown(session, key), "version": None, "kept": False, "fields": [], "more": False, "source": None}
    fields = _fields(session, row)
    return {
        "dataset": _shown(session, key),
        "version": _told(session, key["source_id"], [row])[0],
        "kept": fields is not None,
        "fields": (fields or [])[:MOST_FIELDS],
        "more": len(fields or []) > MOST_FIELDS,
        "source": _source_then(session, key["source_id"], row),
    }


def _wanted(session: Session, key: Row, parameters: VersionShow) -> Row | None:
    """The version that is asked for, None when there was none at that time. Raises NotFound, ValidationError."""
    history, where = DatasetHistory(session.model), (key["source_id"], key["guid"])
    if sum(bool(value) for value in (parameters.version, parameters.number, parameters.at)) > 1:
        raise ValidationError({"version": "Give one of version, number and at"})
    if parameters.at:
        return history.version(*where, "at", instant(parameters.at).replace(tzinfo=None))
    if parameters.number:
        row = history.version(*where, "number", parameters.number)
    else:
        row = _version(session, key, parameters.version)
    if row is None:
        raise NotFound(f"There is no version {parameters.number or parameters.version or 1} of this dataset")
    return row


def _version(session: Session, key: Row, object_id: str) -> Row | None:
    """The version of an object; without one the newest."""
    history, where = DatasetHistory(session.model), (key["source_id"], key["guid"])
    if object_id:
        return history.version(*where, "object", object_id)
    return next(iter(history.versions(*where, 1)), None)


@action(Right.READ, VersionDiff, reads=True, subject=_its_source)
def harvest_dataset_version_diff(session: Session, parameters: VersionDiff) -> Row:
    """What differs between two versions of a dataset, field by field; long texts word by word (`words`).

    Resources are matched by id, tags and groups are sets. `unchanged` names the fields that are the same. `old` is null where
    there is no version before; `kept` is false where one of the documents is no longer stored.
    """
    session.show_current()
    key = _dataset(session, parameters.id)
    new = _named(session, key, parameters.new)
    before = DatasetHistory(session.model).version(key["source_id"], key["guid"], "number", new["number"] - 1)
    old = _named(session, key, parameters.old) if parameters.old else before
    compared = _compared(session, old, new)
    return {
        "dataset": _shown(session, key),
        "old": _told(session, key["source_id"], [old])[0] if old else None,
        "new": _told(session, key["source_id"], [new])[0],
        **(compared or {"differences": [], "more": False, "unchanged": []}),
        "kept": compared is not None,
    }


def _fields(session: Session, row: Row) -> list[Row] | None:
    """The fields of a version's document, one more than are shown if there are more; None when it is no longer stored."""

    def read() -> list[Row] | None:
        document = _document(session, row)
        flat = islice(_flat((), document or {}), MOST_FIELDS + 1)
        return None if document is None else [{"field": _names(path), "value": _cut(value)} for path, value in flat]

    return READ.once(("fields", _digest(row)), read) if _is_kept(session, row) else None


def _compared(session: Session, old: Row | None, new: Row) -> Row | None:
    """What differs between the documents of two versions; None where one is no longer stored."""

    def compare() -> Row | None:
        before, after = (_document(session, row) if row else {} for row in (old, new))
        return None if before is None or after is None else _comparison(before, after)

    if not (_is_kept(session, new) and (old is None or _is_kept(session, old))):
        return None
    return READ.once(("compared", _digest(old) if old else "", _digest(new)), compare)


def _comparison(before: Row, after: Row) -> Row:
    changed = list(differences(before, after))
    words, touched = WordChanges(), {difference.path[0] for difference in changed}
    return {
        "differences": [
            {
                "field": _names(difference.path),
                "label": _names(difference.label),
                "what": difference.what,
                "before": _cut(difference.before),
                "after": _cut(difference.after),
                "words": _words(words, difference.before, difference.after),
            }
            for difference in changed[:MOST_DIFFERENCES]
        ],
        "more": len(changed) > MOST_DIFFERENCES,
        "unchanged": _names(name for name in after if name in before and name not in touched),
    }


def _digest(row: Row) -> str:
    """The hash of a version's document, empty for none: a deletion has none."""
    return "" if row["what"] == "deleted" else row["content_hash"] or ""


def _is_kept(session: Session, row: Row) -> bool:
    digest = _digest(row)
    return not digest or session.once(("kept", digest), lambda: session.parts.content.facts(digest) is not None)


def _named(session: Session, key: Row, object_id: str) -> Row:
    row = _version(session, key, object_id)
    if row is None:
        raise NotFound(f"There is no version {object_id or 1} of this dataset")
    return row


def _document(session: Session, row: Row) -> dict[str, Any] | None:
    """The fields of a version's document; None when it is no longer stored. A deletion has none."""
    digest = _digest(row)
    if not digest:
        return {}
    return session.once(("document", digest), lambda: _read_document(session, digest))


def _read_document(session: Session, digest: str) -> dict[str, Any] | None:
    facts = session.parts.content.facts(digest)
    if facts is None:
        return None
    if facts.size > LARGEST:
        return {"text": session.parts.content.part(digest, 0, LONGEST * 4).decode("utf-8", "replace")}
    return fields_of(session.parts.content.get([digest])[digest].decode("utf-8", "replace"))


def _flat(path: tuple[str, ...], value: Any) -> Any:
    """The fields of a document with their values; entries of lists by their places, counted from 1."""
    if isinstance(value, Mapping) and value and len(path) < 6:
        for name, item in value.items():
            yield from _flat((*path, str(name)), item)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value) and len(path) < 6:
        for place, item in enumerate(value, 1):
            yield from _flat((*path, str(place)), item)
    elif path and value not in (None, "", [], {}):
        yield path, ", ".join(map(as_text, value)) if isinstance(value, list) else value


def _names(parts: Iterable[str]) -> list[str]:
    """Names as they are, cut if they are long: a long one stands in each of the fields below it."""
    return [part if len(part) <= LONGEST_NAME else f"{part[:LONGEST_NAME]}…" for part in parts]


def _cut(value: Any) -> str | None:
    """A value as text, cut if it is long."""
    if value is None:
        return None
    text = as_text(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"


def _words(compared: WordChanges, before: Any, after: Any) -> list[Row] | None:
    """Two texts word by word; None where they aren't both texts of several words."""
    if not (isinstance(before, str) and isinstance(after, str) and " " in before.strip() and " " in after.strip()):
        return None
    return [{"what": what, "text": _cut(text) or ""} for what, text in compared.between(before, after)]


def _source_then(session: Session, source_id: str, row: Row) -> Row | None:
    """The source's settings that a version was harvested with, and how many datasets it held after that job."""
    application = session.parts.application
    job = application.load_many(Job, [UUID(row["job_id"])]).get(UUID(row["job_id"]))
    if job is None or not job.source_version:
        return None
    now = session.source(source_id)
    then = application.load(HarvestSource, now.id, job.source_version)
    secret = not may(session.caller, find("harvest_job_show"), now.fields)
    changed = [
        {"field": name, "then": _setting(name, old), "now": _setting(name, new)}
        for name in (field.name for field in names_of(now.fields))
        if (old := getattr(then.fields, name)) != (new := getattr(now.fields, name)) and not (secret and name == "config")
    ]
    held = DatasetHistory(session.model).held_then(row["job_id"])
    current = _seen_count(session, source_id)
    return {
        "title": then.fields.title or then.fields.name,
        "url": mask_url(then.fields.url),
        "type": then.fields.type,
        "changed": changed,
        "datasets": held["held"] if held["now"] == current else None,
    }


def _setting(name: str, value: Any) -> str | None:
    if name == "url":
        return mask_url(value)
    return mask_config(value) if name == "config" else _cut(value)


def _seen_count(session: Session, source_id: str) -> int | None:
    """How many datasets a source holds now."""
    row = session.source_row(source_id)
    return row["datasets"] if row else None
