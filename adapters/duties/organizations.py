"""Keeps how CKAN describes the organisations of sources, so that a read of a source needn't ask it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.postgres.source_organizations import SourceOrganizations
from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from domain.errors import ServiceUnavailable, TargetError

AT_A_TIME = 20  # organisations
WITHOUT = dict.fromkeys(("include_datasets", "include_dataset_count", "include_users", "include_groups", "include_tags"), False)
SHOWN = ("id", "name", "title", "type", "description", "image_url", "created", "is_organization", "approval_status", "state")
"""Keys of an organisation in CKAN's package_show."""


class KeepOrganizations:
    """Asks CKAN about each organisation that sources name: soon after the first of them is entered, then every ten minutes."""

    name = "organisations of sources"
    trouble = "sources are shown with organisations as they were"
    interval = 5.0
    on_news = False
    pace = 0.0

    def __init__(self, organizations: SourceOrganizations, api: ActionAPI) -> None:
        self._organizations = organizations
        self._api = api

    def run(self, now: datetime) -> bool:
        """Ask about those that are due; True when there may be more. Raises ServiceUnavailable.

        One that CKAN can't describe is no reason not to ask about the others.
        """
        keys, problem = self._organizations.stale(AT_A_TIME), None
        for key in keys:
            try:
                self._organizations.keep(key, self._ask(key))
            except Refusal as error:
                problem = ServiceUnavailable(f"CKAN doesn't describe organisation {key}: {error}")
        if problem is not None:
            raise problem
        return len(keys) == AT_A_TIME

    def _ask(self, key: str) -> dict[str, Any] | None:
        try:
            organization = self._api.call("organization_show", {"id": key, **WITHOUT})
        except Refusal as error:
            if error.status in (403, 404):
                return None
            raise
        except TargetError as error:
            raise ServiceUnavailable(f"CKAN doesn't describe organisation {key}: {error}") from error
        return {name: organization.get(name) for name in SHOWN} if isinstance(organization, Mapping) else None
