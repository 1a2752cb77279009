"""A source that harvests a changing remote into a real CKAN, and what the CKAN has to hold after each of its runs."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from adapters.postgres.read_model.queries import Row
from domain.sources import SourceFields
from tests.acceptance.changing_remote import ChangingRemote, Package
from tests.acceptance.ckan_content import differences, resource_ids
from tests.support.ckan_gateway import Gateway
from tests.support.ckan_site import CkanSite, by_guid
from tests.support.stack import Stack

PAGE_SIZE = 8
FREED = re.compile(r"(.{1,58})--[0-9a-f]{32}")  # the name of a package whose own was needed
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
    resources: dict[tuple[str, str], str] = field(default_factory=dict)  # ids in the CKAN by guid and id at the remote
    packages: dict[str, str] = field(default_factory=dict)  # ids in the CKAN, by guid
    changed: set[str] = field(default_factory=set)  # by the last run, by guid

    def __post_init__(self) -> None:
        self.source = register(self.stack, self.site, self.remote)

    def run(self, *, full: bool) -> Row:
        """Harvest, and compare everything.

        An incremental run finds removed datasets, too: by the count, and then by a list of all ids.
        """
        self.remote.forget()
        self.ckan.forget()
        theirs = deepcopy(self.remote.packages)
        first = not self.held
        job = self.stack.run(self.source, full=full)
        listed = theirs if full or first else {guid: one for guid, one in theirs.items() if is_recent(one)}
        gone = self.held.keys() - theirs.keys()
        self._check_job(job, listed, gone)
        self._check_remote(listed)
        earlier, before = self.names, {guid: name for guid, name in self.names.items() if guid not in gone}
        self.held = {guid: one for guid, one in {**self.held, **listed}.items() if guid not in gone}
        self._check_content(before)
        self._check_writes(before)
        self._check_freed(earlier)
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
        objects = len(changed) + len(gone)
        assert (job["outcome"], job["objects"]) == ("finished", objects), f"{job['outcome']}, {job['objects']} of {objects}"
        self.changed = changed | gone

    def _check_remote(self, listed: Mapping[str, Package]) -> None:
        """Nothing else was asked for: pages overlap by one record."""
        sent, searches = self.remote.sent, self.remote.searches
        assert set(sent) == listed.keys(), f"sent for nothing, or not at all: {set(sent) ^ listed.keys()}"
        assert len(sent) < len(listed) + len(searches), f"{len(sent)} records of {len(listed)} in {len(searches)} searches"

    def _check_content(self, before: Mapping[str, str]) -> None:
        stored = by_guid(self._stored(), self.stack)
        assert stored.keys() == self.held.keys(), f"missing or too much: {stored.keys() ^ self.held.keys()}"
        for guid, package in self.held.items():
            here = stored[guid]
            wrong = differences(package, here, self.site.organization, keeps_modified=self.site.keeps_modified)
            assert wrong == [], f"{guid}: {wrong}"
            assert extra_of(here, "harvest_source_id") == self.source, f"{guid} is another source's"
            assert self.packages.setdefault(guid, here["id"]) == here["id"], f"{guid} has another id than before"
            assert here["id"] == guid or not is_uuid(guid), f"{guid} has the id {here['id']}"
            for theirs, ours in resource_ids(package, here).items():
                assert self.resources.setdefault((guid, theirs), ours) == ours, (guid, theirs)
        self._check_names(before, {guid: package["name"] for guid, package in stored.items()})

    def _stored(self) -> dict[str, Package]:
        """All packages by id; those that were written as the database has them, since the index may have the earlier write."""
        indexed, written = self.site.packages(), {written_id(data) for _, data in self.ckan.written}
        stored = {
            identity: self.site.show(identity) if identity in written else package for identity, package in indexed.items()
        }
        return {identity: package for identity, package in stored.items() if package is not None}

    def _check_names(self, before: Mapping[str, str], now: dict[str, str]) -> None:
        """A name stays as long as the dataset does, but a number goes when the name without it becomes free.

        A new dataset has the remote's name, or that with a number as long as another dataset has it.
        """
        assert len(set(now.values())) == len(now), f"two datasets have one name: {sorted(now.values())}"
        for guid, name in now.items():
            wanted = self.held[guid]["name"]
            if guid in before:
                settled = name == wanted and has_number(before[guid], wanted)
                assert name == before[guid] or settled, f"{guid} was {before[guid]}, is {name}, wants {wanted}"
            elif wanted in now.values():
                assert name == wanted or has_number(name, wanted), f"{guid} is {name}, wants {wanted}"
            else:
                assert name == wanted, f"{guid} is {name}, though nobody else is {wanted}"
        self.names = now

    def _check_writes(self, before: Mapping[str, str]) -> None:
        """One write for each dataset that changed, and what gives freed names to those that wait for them."""
        settling = [data for _, data in self.ckan.written if is_settling(data)]
        written = Counter(written_id(data) for _, data in self.ckan.written if data not in settling)
        wanted = Counter(self.packages[guid] for guid in self.changed)
        assert written == wanted, f"written {written - wanted} too often, {wanted - written} too rarely"
        guids = {identity: guid for guid, identity in self.packages.items()}
        renamed = {guids[written_id(data)]: data["update"]["name"] for data in settling}  # the last name of each
        for guid, name in renamed.items():
            if guid in self.names:
                assert name == self.names[guid] != before.get(guid), f"{guid} got the name {name} for nothing"

    def _check_freed(self, earlier: Mapping[str, str]) -> None:
        """Each name that was taken from a deleted package is another's now.

        Unless who waited for it was changed or removed by the same run, and may not have wanted it any more.
        """
        names = [name for _, data in self.ckan.written if (name := written_name(data))]
        given = Counter(name[:58] for name in names if not FREED.fullmatch(name))
        for name, times in Counter(freed[1] for name in names if (freed := FREED.fullmatch(name))).items():
            waited = [old for guid, old in earlier.items() if guid in self.changed and old != name and old.startswith(name)]
            assert times <= given[name] + len(waited), f"{name} was taken from {times} packages and given to fewer: {names}"

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


def has_number(name: str, wanted: str) -> bool:
    """Whether a name is the one wanted with a number of up to three digits behind it, 100 characters at most."""
    number = re.search(r"[1-9]\d{0,2}$", name)
    ends = [number[0][place:] for place in range(len(number[0]))] if number else []
    return any(name == wanted[: 100 - len(end)] + end for end in ends if end[0] != "0")


def written_id(data: Mapping[str, Any]) -> str:
    """The package that a call of CKAN's API writes."""
    return str(data["match"]["id"] if "match" in data else data["id"])


def written_name(data: Mapping[str, Any]) -> str:
    """The name that a call of CKAN's API gives to a package, empty when that keeps its own."""
    return str(data.get("update", data).get("name", ""))


def is_settling(data: Mapping[str, Any]) -> bool:
    """Whether a call of CKAN's API only gives a name to a package, or takes it from one that is deleted."""
    return "update" in data and data["update"].keys() <= {"name", "extras", "metadata_modified"}


def extra_of(package: Package, key: str) -> str:
    return next((str(extra["value"]) for extra in package["extras"] if extra["key"] == key), "")
