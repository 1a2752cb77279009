"""The harvester of remote CKAN sites: every public dataset of one site, by its Action API."""

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

from domain.errors import RemoteError
from harvesters.base import (
    GatherError,
    Harvester,
    HarvestJob,
    HarvestObject,
    HarvestSource,
    Imported,
    ImportResult,
    Package,
    Page,
    Record,
    StageResult,
    load_package,
)
from harvesters.ckan.address import checked_site, public_address, site_address
from harvesters.ckan.config import CKANConfig, check_names
from harvesters.ckan.facts import drop_remote_facts
from harvesters.ckan.listing import Found, Listing
from harvesters.ckan.membership import Memberships
from harvesters.ckan.named import Named
from harvesters.ckan.names import dataset_name
from harvesters.ckan.package import add_extras, add_tags, check_lists, clean_resources
from harvesters.ckan.remote import RemoteCKAN, has_no_search

NO_DATE_SEARCH = {"refused", "http_400", "http_409", "http_500"}
"""Answers of sites that can't search by date; then all datasets are asked for."""

log = logging.getLogger(__name__)


class CKANHarvester(Harvester):
    """Harvests a CKAN; a subclass may change what is stored with `modify_package_dict`."""

    OPTIONS: ClassVar[frozenset[str]] = frozenset()
    """Names of options that a subclass has besides those of a CKAN source; without any, its options are not checked."""

    _config: CKANConfig | None = None
    _memberships: Memberships | None = None

    def info(self) -> dict[str, str]:
        """How the harvester is shown."""
        return {"name": "ckan", "title": "CKAN", "description": "Harvests remote CKAN instances"}

    def validate_config(self, config: str) -> str:
        """Raise ValueError that says which option is wrong or unknown; the text itself stays as it is."""
        CKANConfig.read(config)
        if type(self) is CKANHarvester or self.OPTIONS:
            check_names(config, self.OPTIONS)
        return config

    def validate_url(self, url: str) -> str:
        """The address of the site; raise ValueError where less than that is meant."""
        return checked_site(url)

    def get_original_url(self, harvest_object: HarvestObject) -> str | None:
        """The dataset's page at the remote."""
        return f"{public_address(harvest_object.source.url)}/dataset/{harvest_object.guid}"

    def modify_package_dict(self, package_dict: dict[str, Any], harvest_object: HarvestObject) -> dict[str, Any]:
        """For subclasses: the dataset as it is to be stored."""
        return package_dict

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        """Page through the datasets that changed since the last complete gather, or through all of them."""
        config = self._read_config(harvest_job.source)
        listing, full = self._begin(harvest_job, config)
        harvest_job.expected = listing.count
        kept = errors = 0
        for item in listing:
            if not isinstance(item, Found):
                errors += isinstance(item, GatherError)
                yield item
            elif item.package.get("type") != "harvest" and config.accepts(item.package):
                kept += 1
                yield _record(item)
        if full and not kept:
            yield GatherError(f"No datasets found at CKAN: {public_address(harvest_job.source.url)}", "no_datasets")
        elif full and not errors and listing.complete:
            harvest_job.full_listing = True

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult:
        """Gathering has the content already."""
        if harvest_object.content:
            return True
        self.save_object_error(f"Empty content for object {harvest_object.guid}", harvest_object)
        return False

    def import_stage(self, harvest_object: HarvestObject) -> ImportResult:
        """Store the dataset, changed only as the source's configuration says. Raises RecordError or TargetError."""
        if harvest_object.action == "delete":
            return self.delete_package(harvest_object)
        config = self._read_config(harvest_object.source)
        package = load_package(harvest_object)
        check_lists(package)
        drop_remote_facts(package, keep_private=config.include_private)
        add_tags(package, config)
        self._members(harvest_object.source, config).apply(package, harvest_object.source)
        add_extras(package, config, placeholders(package, harvest_object))
        clean_resources(package)
        package["name"] = dataset_name(package, harvest_object.guid)
        return self._store(self.modify_package_dict(package, harvest_object), harvest_object)

    def _store(self, package: Mapping[str, Any], harvest_object: HarvestObject) -> Imported | Package:
        """A subclass that goes on after this class's import_stage finds the dataset stored."""
        kind = type(self)
        if kind.import_stage is CKANHarvester.import_stage and kind.save_package is Harvester.save_package:
            return Package(package)
        return self.save_package(package, harvest_object)

    def _read_config(self, source: HarvestSource) -> CKANConfig:
        """The source's options; read once, since an instance serves one job."""
        if self._config is None:
            self._config = CKANConfig.read(source.config)
        return self._config

    def _members(self, source: HarvestSource, config: CKANConfig) -> Memberships:
        if self._memberships is None:
            self._memberships = Memberships(config, self.target, partial(self._show, source), public_address(source.url))
        return self._memberships

    def _show(self, source: HarvestSource, action: str, id_or_name: str) -> Mapping[str, Any]:
        return self._remote(source).show(action, id_or_name)

    def _remote(self, source: HarvestSource) -> RemoteCKAN:
        config = self._read_config(source)
        return RemoteCKAN(self.http, site_address(source.url), config.headers, config.params)

    def _begin(self, job: HarvestJob, config: CKANConfig) -> tuple[Listing | Named, bool]:
        """The listing with its first page, and whether it is of all datasets."""
        remote = self._remote(job.source)
        force = config.force_all or bool(job.options.get("force_all"))
        if job.last_complete and not force:
            changed = remote.listing(config.search_terms(job.last_complete), config.page_size)
            try:
                changed.begin()
            except RemoteError as error:
                if error.code not in NO_DATE_SEARCH and not has_no_search(error):
                    raise
                log.warning("asking for all datasets, since asking for the changed ones failed: %s", error)
            else:
                return changed, False
        return self._everything(remote, config), True

    def _everything(self, remote: RemoteCKAN, config: CKANConfig) -> Listing | Named:
        everything = remote.listing(config.search_terms(None), config.page_size)
        try:
            everything.begin()
        except RemoteError as error:
            names = remote.names() if has_no_search(error) else None
            if names is None:
                raise
            log.warning("asking for each dataset by its name, since a search failed: %s", error)
            return Named(names, partial(remote.show, "package_show"))
        return everything


def placeholders(package: Mapping[str, Any], harvest_object: HarvestObject) -> dict[str, str]:
    """What default extras may refer to; `dataset_id` is the remote's."""
    source = harvest_object.source
    return {
        "harvest_source_id": source.id,
        "harvest_source_url": public_address(source.url),
        "harvest_source_title": source.title,
        "harvest_job_id": harvest_object.harvest_job_id,
        "harvest_object_id": harvest_object.id,
        "dataset_id": str(package.get("id") or harvest_object.guid),
    }


def _record(found: Found) -> Record:
    modified = found.package.get("metadata_modified")
    return Record(found.guid, found.package, metadata_modified=modified if isinstance(modified, str) else None)
