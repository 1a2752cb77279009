"""Actions on API tokens: of persons, for sites without a CKAN, and of services, which say for whom they call."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from adapters.actions.own_persons import own_persons
from adapters.actions.parameters import Limit, Offset, Parameters, instant
from adapters.actions.session import Session
from adapters.actions.table import ACTIONS, action
from adapters.postgres.read_model.queries import Row
from adapters.postgres.tokens import Tokens
from adapters.postgres.work.site_state import database_time
from domain.access import Right
from domain.errors import NotAuthorized, NotFound, ValidationError
from domain.persons import MAX_TITLE
from domain.scopes import ADMIN, checked_scope

NEVER = "never"
PERIOD = re.compile(r"(\d{1,5})\s*d", re.IGNORECASE)
HOW = "write 90d for 90 days from now, 2027-01-31, 2027-01-31T12:00+01:00, or never"


def _expiry(value: str) -> str:
    value = value.strip()
    if value.lower() == NEVER:
        return NEVER
    if not PERIOD.fullmatch(value):
        try:
            instant(value)
        except ValueError as error:
            raise ValueError(f"{value!r} is no time: {HOW}") from error
    return value


def _words(value: Any) -> Any:
    """A list. Text is split at commas and blanks."""
    return re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else value


class TokenCreate(Parameters):
    """`name`: what the token is for. `scope`: what it allows: read, write, admin, or names of actions, in which `*` may stand.

    `person`: whose token; the caller's if not given. `service`: a token of a program instead of a person; its calls name the
    user in X-Harvest-Caller. `expires`: days from now (`90d`), a time (UTC unless it says otherwise), or `never`.
    """

    name: Annotated[str, Field(min_length=1, max_length=MAX_TITLE)]
    scope: Annotated[list[str], BeforeValidator(_words)] = Field(default_factory=lambda: [ADMIN])
    person: str = ""
    service: bool = False
    expires: Annotated[str, AfterValidator(_expiry)] = "365d"


class TokenList(Parameters):
    """`person`: whose tokens. If not given: the caller's own; for sysadmins all tokens, including those of services."""

    person: str = ""
    limit: Limit = 100
    offset: Offset = 0


class TokenRevoke(Parameters):
    """`id`: the id of a token, from harvest_token_list."""

    id: UUID


@action(Right.PERSON, TokenCreate)
def harvest_token_create(session: Session, parameters: TokenCreate) -> Row:
    """Create a token. The answer's `token` is shown only this once."""
    if parameters.service:
        _only_sysadmins(session, "make tokens of services")
        if parameters.person:
            raise ValidationError({"person": "A service's token is nobody's: leave the person out"})
        person_id = None
    else:
        person_id = _person_id(session, parameters.person)
    scope = checked_scope(parameters.scope, ACTIONS)
    expires = _expires(session, parameters.expires)
    tokens = Tokens(session.parts.database)
    token_id, token = tokens.add(person_id, parameters.name, scope, expires, session.caller.name)
    return {**_row(tokens, UUID(token_id)), "token": token}


def _person_id(session: Session, name: str) -> str:
    """Raises NotAuthorized for another person, Refused where CKAN's tokens are used, ValidationError, NotFound."""
    if name and name != session.caller.name:
        _only_sysadmins(session, "make tokens of others")
    persons = own_persons(session)
    try:
        return str(persons.person(name or session.caller.name)["id"])
    except NotFound:
        if name:
            raise
        raise ValidationError({"person": "Missing value: name the person whose token it is, or make a service's"}) from None


def _expires(session: Session, text: str) -> datetime | None:
    if text == NEVER:
        return None
    now: datetime = database_time(session.parts.database)
    if period := PERIOD.fullmatch(text):
        expires = now + timedelta(days=int(period[1]))
    else:
        expires = datetime.fromisoformat(text)
        expires = expires if expires.tzinfo else expires.replace(tzinfo=UTC)
    if expires <= now:
        raise ValidationError({"expires": f"Is not in the future: {HOW}"})
    return expires


@action(Right.PERSON, TokenList, reads=True, listed="tokens")
def harvest_token_list(session: Session, parameters: TokenList) -> dict[str, Any]:
    """Tokens, newest first, with scope, expiry and last use (exact to a minute); never the tokens themselves."""
    caller = session.caller
    person = parameters.person or None if caller.sysadmin else parameters.person or caller.name
    if not caller.sysadmin:
        own_persons(session)
        if person != caller.name:
            _only_sysadmins(session, "see tokens of others")
    if parameters.person:
        person = str(own_persons(session).person(parameters.person)["name"])
    rows = Tokens(session.parts.database).page(person, parameters.limit, parameters.offset)
    return {"tokens": [_shown(row) for row in rows]}


@action(Right.PERSON, TokenRevoke)
def harvest_token_revoke(session: Session, parameters: TokenRevoke) -> Row:
    """Revoke a token: it is refused from now on. A second call changes nothing."""
    tokens = Tokens(session.parts.database)
    row = tokens.token(parameters.id)
    if row is None or row["person"] != session.caller.name:
        _only_sysadmins(session, "revoke tokens of others")
    tokens.revoke(str(parameters.id), session.caller.name)
    return _row(tokens, parameters.id)


def _only_sysadmins(session: Session, what: str) -> None:
    if not session.caller.sysadmin:
        raise NotAuthorized(f"Only sysadmins may {what}")


def _row(tokens: Tokens, token_id: UUID) -> Row:
    row = tokens.token(token_id)
    if row is None:
        raise NotFound(f"There is no token {token_id}: `harvester token list` lists them")
    return _shown(row)


def _shown(row: Row) -> Row:
    return {**row, "revoked_by": row["revoked_by"] or None}
