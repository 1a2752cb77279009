"""Everything that a remote has: by its search, and where that is of no use by whatever else it offers."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from domain.errors import RemoteError
from harvesters.base import GatherError, Listed
from harvesters.ckan.config import OVERLAP
from harvesters.ckan.due import changes_since
from harvesters.ckan.filter_names import strange_names
from harvesters.ckan.listing import Found
from harvesters.ckan.named import Given, Named
from harvesters.ckan.reading import BATCH, Output, Reading
from harvesters.ckan.refusals import has_no_search, lacks_search
from harvesters.ckan.rest import References, RestAPI

UNUSABLE = frozenset({"refused", "http_500", "bad_answer"})
"""Failures of a search that the whole reading begins with; then each dataset is asked for, if there is a list of them."""
REST = "rest_api"
"""An extra of records that were read by the REST API: its version."""

log = logging.getLogger(__name__)


class Everything(Reading):
    """All datasets of a remote, in the most exact way that it has."""

    def _everything(self) -> Iterator[Output]:
        everything = self._listing(self._config.search_terms(None), self._config.page_size)
        everything.off = self._memory.number("count_off")
        try:
            everything.begin()
        except RemoteError as error:
            self._search_fails = not lacks_search(error)
            if has_no_search(error):
                yield from self._without_search(error)
            elif error.code in UNUSABLE and (names := self._remote.names()):
                yield from self._by_names(names, error)
            else:
                raise
            return
        self._doubts = strange_names(self._remote, self._config)
        for doubt in self._doubts:
            log.warning("%s", doubt)
        yield from self._all_of(everything)

    def _without_search(self, error: RemoteError) -> Iterator[Output]:
        """Whatever else the remote offers, the most exact first. Raises the error where it offers nothing.

        data.json has other ids than the API: it is not for a source whose datasets came from that.
        """
        if (names := self._remote.names()) is not None:
            yield from self._by_names(names, error)
        elif (packages := self._remote.whole_packages()) is not None:
            log.warning("reading current_package_list_with_resources, since a search failed: %s", error)
            yield from self._all_of(Given(packages), "current_package_list_with_resources")
        elif (old := self._old_api_or_none()) is not None:
            log.warning("reading %s, since a search failed: %s", old[0], error)
            yield from old[1]
        elif self._may_read_data_json() and (datasets := self._remote.data_json()) is not None:
            log.warning("reading data.json, since a search failed: %s", error)
            self._memory.remember(data_json=True)
            yield from self._all_of(Given(datasets), "data_json")
        else:
            raise error

    def _by_names(self, names: Sequence[Any], error: RemoteError) -> Iterator[Output]:
        log.warning("asking for each dataset by its name, since a search failed: %s", error)
        yield from self._all_of(Named(names, self._show), "package_list")

    def _may_read_data_json(self) -> bool:
        return bool(self._memory.get("data_json")) or not self._job.count_held()

    # by the REST API of old CKANs

    def _wanted_rest(self) -> tuple[str, Iterator[Output]] | None:
        """The old API that the source wants and the remote has.

        Sources keep their `api_version` though remotes become newer, and some of those fail at old addresses.
        """
        absent = self._memory.get("no_rest") and changes_since(self._job, self._config, self._memory)
        if absent or not self._config.wants_rest:
            return None
        try:
            old = self._old_api()
        except RemoteError as error:
            if error.code not in UNUSABLE:
                raise
            log.warning("the REST API (api_version) of %s fails, its action API is asked: %s", self._remote.shown, error)
            return None
        if old is None:
            log.warning("%s has no REST API (api_version): its action API is asked", self._remote.shown)
            self._memory.remember(no_rest=True)
        return old

    def _old_api(self) -> tuple[str, Iterator[Output]] | None:
        """What is read of the REST API, in words, and the reading; None where there is none. Raises RemoteError."""
        config = self._config
        rest = self._remote.rest(1 if config.api_version == 1 else 2, names_groups=config.names_groups)
        if (references := rest.references()) is not None:
            return f"the REST API of version {references.version}", self._by_rest(rest, references)
        if (packages := rest.whole()) is not None:
            return "the search of the REST API", self._all_of(Given(packages), "rest")
        if (references := rest.found()) is not None:
            return "what the search of the REST API finds", self._by_rest(rest, references)
        return None

    def _old_api_or_none(self) -> tuple[str, Iterator[Output]] | None:
        try:
            return self._old_api()
        except RemoteError as error:
            log.info("no REST API: %s", error)
            return None

    def _by_rest(self, rest: RestAPI, references: References) -> Iterator[Output]:
        """All datasets, or what revisions say has changed, and what is new here or gone there."""
        self._extras = {REST: str(references.version)}
        if references.problem:
            yield from self._passed(GatherError(references.problem, "incomplete_listing"))
        by_ids = references.version == 2 and self._memory.get("rest_ids")
        since = changes_since(self._job, self._config, self._memory) if by_ids else None
        changed = rest.changed_since(since - OVERLAP) if since else None
        if changed is not None:
            yield from self._revised(rest, [str(reference) for reference in references.all], changed)
            return
        listing = Named(references.all, rest.show, "the REST API's list")
        yield from self._all_of(listing, "rest")
        self._memory.remember(rest_ids=listing.are_ids)

    def _revised(self, rest: RestAPI, guids: Sequence[str], changed: set[str]) -> Iterator[Output]:
        """What isn't held and hasn't changed doesn't pass the filters, where there are any."""
        asked: list[str] = []
        for start in range(0, len(guids), BATCH):
            batch = guids[start : start + BATCH]
            held = self._job.held(batch)
            here = [guid for guid in batch if guid in held and guid not in changed]
            asked += [guid for guid in batch if guid in changed or (guid not in held and not self._config.filters)]
            self._kept += len(here)
            yield Listed(here)
        self._job.expected = len(asked)
        for item in Named(asked, rest.show, "the REST API's list"):
            if not isinstance(item, Found):
                yield from self._passed(item)
            elif record := self._wanted(item):
                self._kept += 1
                yield record
        if not guids:
            yield self._nothing()
        elif not self._errors:
            self._job.full_listing = self._memory.may_remove("rest")
