"""The real CKAN that HARVEST_CKAN_URL and HARVEST_CKAN_TOKEN name, for tests; what they store there is purged afterwards.

Without one they are skipped, and fail where CI=true and HARVEST_REQUIRE_CKAN=1.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, NoReturn
from uuid import uuid4

import pytest

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from adapters.targets.ckan.package import OBJECT, extra
from adapters.targets.ckan.target import CKANTarget
from domain.errors import TargetError
from harvesters.target import Owner, Stored
from tests.support.stack import Stack

PAGE = 1000  # packages
MANY = 500  # packages


class CountingAPI(ActionAPI):
    """An API that remembers which actions it was asked for."""

    def __init__(self, url: str, token: str, concurrency: int = 4) -> None:
        super().__init__(url, token, concurrency=concurrency, timeout=60.0, user_agent="harvestlog tests")
        self.actions: list[str] = []

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        self.actions.append(action)
        return super().call(action, data)


class CkanSite(CKANTarget):
    """A CKAN with an organisation for one test; packages without an owner_org go there."""

    def __init__(self, url: str, token: str, layer: Callable[[ActionAPI], ActionAPI] = lambda api: api) -> None:
        """`layer`: what stands between the target and the API."""
        self.api = api = CountingAPI(url, token)
        super().__init__(layer(api))
        self.token = token
        self.organization = str(api.call("organization_create", {"name": f"test-{uuid4().hex[:12]}"})["id"])
        self._schemas.of("dataset")  # as any process that has stored a dataset has asked
        self.actions = api.actions
        self.actions.clear()
        self._saved: set[str] = set()

    @cached_property
    def keeps_modified(self) -> bool:
        """Whether it takes metadata_modified; CKAN before 2.12 sets the time of the write."""
        version = self.api.call("status_show", {})["ckan_version"].split(".")
        return (int(version[0]), int(version[1])) >= (2, 12)

    def prepared(self, package: Mapping[str, Any], owner: Owner) -> Callable[[], Stored]:
        self._saved.add(package["id"])
        return super().prepared({"owner_org": self.organization, **package}, owner)

    def packages(self) -> dict[str, dict[str, Any]]:
        """All packages of the organisation that aren't deleted, by id."""
        found: dict[str, dict[str, Any]] = {}
        query = {"fq": f"owner_org:{self.organization}", "rows": PAGE, "include_private": True, "sort": "id asc"}
        while True:
            answer = self.api.call("package_search", {**query, "start": len(found)})
            found |= {package["id"]: package for package in answer["results"]}
            if not answer["results"] or len(found) >= answer["count"]:
                return found

    def clean(self) -> None:
        """Purge the packages and the organisation; many packages stay, since each purge takes 50 ms."""
        found = self._saved | set(self.packages())
        if len(found) > MANY:
            return
        for package_id in found:
            self.purge("dataset", package_id)
        self.purge("organization", self.organization)

    def purge(self, kind: str, identity: str) -> None:
        """Purge a dataset, group or organization, if it is there."""
        try:
            self.api.call(f"{kind}_purge", {"id": identity})
        except Refusal as error:
            if error.status != 404:
                raise


def by_guid(packages: Mapping[str, dict[str, Any]], stack: Stack) -> dict[str, dict[str, Any]]:
    """Packages of a CKAN by the guid of the object that each was imported from; there is one of each."""
    guids = dict(stack.parts.database.query("SELECT id, guid FROM harvest.object"))
    found = {guids[extra(package, OBJECT)]: package for package in packages.values()}
    assert len(found) == len(packages)
    return found


def _missing(message: str) -> NoReturn:
    if os.environ.get("CI") == "true" and os.environ.get("HARVEST_REQUIRE_CKAN") == "1":
        pytest.fail(message)
    pytest.skip(message)


def require_type(site: CkanSite, dataset_type: str, file: str) -> None:
    """Skip the test, or fail it in CI, unless the CKAN has ckanext-scheming with that type, from a file of tests/support."""
    try:
        site.api.call("scheming_dataset_schema_show", {"type": dataset_type})
    except TargetError:
        _missing(f"this CKAN has no ckanext-scheming with tests/support/{file}")


@contextmanager
def ckan_site(layer: Callable[[ActionAPI], ActionAPI] = lambda api: api) -> Iterator[CkanSite]:
    """The CKAN, for one test."""
    url, token = os.environ.get("HARVEST_CKAN_URL", ""), os.environ.get("HARVEST_CKAN_TOKEN", "")
    if not url:
        _missing("HARVEST_CKAN_URL and HARVEST_CKAN_TOKEN name no CKAN")
    site = CkanSite(url, token, layer)
    try:
        yield site
    finally:
        site.clean()
