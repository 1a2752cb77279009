"""The harvester of remote CKAN sites: every public dataset of one site, by its Action API."""

import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

from domain.errors import RecordError
from harvesters.base import (
    GatherError,
    Harvester,
    HarvestJob,
    HarvestObject,
    HarvestSource,
    Imported,
    ImportResult,
    Listed,
    Package,
    Page,
    Record,
    StageResult,
    load_package,
    read_config,
)
from harvesters.ckan.address import checked_site, public_address, site_address
from harvesters.ckan.config import CKANConfig
from harvesters.ckan.entering import ResolvesVocabularies, check_defaults, check_with_target, check_words
from harvesters.ckan.everything import REST
from harvesters.ckan.facts import drop_remote_facts
from harvesters.ckan.gathering import Gathering
from harvesters.ckan.membership import Memberships
from harvesters.ckan.package import add_extras, add_tags, check_lists, clean_resources
from harvesters.ckan.remote import RemoteCKAN
from harvesters.dataset.values import Losses
from harvesters.harvester_base import HarvesterBase
from harvesters.names import dataset_name
from harvesters.results import shown

log = logging.getLogger(__name__)


class CKANHarvester(HarvesterBase):
    """Harvests a CKAN; a subclass may change what is stored with `modify_package_dict`."""

    imports_removals = False  # an import_stage of a subclass that was written for ckanext-harvest knows of none
    options = "harvesters.ckan.options:CKANOptions"  # its library would cost each worker 11 MiB
    OPTIONS: ClassVar[frozenset[str]] = frozenset()
    """Names of options that a subclass has besides those of a CKAN source, where it declares no `options` of its own; without
    any, its options are not checked."""

    config: dict[str, Any] | None = None
    """The source's configuration, as subclasses written for ckanext-harvest read it; set before `modify_package_dict`."""
    _config: CKANConfig | None = None
    _memberships: Memberships | None = None
    _rest_version = 0  # of the remote's REST API, if the object was read by it

    def info(self) -> dict[str, str]:
        """How the harvester is shown."""
        return {"name": "ckan", "title": "CKAN", "description": "Harvests remote CKAN instances"}

    def validate_config(self, config: str) -> str:
        """Raise ValueError that says which option is wrong or unknown; the text itself stays as it is.

        With a target that can be asked, groups, vocabularies and the user that it names have to be there.
        """
        options = CKANConfig.read(config)
        check_words(read_config(config))
        if self.options and (type(self) is CKANHarvester or self.OPTIONS or self.options is not CKANHarvester.options):
            from harvesters.options import check, model_of  # the model's library takes long to import

            check(model_of(self.options), config, self.OPTIONS)
        if type(self) is CKANHarvester and not read_config(config).get("mapping"):
            check_defaults(options)
        check_with_target(getattr(self, "target", None), options)
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

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | Listed | GatherError | Page]:
        """The datasets that changed since the last complete gather and those that are missing here, or all of them."""
        config = self._read_config(harvest_job.source)
        yield from Gathering(harvest_job, config, self._remote(harvest_job.source))

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
        losses = Losses(config.fields)
        check_lists(package, losses)
        drop_remote_facts(package, keep_private=config.include_private)
        add_tags(package, config, self._vocabulary_of(harvest_object), losses)
        harvest_object.warnings.extend(losses.all())
        self._add_members(package, harvest_object, config)
        if config.default_extras:
            add_extras(package, config, placeholders(package, harvest_object))
        clean_resources(package)
        package["name"] = dataset_name(package, harvest_object.guid)
        modified: Any = self.modify_package_dict(package, harvest_object)
        if not isinstance(modified, Mapping):
            returned = f"{type(self).__name__}.modify_package_dict returned {shown(modified)}"
            raise RecordError(f"{returned}, where it has to return the dataset")
        return self._store(modified, harvest_object)

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
            self._set_config(source.config)
        return self._config

    def _set_config(self, config_str: str) -> None:
        """Set `config`; called once for each job, and for subclasses to override."""
        self.config = read_config(config_str)

    def _vocabulary_of(self, harvest_object: HarvestObject) -> Callable[[str], str | None]:
        """The target's id of a vocabulary; one that isn't there is reported once a job."""

        def resolve(id_or_name: str) -> str | None:
            if not isinstance(self.target, ResolvesVocabularies):
                return id_or_name
            if (identity := self.target.resolve_vocabulary(id_or_name)) is None:
                message = f"default_tags: there is no vocabulary {id_or_name} here; its tags are free tags"
                self.save_object_warning(message, harvest_object, of_job=True)
            return identity

        return resolve

    def _add_members(self, package: dict[str, Any], harvest_object: HarvestObject, config: CKANConfig) -> None:
        """Groups and organisation; what the target couldn't make is reported once a job."""
        self._rest_version = int(harvest_object.get_extra(REST) or 0)
        if self._memberships is None:
            source = harvest_object.source
            show = partial(self._show, source)
            self._memberships = Memberships(config, self.target, show, public_address(source.url))
        self._memberships.apply(package, harvest_object.source)
        while self._memberships.refusals:
            self.save_object_warning(self._memberships.refusals.pop(), harvest_object, of_job=True)

    def _show(self, source: HarvestSource, action: str, id_or_name: str) -> Mapping[str, Any]:
        """Of a remote that was read by its REST API, organisations and groups are got there. Raises RemoteError."""
        if self._rest_version:
            return self._remote(source).rest(self._rest_version).group(id_or_name)
        return self._remote(source).show(action, id_or_name)

    def _remote(self, source: HarvestSource) -> RemoteCKAN:
        config = self._read_config(source)
        return RemoteCKAN(self.http, site_address(source.url), config.headers, config.params)


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
