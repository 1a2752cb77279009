"""Actions on many sources at once: count a set and freeze it, carry out one thing for all of it, say what became of each.

The set is what was found when it was counted, and nothing that comes later. Sources that have changed since then are skipped
and named. Who counted a set may see and confirm it, and sysadmins.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from pydantic import BeforeValidator, Field

from adapters.actions.many_jobs import References
from adapters.actions.parameters import Limit, Parameters, Reference
from adapters.actions.schedules import Until, checked_until
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.bulk import Bulks, Counted
from adapters.postgres.clock import DatabaseClock
from adapters.postgres.leadership import has_leader
from adapters.postgres.read_model.api_queries import ApiReads
from adapters.postgres.read_model.queries import Row
from adapters.postgres.read_model.source_search import FIELDS, Question, search_sources
from domain import bulk
from domain.access import COMMAND_LINE, Right, may, sight
from domain.deletions import FATES
from domain.errors import NotFound, Refused, ValidationError
from domain.nearest import unknown
from domain.search import filters, words
from domain.source_fields import checked
from domain.sources import HarvestSource, SourceFields

AT_A_TIME = 200  # sources that are loaded
TYPE_FIELDS = ("type", "dataset_type")


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


class BulkCreate(Parameters):
    """`what`: harvest, pause, resume, schedule, clear or delete. Which sources: those of `source_ids` (ids or names), or all
    that are found by `q` and `fq`, as in package_search; without any of the three: all active sources. An empty list of
    `source_ids` alone is refused, so that a program that found none doesn't get all.
    """

    what: Annotated[Literal["harvest", "pause", "resume", "schedule", "clear", "delete"], BeforeValidator(_lower)]
    source_ids: Annotated[References, Field(max_length=bulk.MOST_SOURCES)] = Field(default_factory=list)
    q: str = ""
    fq: str = ""


class BulkRun(Parameters):
    """The set, by `id`. `count`: how many sources whoever confirms it has seen; another number is refused.

    Of harvest: `full` asks for all records. Of pause: `until` (ISO 8601; empty: until somebody resumes it). Of schedule:
    `frequency`, or `cron`. Of delete: what happens to `datasets`: keep, release or delete.
    """

    id: Reference
    count: Annotated[int, Field(ge=0)]
    full: bool = False
    until: Until = ""
    frequency: str = ""
    cron: str = ""
    datasets: str = ""


class BulkShow(Parameters):
    """The set, by `id`. `skipped`: only sources that were skipped. `after`: the `place` of the last one of the page before."""

    id: Reference
    skipped: bool = False
    limit: Limit = 100
    after: Annotated[int, Field(ge=0, le=2_000_000_000)] = 0


@action(Right.PERSON, BulkCreate)
def harvest_bulk_create(session: Session, parameters: BulkCreate) -> Row:
    """Count a set of sources to do one thing to, and freeze it; nothing is done before `harvest_bulk_run`.

    Sources that the caller may not change are left out and counted (`left_out`).
    """
    if "source_ids" in parameters.model_fields_set and not (parameters.source_ids or parameters.q or parameters.fq):
        raise ValidationError({"source_ids": "No source is named: leave it out to mean all active sources"})
    session.show_current()
    ids = _named(session, parameters.source_ids) if parameters.source_ids else _searched(session, parameters)
    mine, left_out = _allowed(session, parameters.what, ids)
    if not mine:
        raise Refused("No source was found that you may change: nothing can be done" if ids else "No source was found")
    bulk_id = uuid4()
    _bulks(session).create(bulk_id, parameters.what, mine, left_out, session.caller.name, session.trigger)
    return _shown(session, str(bulk_id))


def _named(session: Session, references: list[str]) -> list[str]:
    """The ids of sources that were named. Raises NotFound for one that isn't there or isn't seen."""
    seen, rows = sight(session.caller), [(name, session.source_row(name)) for name in dict.fromkeys(references)]
    for name, row in rows:
        if row is None or not (seen.everything or not row["private"] or row["owner_org"] in seen.organisations):
            raise NotFound(f"Source {name} not found")
    return list(dict.fromkeys(row["id"] for _, row in rows if row))


def _searched(session: Session, parameters: BulkCreate) -> list[str]:
    terms = [term for term in filters(parameters.fq, {*FIELDS, *TYPE_FIELDS}) if term.field not in TYPE_FIELDS]
    question = Question(words=words(parameters.q), filters=terms, sort=[("name", False)], rows=bulk.MOST_SOURCES + 1)
    ids = search_sources(session.model, question, sight(session.caller)).ids
    if len(ids) > bulk.MOST_SOURCES:
        raise Refused(f"More than {bulk.MOST_SOURCES:,} sources were found: narrow the search down")
    return ids


def _allowed(session: Session, name: str, ids: list[str]) -> tuple[list[Counted], int]:
    """Those of the sources to which the caller may do it, by name, as they are now; and how many others there are."""
    asked, counted = bulk.ACTIONS[name], []
    for first in range(0, len(ids), AT_A_TIME):
        part = ids[first : first + AT_A_TIME]
        rows = {row["id"]: row for row in ApiReads(session.model).sources(part)}
        sources = session.parts.application.load_many(HarvestSource, [UUID(source_id) for source_id in part])
        for source in sources.values():
            row = rows.get(str(source.id))
            if row is not None and may(session.caller, asked, source.fields):
                title = source.fields.title or source.fields.name
                state = bulk.state_of(source, name)
                counted.append(Counted(source.id, source.fields.name, title, row["datasets"], state))
    return sorted(counted, key=lambda source: source.name), len(ids) - len(counted)


@action(Right.PERSON, BulkRun)
def harvest_bulk_run(session: Session, parameters: BulkRun) -> Row:
    """Carry out what was counted: a coordinator does, a few sources at a time. A second call changes nothing more.

    Raises Refused when the caller has seen another number of sources.
    """
    row = _row(session, parameters.id)
    if row["confirmed_at"] is None:
        if parameters.count != row["sources"]:
            raise Refused(f"The number of sources in this set is {row['sources']:,}, not {parameters.count:,}: check it again")
        options = _options(session, row["action"], parameters)
        _refuse_lost_rights(session, row)
        _bulks(session).confirm(row["id"], options, session.caller.name, _rights_of(session))
    if session.trigger == "cli" and not has_leader(session.parts.database):
        _carry_out(session, row["id"])
    return _shown(session, parameters.id)


def _rights_of(session: Session) -> str | None:
    """The person whose rights are looked up again when it is carried out; None: they have a shell, or we don't know them."""
    caller = session.caller
    if session.trigger == "cli" and caller == COMMAND_LINE:
        return None
    return caller.name if session.parts.named_persons.is_known(caller.name) else None


def _options(session: Session, name: str, parameters: BulkRun) -> Mapping[str, Any]:
    """What was chosen, checked before anything is done. Raises ValidationError."""
    if name == bulk.HARVEST:
        return {"full": parameters.full}
    if name == bulk.PAUSE:
        until = checked_until(session, parameters.until)
        return {"until": until.isoformat() if until else ""}
    if name == bulk.SCHEDULE:
        if not parameters.frequency and not parameters.cron:
            raise ValidationError({"frequency": "Missing value: a frequency, or a cron expression"})
        fields = checked(SourceFields("xx", "http://x", "x", frequency=parameters.frequency, cron=parameters.cron))
        return {"frequency": fields.frequency, "cron": fields.cron}
    if name == bulk.DELETE:
        if parameters.datasets not in FATES:
            raise ValidationError({"datasets": unknown("fate of datasets", parameters.datasets, FATES)})
        return {"datasets": parameters.datasets}
    return {}


def _refuse_lost_rights(session: Session, row: Row) -> None:
    """Whoever lost a right since the set was counted is told by each source that is skipped."""
    asked, after = bulk.ACTIONS[row["action"]], 0
    while page := _bulks(session).sources(row["id"], skipped=False, limit=AT_A_TIME, after=after):
        page = page[:AT_A_TIME]
        after = page[-1]["place"]
        sources = session.parts.application.load_many(HarvestSource, [each["source_id"] for each in page])
        lost = [each["source_id"] for each in page if not may(session.caller, asked, sources[each["source_id"]].fields)]
        if lost:
            _bulks(session).skip(row["id"], lost, bulk.NO_RIGHT)


def _carry_out(session: Session, bulk_id: UUID) -> None:
    """Here and now, since no coordinator leads that would."""
    from adapters.duties.bulk import CarryOutBulk

    bulks, duty = _bulks(session), CarryOutBulk(_bulks(session), session.parts.application, session.parts.named_persons)
    now = DatabaseClock(session.parts.database).now
    while (waiting := bulks.waiting(bulk_id)) is not None:
        duty.carry_out(waiting, now())
        session.tell(_progress(_row(session, str(bulk_id))))


@action(Right.PERSON, BulkShow, reads=True)
def harvest_bulk_show(session: Session, parameters: BulkShow) -> dict[str, Any]:
    """A set of sources: what is to be done, how far it is, and its sources with what became of each, a page at a time."""
    bulks, row = _bulks(session), _row(session, parameters.id)
    rows = bulks.sources(row["id"], skipped=parameters.skipped, limit=parameters.limit, after=parameters.after)
    page = [{**each, "source_id": str(each["source_id"]), "job_id": _text(each["job_id"])} for each in rows[: parameters.limit]]
    return {**_public(row), "listed": page, "next": page[-1]["place"] if len(rows) > parameters.limit else None}


def _bulks(session: Session) -> Bulks:
    return Bulks(session.parts.database)


def _row(session: Session, reference: str) -> Row:
    """A set that the caller may see. Raises NotFound."""
    try:
        row = _bulks(session).show(UUID(reference))
    except ValueError:
        row = None
    if row is None or not (session.caller.sysadmin or row["created_by"] == session.caller.name):
        raise NotFound(f"There is no set of sources {reference[:60]}: it may be too old, so count it again")
    return row


def _shown(session: Session, bulk_id: str) -> Row:
    return _public(_row(session, bulk_id))


def _public(row: Row) -> Row:
    state = "counted" if row["confirmed_at"] is None else "running" if row["finished_at"] is None else "finished"
    return {**row, "id": str(row["id"]), "state": state, "done": _progress(row)["done"]}


def _progress(row: Row) -> Row:
    """How many sources have an outcome, and how many of those were not skipped."""
    return {"done": row["sources"] - row["left"] - row["skipped"], "objects": row["sources"]}


def _text(value: Any) -> str | None:
    return str(value) if value else None
