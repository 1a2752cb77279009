"""A source that harvests a changing remote into a real CKAN, and what the CKAN has to hold after each of its runs."""

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from adapters.postgres.read_model.queries import Row
from domain.sources import SourceFields
from tests.acceptance.changing_remote import ChangingRemote, Package
from tests.acceptance.ckan_content import differences, resource_ids
from tests.support.ckan_gateway import Gateway
from tests.support.ckan_site import CkanSite, by_guid
from tests.support.stack import Stack

PAGE_SIZE = 8
AN_HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).isoformat()


@dataclass
class Mirror:
    """What the CKAN has to hold, reckoned from what the remote held at each run."""

    stack: Stack
    site: CkanSite
    ckan: Gateway
    remote: ChangingRemote
    source: str = ""
    held: dict[str, Package] = field(default_factory=dict)  # by guid
    names: dict[str, str] = field(default_factory=dict)  # in the CKAN, by guid
    bore: set[tuple[str, str]] = field(default_factory=set)  # all guids and names so far
    resources: dict[tuple[str, str], str] = field(default_factory=dict)  # ids in the CKAN by guid and id at the remote
    packages: dict[str, str] = field(default_factory=dict)  # ids in the CKAN, by guid
    added: set[str] = field(default_factory=set)  # by the last run, by guid
    further_writes: int = 0  # of the last run, beyond one for each dataset that it changed

    def __post_init__(self) -> None:
        self.source = register(self.stack, self.site, self.remote)

    def run(self, *, full: bool) -> Row:
        """Harvest, and compare everything.

        An incremental run finds removed datasets, too: by the count, and then by a list of all ids.
        """
        self.remote.forget()
        self.ckan.done.clear()
        theirs = deepcopy(self.remote.packages)
        first = not self.held
        job = self.stack.run(self.source, full=full)
        listed = theirs if full or first else {guid: one for guid, one in theirs.items() if is_recent(one)}
        gone = self.held.keys() - theirs.keys()
        self._check_job(job, listed, gone)
        self._check_remote(listed)
        before = {guid: name for guid, name in self.names.items() if guid not in gone}
        self.held = {guid: one for guid, one in {**self.held, **listed}.items() if guid not in gone}
        self._check_content(before)
        return job

    def _check_job(self, job: Row, listed: Mapping[str, Package], gone: set[str]) -> None:
        changed = {guid for guid, package in listed.items() if self.held.get(guid) != package}
        wanted = {
            "added": len(changed - self.held.keys()),
            "updated": len(changed & self.held.keys()),
            "deleted": len(gone),
            "not_modified": len(listed) - len(changed),
            "errored": 0,
        }
        counts = {name: job[name] for name in wanted}
        assert counts == wanted, f"{counts}, wanted {wanted}: {self.stack.model.object_errors(job['id'])}"
        assert (job["outcome"], job["objects"]) == ("finished", len(changed) + len(gone))
        self.further_writes = sum(self.ckan.writes().values()) - len(changed) - len(gone)
        self.added = changed - self.held.keys()

    def _check_remote(self, listed: Mapping[str, Package]) -> None:
        """Nothing else was asked for: pages overlap by one record."""
        assert set(self.remote.sent) == listed.keys()
        assert len(self.remote.sent) < len(listed) + len(self.remote.searches)

    def _check_content(self, before: Mapping[str, str]) -> None:
        found = by_guid(self.site.packages(), self.stack)
        assert found.keys() == self.held.keys()
        for guid, package in self.held.items():
            here = found[guid]
            wrong = differences(package, here, self.site.organization, keeps_modified=self.site.keeps_modified)
            assert wrong == [], f"{guid}: {wrong}"
            assert extra_of(here, "harvest_source_id") == self.source
            assert self.packages.setdefault(guid, here["id"]) == here["id"]
            assert here["id"] == guid or not is_uuid(guid)
            for theirs, ours in resource_ids(package, here).items():
                assert self.resources.setdefault((guid, theirs), ours) == ours, (guid, theirs)
        self._check_names(before, {guid: package["name"] for guid, package in found.items()})

    def _check_names(self, before: Mapping[str, str], now: dict[str, str]) -> None:
        """A name stays as long as the dataset does; a new one has the remote's, or that with a number where it is taken.

        By a deleted package, too: CKAN gives the name of one to a new package, but to none that comes back.
        """
        assert len(set(now.values())) == len(now)
        for guid, name in now.items():
            wanted = self.held[guid]["name"]
            others = {other for whose, other in (*self.bore, *now.items()) if whose != guid}
            if guid in before:
                assert name in (before[guid], wanted)  # a name that became free goes to the dataset that waits for it
            elif wanted not in others:
                assert name == wanted
            else:
                assert name == wanted or re.fullmatch(re.escape(wanted[:97]) + r"\d+", name)
        settled = {guid for guid, name in now.items() if guid in self.added or before.get(guid) != name}
        assert 0 <= self.further_writes <= len(settled), "each dataset is written once, and once more where its name settles"
        self.names = now
        self.bore |= set(now.items())

    def forget_removed(self) -> None:
        """What the remote no longer has is gone from the CKAN too."""
        self.held = {guid: package for guid, package in self.held.items() if guid in self.remote.packages}
        self.names = {guid: name for guid, name in self.names.items() if guid in self.held}

    def clean(self) -> None:
        for identity in self.packages.values():
            self.site.purge("dataset", identity)


def register(stack: Stack, site: CkanSite, remote: ChangingRemote) -> str:
    fields = SourceFields(
        f"source-{uuid4().hex[:8]}",
        remote.url,
        "ckan",
        "Portal",
        owner_org=site.organization,
        config=json.dumps({"page_size": PAGE_SIZE, "unknown_fields": "drop"}),
    )
    return str(stack.parts.application.register_source(fields, by="test"))


def is_recent(package: Package) -> bool:
    """Whether a dataset was changed since these tests began: recorded ones were long before."""
    return bool(package["metadata_modified"] > AN_HOUR_AGO)


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def extra_of(package: Package, key: str) -> str:
    return next((str(extra["value"]) for extra in package["extras"] if extra["key"] == key), "")
