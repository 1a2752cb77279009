"""Actions on the keys that encrypt the secrets of sources."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.keyring import new_key as new_key
from domain.access import Right
from domain.errors import SettingError
from domain.sealing import keys_of
from domain.secrets import mask_config, mask_url
from domain.sources import HarvestSource, SourceFields

SOURCES = """
    SELECT source_id FROM ops.schedule WHERE source_id > %(after)s ORDER BY source_id LIMIT 500
"""
FIRST = UUID(int=0)


class Rotate(Parameters):
    """`key_lost`: go on without the current key; secrets that it encrypted have to be entered again."""

    key_lost: bool = False


@action(Right.SYSADMIN, reads=True)
def harvest_secrets_show(session: Session, _asked: Parameters) -> dict[str, Any]:
    """The current key, and how many sources have secrets under it, under older keys, in clear, or under a key missing here."""
    cipher = session.parts.cipher
    current = cipher.registered_id()
    counts = {"current": 0, "older_key": 0, "in_clear": 0, "key_missing": 0}
    for source in _sources(session):
        if kind := _kind(session, source.fields, current):
            counts[kind] += 1
    return {"key": current, "keys_in": cipher.place, "key_here": cipher.is_here(current), "sources": counts}


def _kind(session: Session, fields: SourceFields, current: str) -> str:
    keys = keys_of(fields)
    if any(not session.parts.cipher.is_here(key) for key in keys):
        return "key_missing"
    if keys - {current}:
        return "older_key"
    opened = session.parts.application.sealing.opened(fields)
    if not keys and (mask_url(opened.url), mask_config(opened.config)) == (opened.url, opened.config):
        return ""  # there is no secret
    in_clear = session.parts.application.sealing.sealed(fields) != fields if current else True
    return "in_clear" if in_clear else "current"


@action(Right.SYSADMIN, Rotate)
def harvest_secrets_rotate(session: Session, parameters: Rotate) -> dict[str, Any]:
    """Create a new key, and encrypt the secrets of all sources with it, including those in clear.

    Older keys are kept: jobs that have begun, and stored events, need them.
    """
    key = session.parts.cipher.rotate(lost=parameters.key_lost)
    changed, failed = 0, []
    for source in _sources(session):
        try:
            changed += session.parts.application.reseal_source(source.id, by=session.caller.name)
        except SettingError as error:
            failed.append({"source": source.fields.name, "message": str(error)})
    session.show_current()
    return {"key": key.id, "keys_in": session.parts.cipher.place, "changed": changed, "failed": failed}


def _sources(session: Session) -> Iterator[HarvestSource]:
    """All sources, as the log has them."""
    session.show_current()
    after = FIRST
    while ids := [row[0] for row in session.parts.database.query(SOURCES, after=after)]:
        yield from session.parts.application.load_many(HarvestSource, ids).values()
        after = ids[-1]
