"""`HarvesterBase`: what plugins for ckanext-harvest inherit, with the methods that their authors call.

A plugin that uses only these methods and `HarvestObject` has to change only the line that imports them:

    from ckanext.harvest.harvesters.base import HarvesterBase, HarvestObject
    from harvesters import HarvesterBase, HarvestObject

Where ckanext-harvest has a defect that its own tests don't require, this class has the intended behaviour:
docs/decisions/0084-the-incumbents-base-class.md.
"""

from collections.abc import Mapping, MutableSequence, Sequence
from typing import Any, ClassVar

from domain import text
from domain.errors import NotFound, TargetError
from harvesters.base import Harvester, HarvestJob, HarvestObject, Save, package_id, read_config
from harvesters.dataset.numbers import LONGEST, NUMBER_SEQUENCE, NUMBERS, RANDOM_HEX, with_hexes, with_number
from harvesters.dataset.values import VALID_NAME
from harvesters.names import munge_name, munge_tag

MODIFIED = "metadata_modified"
FINAL_REFUSALS = ("superseded",)
"""Codes of a target's refusals that the stage runner handles better than a plugin could."""


class HarvesterBase(Harvester):
    """Base class of harvesters written for ckanext-harvest."""

    name_append: ClassVar[str] = ""
    """What is appended to a taken name: `number-sequence` or `random-hex`; empty: as the site says
    (HARVEST_DATASET_NAME_APPEND). A source's `dataset_name_append` overrides it."""

    _object: HarvestObject | None = None  # the object that is being imported

    # errors

    def _save_gather_error(self, message: object, job: HarvestJob, code: str = "gather") -> None:
        """Record an error of gather; gathering goes on."""
        self.save_gather_error(str(message), job, code)

    def _save_object_error(self, message: object, obj: HarvestObject, stage: str = "Fetch", line: int | None = None) -> None:
        """Record an error of an object; an object can have several."""
        self.save_object_error(str(message), obj, stage, line)

    # gather

    def _create_harvest_objects(self, remote_ids: Sequence[str], harvest_job: HarvestJob) -> list[str] | None:
        """Create an object for each id; returns the objects' ids, for gather_stage. Without ids: None, and a gather error."""
        if not remote_ids:
            self._save_gather_error("No remote datasets could be identified", harvest_job)
            return None
        ids = []
        for guid in remote_ids:
            harvest_object = HarvestObject(guid=guid, job=harvest_job)
            harvest_object.save()
            ids.append(harvest_object.id)
        return ids

    @classmethod
    def last_error_free_job(cls, harvest_job: HarvestJob) -> HarvestJob | None:
        """The source's last job that listed everything without an error; None if there is none.

        Changes since its `gather_started` may not have been seen yet (see `HarvestJob.last_complete`).
        """
        since = harvest_job.last_complete
        if since is None:
            return None
        return HarvestJob(
            id="", source=harvest_job.source, created=since, gather_started=since, gather_finished=since, status="Finished"
        )

    _last_error_free_job = last_error_free_job
    """As older plugins call it."""

    # import

    def _get_user_name(self) -> str:
        """Who imports: the user of the target's token, or `harvest` if the target has no users."""
        return str(getattr(self.target, "user_name", None) or "harvest")

    def _find_existing_package(self, package_dict: Mapping[str, Any]) -> dict[str, Any]:
        """The target's package with the id of `package_dict`; a subclass may find it in another way. Raises NotFound."""
        package = self.target.show(str(package_dict["id"])) if package_dict.get("id") else None
        if package is None:
            raise NotFound(f"There is no package {package_dict.get('id')!r}")
        return package

    def _create_or_update_package(
        self, package_dict: Mapping[str, Any], harvest_object: HarvestObject, package_dict_form: str = "package_show"
    ) -> bool | str | None:
        """Store a dataset: True, "unchanged" when the remote's `metadata_modified` isn't newer, None when it was refused.

        A refusal is recorded as an error of the object. `package_dict_form` is ignored. Raises TargetError when the target is
        unreachable; the object is then tried again.
        """
        self._object = harvest_object
        package = dict(package_dict)
        package["id"] = harvest_object.package_id or package_id(package, harvest_object)
        existing = self._existing(package)
        if not self._is_news(package, harvest_object, existing):
            return "unchanged"
        if self._options(harvest_object).get("clean_tags") and isinstance(package.get("tags"), list):
            package["tags"] = self._clean_tags(list(package["tags"]))
        package |= self._identity(package, harvest_object, existing)
        return self._stored(package, harvest_object)

    def _existing(self, package: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            return self._find_existing_package(package)
        except NotFound:
            return None

    @staticmethod
    def _is_news(package: Mapping[str, Any], harvest_object: HarvestObject, existing: Mapping[str, Any] | None) -> bool:
        """Whether the package changed since this source imported it, by the remote's dates, not the time of the import."""
        modified = text.utc_time(package.get(MODIFIED))
        if modified is None:
            return True
        imported = harvest_object.held.validators.get(MODIFIED) if harvest_object.held else None
        harvest_object.validators = {**harvest_object.validators, MODIFIED: max(modified, imported or modified)}
        return existing is None or imported is None or modified > imported or harvest_object.force_import

    def _identity(
        self, package: Mapping[str, Any], harvest_object: HarvestObject, existing: Mapping[str, Any] | None
    ) -> dict[str, str]:
        """The package's id and name: those of the existing package, or a new name."""
        if existing is not None:
            return {"id": str(existing["id"]), "name": str(existing["name"])}
        title = str(package.get("name") or package.get("title") or harvest_object.guid)
        valid = VALID_NAME.fullmatch(title)
        name = self._ensure_name_is_unique(title, None, self._name_append()) if valid else self._gen_new_name(title)
        return {"id": str(package["id"]), "name": name or munge_name(harvest_object.guid) or "dataset"}

    def _stored(self, package: Mapping[str, Any], harvest_object: HarvestObject) -> bool | None:
        try:
            imported = Save.of(package, harvest_object, package["id"]).run(self.target)
        except TargetError as error:
            if error.retryable or error.code in FINAL_REFUSALS:
                raise
            self._save_object_error(f"Invalid package with GUID {harvest_object.guid}: {error}", harvest_object, "Import")
            return None
        harvest_object.package_id = imported.package_id
        return True

    # names and tags

    def _gen_new_name(self, title: str, existing_name: str | None = None, append_type: str | None = None) -> str | None:
        """A name made from a title that no other package has; None when all candidates are taken.

        `append_type` is `number-sequence` or `random-hex`. Raises NotImplementedError for any other value.
        """
        return self._ensure_name_is_unique(munge_name(title), existing_name, append_type or self._name_append())

    def _ensure_name_is_unique(
        self, ideal_name: str, existing_name: str | None = None, append_type: str = NUMBER_SEQUENCE
    ) -> str | None:
        """The name, followed by a number or hex digits if another package has it; at most 100 characters.

        `existing_name`: the package's present name. It stays if it begins with the ideal name and that is taken.
        """
        ideal = ideal_name[:LONGEST]
        if ideal == existing_name or not self._is_taken(ideal, existing_name):
            return ideal
        if existing_name and existing_name.startswith(ideal):
            return existing_name
        if append_type == NUMBER_SEQUENCE:
            candidates = iter([with_number(ideal, number) for number in NUMBERS])
        elif append_type == RANDOM_HEX:
            candidates = with_hexes(ideal, *self._record())
        else:
            raise NotImplementedError(f"append_type {append_type!r}: use {NUMBER_SEQUENCE!r} or {RANDOM_HEX!r}")
        return next((name for name in candidates if not self._is_taken(name, existing_name)), None)

    def _record(self) -> tuple[str, str]:
        """Source and guid of the object that is being imported: its digits are the same each time."""
        return (self._object.harvest_source_id, self._object.guid) if self._object else ("", "")

    def _is_taken(self, name: str, existing_name: str | None) -> bool:
        if name == existing_name:
            return False
        package = self.target.show(name)
        return package is not None and package.get("name") == name

    def _name_append(self) -> str:
        options = self._options(self._object) if self._object else {}
        of_site = getattr(getattr(self.target, "rules", None), "name_append", NUMBER_SEQUENCE)
        return str(options.get("dataset_name_append") or self.name_append or of_site)

    def _clean_tags(self, tags: MutableSequence[Any]) -> list[Any]:
        """Tags with munged names, in the same order: dicts are changed in place, texts deduplicated, empty ones dropped."""
        texts: dict[str, None] = {}
        cleaned: list[Any] = []
        for tag in tags:
            if isinstance(tag, dict):
                tag["name"] = munge_tag(str(tag.get("name") or ""))
                cleaned += [tag] if tag["name"] else []
            elif (munged := munge_tag(str(tag))) and munged not in texts:
                texts[munged] = None
                cleaned.append(munged)
        return cleaned

    @staticmethod
    def _options(harvest_object: HarvestObject) -> Mapping[str, Any]:
        """The source's options; empty if its configuration isn't a JSON object."""
        try:
            return read_config(harvest_object.source.config)
        except ValueError:
            return {}
