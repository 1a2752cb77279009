"""Lists of sources by trouble, organisation or type, in any order; and which sources need attention."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters.actions.session import Session
from adapters.postgres.read_model.source_facts import sorted_sources, source_facts
from adapters.postgres.work.site_state import database_time
from domain.access import sight
from domain.errors import NotFound
from domain.source_health import TROUBLES, SourceHealth, source_health

if TYPE_CHECKING:
    from adapters.actions.sources import SourceList


def health_of_sources(session: Session) -> SourceHealth:
    """Which active sources need attention."""
    now: datetime = database_time(session.parts.database)
    return source_health(source_facts(session.model, now), now, session.parts.settings.shrunk_percent)


def is_plain(parameters: "SourceList") -> bool:
    """Whether a list is of all sources by age, as in ckanext-harvest."""
    return not (parameters.owner_org or parameters.source_type or parameters.sort != "created" or troubles(parameters))


def troubles(parameters: "SourceList") -> list[str]:
    """The troubles that a list asks for."""
    return [trouble for trouble in TROUBLES if getattr(parameters, trouble)]


def selected(session: Session, parameters: "SourceList") -> tuple[int, list[str], str | None]:
    """How many sources there are, the ids of a page of them, and `after` for the next page. Raises NotFound."""
    wanted = troubles(parameters)
    ids = [source.id for source in health_of_sources(session).of(*wanted)] if wanted else None
    which: dict[str, Any] = {
        "org": parameters.owner_org,
        "kind": parameters.source_type,
        "inactive": not parameters.only_active,
        "ids": ids,
        "sight": sight(session.caller),
    }
    sources = sorted_sources(session.model, sort=parameters.sort, **which)
    first = parameters.offset
    if parameters.after:
        places = [place for place, source in enumerate(sources) if parameters.after in source]
        if not places:
            raise NotFound(f"There is no source {parameters.after} in this list to continue after: start again without it")
        first += places[0] + 1
    page = [source_id for source_id, _ in sources[first : first + parameters.limit]]
    more = first + len(page) < len(sources)
    return len(sources), page, page[-1] if page and more else None
