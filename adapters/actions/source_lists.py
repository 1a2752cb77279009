"""Lists of sources by what is wrong with them, by organisation or type, in any order; and what is wrong with all of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters.actions.session import Session
from adapters.postgres.read_model.source_facts import sorted_sources, source_facts
from adapters.postgres.work.site_state import database_time
from domain.errors import NotFound
from domain.source_health import TROUBLES, SourceHealth, source_health

if TYPE_CHECKING:
    from adapters.actions.sources import SourceList


def health_of_sources(session: Session) -> SourceHealth:
    """Which active sources need a person."""
    now: datetime = database_time(session.parts.database)
    return source_health(source_facts(session.model), now, session.parts.settings.shrunk_percent)


def is_plain(asked: "SourceList") -> bool:
    """Whether a list is of all sources by age, as ckanext-harvest has it."""
    return not (asked.owner_org or asked.source_type or asked.sort != "created" or _troubles(asked))


def _troubles(asked: "SourceList") -> list[str]:
    return [trouble for trouble in TROUBLES if getattr(asked, trouble)]


def selected(session: Session, asked: "SourceList") -> tuple[int, list[str], str | None]:
    """How many sources there are, the ids of a page of them, and `after` for the next page. Raises NotFound."""
    wanted = _troubles(asked)
    ids = [source.id for source in health_of_sources(session).of(*wanted)] if wanted else None
    which: dict[str, Any] = {"org": asked.owner_org, "kind": asked.source_type, "inactive": not asked.only_active, "ids": ids}
    rows = sorted_sources(session.model, sort=asked.sort, **which)
    first = asked.offset
    if asked.after:
        places = [place for place, row in enumerate(rows) if asked.after in (row["id"], row["name"])]
        if not places:
            raise NotFound(f"There is no source {asked.after} in this list to continue after: start again without it")
        first += places[0] + 1
    page = [row["id"] for row in rows[first : first + asked.limit]]
    more = first + len(page) < len(rows)
    return len(rows), page, page[-1] if page and more else None
