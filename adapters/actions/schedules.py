"""Actions on schedules: pause and resume a source, a remote's host, the target, or everything."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator

from adapters.actions.parameters import ById, Parameters, Reference, instant
from adapters.actions.session import Session
from adapters.actions.sources import harvest_source_show, the_source
from adapters.actions.table import action
from adapters.duties.scheduling import next_start
from adapters.postgres.read_model.queries import Row
from adapters.postgres.work.schedules import Pause, Schedules, host_of
from domain.access import Right
from domain.errors import Refused, ValidationError

SHOWN_PAUSES = 5  # in a message


def _instant(value: str) -> str:
    if value:
        try:
            instant(value)
        except ValueError as error:
            raise ValueError(
                f"{value} is no time: write for example 2026-03-01T06:00 (UTC) or 2026-03-01T06:00+01:00"
            ) from error
    return value


Until = Annotated[str, AfterValidator(_instant)]
"""A time as ISO 8601 (UTC unless it says otherwise); empty: until somebody resumes it."""


class SourcePause(Parameters):
    """The source.

    `until`: when it goes on by itself (ISO 8601, UTC unless it says otherwise); empty: when somebody resumes it.
    """

    id: Reference
    until: Until = ""


class SitePause(Parameters):
    """`scope`: `all`, `target`, or `host` with the host's `name`.

    `until`: when it goes on by itself (ISO 8601, UTC unless it says otherwise); empty: when somebody resumes it.
    """

    scope: Literal["all", "host", "target"]
    name: str = ""
    until: Until = ""


class SiteResume(Parameters):
    """`scope`: `all`, `target`, or `host` with the host's `name`."""

    scope: Literal["all", "host", "target"]
    name: str = ""


@action(Right.EDIT, SourcePause, subject=the_source)
def harvest_source_pause(session: Session, parameters: SourcePause) -> Row:
    """Start no scheduled jobs of a source, until a time or until it is resumed."""
    source = session.source(parameters.id)
    until = checked_until(session, parameters.until)
    session.parts.application.pause_source(source.id, session.caller.name, until)
    return _shown(session, parameters.id)


@action(Right.EDIT, ById, subject=the_source)
def harvest_source_resume(session: Session, parameters: ById) -> Row:
    """Start scheduled jobs of a source again; one job catches up on the times that it missed.

    Raises Refused when the source itself isn't paused; a pause of its host, the target or everything has to be resumed as such.
    """
    source = session.source(parameters.id)
    if not source.is_paused(Schedules(session.parts.database).now()):
        raise Refused(f"Source {source.fields.name} is not paused{_otherwise(session)}")
    session.parts.application.resume_source(source.id, session.caller.name)
    return _shown(session, parameters.id)


def _shown(session: Session, source: str) -> Row:
    row: Row = harvest_source_show.run(session, ById(id=source))
    return row


@action(Right.SYSADMIN, SitePause)
def harvest_site_pause(session: Session, parameters: SitePause) -> dict[str, Any]:
    """Start no scheduled jobs at all (`all`), or let no job send anything to a host, or to the target."""
    until = checked_until(session, parameters.until)
    schedules = Schedules(session.parts.database)
    schedules.pause(parameters.scope, _name(parameters.scope, parameters.name), until, session.caller.name)
    return {"paused": paused(session)}


@action(Right.SYSADMIN, SiteResume)
def harvest_site_resume(session: Session, parameters: SiteResume) -> dict[str, Any]:
    """End a pause of everything, of a host or of the target; one job per source catches up on the times that were missed.

    Raises Refused when that isn't paused.
    """
    name = _name(parameters.scope, parameters.name)
    if not Schedules(session.parts.database).resume(parameters.scope, name):
        what = f"Host {name}" if name else {"all": "The site as a whole", "target": "The target"}[parameters.scope]
        raise Refused(f"{what} is not paused{_otherwise(session)}")
    return {"paused": paused(session)}


def _otherwise(session: Session) -> str:
    """What is paused instead, for a message."""
    names = [" ".join(filter(None, (pause["what"], pause["name"]))) for pause in paused(session)]
    more = f" and {len(names) - SHOWN_PAUSES} more" if len(names) > SHOWN_PAUSES else ""
    return f"; what is paused: {', '.join(names[:SHOWN_PAUSES])}{more}" if names else ", and nothing else is"


def _name(scope: str, name: str) -> str:
    """The host's name; an address gives its host. Raises ValidationError."""
    if scope != "host":
        return ""
    host = host_of(name if "//" in name else f"//{name}")
    if not host:
        raise ValidationError({"name": "Missing value: the host to pause, for example data.example.org"})
    return host


def checked_until(session: Session, text: str) -> datetime | None:
    """A time to come, None for none. Raises ValidationError when it is over already."""
    if not text:
        return None
    until = datetime.fromisoformat(text)
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    if until <= Schedules(session.parts.database).now():
        raise ValidationError({"until": f"{text} is over already: name a time to come"})
    return until


def paused(session: Session) -> list[dict[str, Any]]:
    """What is paused at present: `what` is all, target, host or source."""
    schedules = Schedules(session.parts.database)
    now = schedules.now()
    site = [{"what": pause.scope, "name": pause.name, "until": pause.until} for pause in schedules.pauses(now)]
    sources = [
        {"what": "source", "name": session.source(str(source)).fields.name, "until": until}
        for source, until in schedules.paused_sources(now)
    ]
    return [*site, *sources]


def with_schedules(session: Session, rows: Sequence[Row]) -> list[Row]:
    """Sources' rows with their schedules, and when they are next harvested (None: only by hand)."""
    schedules, jitter = Schedules(session.parts.database), session.parts.settings.cron_jitter
    by_source, now = schedules.of([UUID(row["id"]) for row in rows]), schedules.now()
    pauses = schedules.pauses(now)
    shown = []
    for row in rows:
        scheduled = by_source.get(UUID(row["id"]))
        if scheduled is None:
            shown.append({**row, "next_run": None, "paused": None})
            continue
        holding = [pause for pause in pauses if pause.holds(scheduled.url)]
        source_pause = scheduled.paused and (scheduled.paused_until is None or scheduled.paused_until > now)
        timing = {name: getattr(scheduled.schedule, name) for name in ("cron", "time_zone", "blackout")}
        by = "source" if source_pause else holding[0].scope if holding else None
        start = next_start(scheduled, now, jitter).start
        shown.append({**row, **timing, "next_run": _held(start, holding), "paused": by})
    return shown


def _held(start: datetime | None, holding: Sequence[Pause]) -> datetime | None:
    """When a job starts that is held back by pauses of the site."""
    for pause in holding:
        if start is None or pause.until is None:
            return None
        start = max(start, pause.until)
    return start.replace(microsecond=0) if start else None
