"""What a request's headers say about who calls: the token, as CKAN accepts it, and whom a service calls for.

CKAN takes a token bare in `Authorization` (https://docs.ckan.org/en/2.11/api/index.html#authentication-and-api-tokens); older
clients send `X-CKAN-API-Key`, and most other software writes `Bearer` before it.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.access import ROLES, Caller
from domain.errors import UnknownToken, ValidationError
from domain.scopes import Scope

CALLER_HEADER = "X-Harvest-Caller"
MAX_TOKEN = 4096  # characters
MAX_NAME = 200  # characters
FIELDS = ("name", "sysadmin", "organizations")
UNKNOWN = "The API token is unknown, expired or revoked"


def token_of(headers: Mapping[str, str]) -> str:
    """The request's token, empty for none. Names of headers are in lower case. Raises UnknownToken for what can't be one."""
    token = _bare(headers.get("authorization", "")) or headers.get("x-ckan-api-key", "").strip()
    if len(token) > MAX_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise UnknownToken(UNKNOWN)
    return token


def _bare(value: str) -> str:
    """The token in `Authorization`; as in CKAN, other schemes (Basic, for a proxy) are ignored."""
    scheme, blank, rest = value.strip().partition(" ")
    if not blank:
        return "" if scheme.lower() == "bearer" else scheme
    return rest.strip() if scheme.lower() == "bearer" else ""


def named_caller(text: str, scope: Scope) -> Caller:
    """Whom a service calls for, by what it says in X-Harvest-Caller. Raises ValidationError."""
    if not text.strip():
        raise _wrong("Missing value: a service's token says nothing about who calls")
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong("Is not JSON") from error
    if not isinstance(fields, dict) or fields.keys() - set(FIELDS):
        raise _wrong(f"Must be an object with {', '.join(FIELDS)}")
    name, sysadmin, roles = fields.get("name", ""), fields.get("sysadmin", False), fields.get("organizations", {})
    if not isinstance(name, str) or len(name) > MAX_NAME or not name.isprintable():
        raise _wrong(f"name must be text of {MAX_NAME} printable characters at most; empty: nobody is signed in")
    if not isinstance(sysadmin, bool):
        raise _wrong("sysadmin must be true or false")
    if not name and (sysadmin or roles):
        raise _wrong("Who isn't signed in has no rights: give their name")
    return Caller(name, sysadmin, _roles(roles), scope)


def _roles(roles: Any) -> dict[str, str]:
    """Roles by organisation; an unknown role gives no rights."""
    if not isinstance(roles, dict) or not all(isinstance(role, str) for role in roles.values()):
        raise _wrong(f"organizations must be an object: {{id or name: {' | '.join(ROLES)}}}")
    return {organisation: role for organisation, role in roles.items() if role in ROLES}


def _wrong(why: str) -> ValidationError:
    return ValidationError({CALLER_HEADER: why})
