"""Actions on what is in trouble: try a remote host or the target again at once; messages that nobody could read."""

from datetime import datetime
from typing import Any, Literal

from adapters.actions.parameters import Limit, Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.dead_letters import DeadLetters
from adapters.postgres.work.breakers import Breakers
from domain.access import Right
from domain.breakers import shown_remote
from domain.errors import NotFound


class BreakerReset(Parameters):
    """`what`: `target`, or `host` with the host's `name` as harvest_status_show shows it."""

    what: Literal["host", "target"]
    name: str = ""


class DeadLetterList(Parameters):
    """`before`: the time (`recorded`) of the last one of the page before."""

    limit: Limit = 100
    before: datetime | None = None


@action(Right.SYSADMIN, BreakerReset)
def harvest_breaker_reset(session: Session, parameters: BreakerReset) -> dict[str, Any]:
    """Send to a remote host or the target again at once, without waiting for it to answer. It stops again if it still fails.

    Raises NotFound when nothing is held back from it.
    """
    breakers = Breakers(session.parts.database)
    for breaker in breakers.open():
        if breaker.scope == parameters.what and (breaker.scope == "target" or _is_named(breaker.name, parameters.name)):
            breakers.close(breaker)
            return {"what": breaker.scope, "name": shown_remote(breaker.name)}
    what = "the target" if parameters.what == "target" else f"host {parameters.name}"
    raise NotFound(f"Nothing is held back from {what}: `harvester status` shows what is")


def _is_named(name: str, wanted: str) -> bool:
    return wanted in (name, shown_remote(name))


@action(Right.SYSADMIN, DeadLetterList, reads=True, listed="dead_letters")
def harvest_dead_letter_list(session: Session, parameters: DeadLetterList) -> dict[str, Any]:
    """Messages that could not be decoded, newest first: where they were, how large, and why not."""
    rows = DeadLetters(session.parts.database).page(parameters.limit + 1, parameters.before)
    page = rows[: parameters.limit]
    return {"dead_letters": page, "next": page[-1]["recorded"] if len(rows) > parameters.limit else None}
