"""Who calls, by the headers of a request."""

from collections.abc import Mapping

from domain.access import ANONYMOUS, Caller
from domain.errors import NotAuthorized


class NoTokens:
    """Nobody has a token: who brings one is refused, all others are anonymous."""

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """Nobody. Raises NotAuthorized for a token."""
        if headers.get("authorization") or headers.get("x-ckan-api-key"):
            raise NotAuthorized("The API token is not valid")
        return ANONYMOUS
