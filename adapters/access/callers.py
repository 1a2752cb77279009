"""Finds out who calls: `Callers.caller`, once per request, whether CKAN or our own tables know the persons."""

from collections.abc import Mapping
from typing import Protocol

from adapters.access.headers import CALLER_HEADER, UNKNOWN, named_caller, token_of
from adapters.postgres.tokens import PERSON, SERVICE, Tokens
from domain.access import ANONYMOUS, Caller
from domain.errors import UnknownToken


class Provider(Protocol):
    """Knows the tokens of persons."""

    def caller(self, token: str) -> Caller:
        """Whose a token is. Raises UnknownToken; ServiceUnavailable when it can't be checked now."""


class OwnPersons:
    """Persons of our own. Nothing is cached: a revoked token is refused at the next request."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def caller(self, token: str) -> Caller:
        """Whose a token is. Raises UnknownToken, ServiceUnavailable."""
        holder = self._tokens.holder(token) if token.startswith(PERSON) else None
        if holder is None or holder.person is None:
            raise UnknownToken(UNKNOWN)
        return Caller(holder.person, holder.sysadmin, holder.roles, holder.scope)


class Callers:
    """Callers by the headers of their requests. Safe to share between threads."""

    def __init__(self, provider: Provider, tokens: Tokens) -> None:
        """`tokens`: those of services, which exist with a CKAN and without one."""
        self.provider = provider
        self._tokens = tokens

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """Who calls; without a token an anonymous visitor. Names of headers are in lower case.

        Raises UnknownToken, ValidationError for a bad X-Harvest-Caller, ServiceUnavailable.
        """
        token = token_of(headers)
        if not token:
            return ANONYMOUS
        if token.startswith(SERVICE):
            return self._of_service(token, headers.get(CALLER_HEADER.lower(), ""))
        return self.provider.caller(token)

    def _of_service(self, token: str, caller_header: str) -> Caller:
        """Whom a service calls for. We believe it and don't ask CKAN: a CKAN that calls us is waiting for our answer."""
        holder = self._tokens.holder(token)
        if holder is None or holder.person is not None:
            raise UnknownToken(UNKNOWN)
        return named_caller(caller_header, holder.scope)
