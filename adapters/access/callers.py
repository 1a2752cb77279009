"""Finds out who calls: `Callers.caller`, once per request, whether CKAN or our own tables know the persons."""

import math
from collections.abc import Mapping
from typing import Protocol

from adapters.access.headers import CALLER_HEADER, UNKNOWN, named_caller, token_of
from adapters.access.known import Known
from adapters.postgres.tokens import PERSON, SERVICE, Holder, Tokens
from domain.access import ANONYMOUS, Caller
from domain.errors import UnknownToken

KEPT = 30.0  # seconds: the use of a token is noted when it is looked up, and is to be exact to a minute


class Provider(Protocol):
    """Knows the tokens of persons."""

    def known(self, token: str) -> Known:
        """Whose a token is. Raises UnknownToken; ServiceUnavailable when it can't be checked now."""

    def caller(self, token: str) -> Caller:
        """The same, without how long it holds."""


class OwnPersons:
    """Persons of our own. A revoked token is refused at the next request, since revoking changes the tables."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def known(self, token: str) -> Known:
        """Whose a token is. Raises UnknownToken, ServiceUnavailable."""
        holder = self._tokens.holder(token) if token.startswith(PERSON) else None
        if holder is None or holder.person is None:
            raise UnknownToken(UNKNOWN)
        return Known(Caller(holder.person, holder.sysadmin, holder.roles, holder.scope), _kept(holder))

    def caller(self, token: str) -> Caller:
        """Whose a token is; see `known`."""
        return self.known(token).caller


class Callers:
    """Callers by the headers of their requests. Safe to share between threads."""

    def __init__(self, provider: Provider, tokens: Tokens) -> None:
        """`tokens`: those of services, which exist with a CKAN and without one."""
        self.provider = provider
        self._tokens = tokens

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """Who calls; see `known`."""
        return self.known(headers).caller

    def known(self, headers: Mapping[str, str]) -> Known:
        """Who calls; without a token an anonymous visitor. Names of headers are in lower case.

        Raises UnknownToken, ValidationError for a bad X-Harvest-Caller, ServiceUnavailable.
        """
        token = token_of(headers)
        if not token:
            return Known(ANONYMOUS, math.inf)
        if token.startswith(SERVICE):
            return self._of_service(token, headers.get(CALLER_HEADER.lower(), ""))
        return self.provider.known(token)

    def _of_service(self, token: str, caller_header: str) -> Known:
        """Whom a service calls for. We believe it and don't ask CKAN: a CKAN that calls us is waiting for our answer."""
        holder = self._tokens.holder(token)
        if holder is None or holder.person is not None:
            raise UnknownToken(UNKNOWN)
        return Known(named_caller(caller_header, holder.scope), _kept(holder))


def _kept(holder: Holder) -> float:
    return min(KEPT, holder.seconds_left)
