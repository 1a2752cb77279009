"""Harvests a list of datasets in one JSON file: [{"id": "...", "title": "...", "file": "https://..."}]."""

from collections.abc import Iterator

from pydantic import Field

from harvesters import (
    GatherError,
    Harvester,
    HarvestJob,
    HarvestObject,
    Imported,
    Package,
    Record,
    RecordError,
    SourceOptions,
    load_package,
)


class FeedOptions(SourceOptions):
    license: str = Field("", description="id of the licence of all datasets", examples=["cc-by"])


class FeedHarvester(Harvester):
    options = FeedOptions

    def info(self) -> dict[str, str]:
        return {"name": "feed", "title": "Feed", "description": "A list of datasets in one JSON file"}

    def get_original_url(self, harvest_object: HarvestObject) -> str:
        return f"{harvest_object.source.url}#{harvest_object.guid}"

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError]:
        entries = self.http.get_json(harvest_job.source.url)
        for number, entry in enumerate(entries):
            if entry.get("id"):
                yield Record(guid=entry["id"], content=entry)
            else:
                yield GatherError(f"entry {number} has no id", "bad_record")
        # Everything was seen: datasets that are missing here are deleted.
        harvest_job.full_listing = len(entries) > 0 and all(entry.get("id") for entry in entries)

    def import_stage(self, harvest_object: HarvestObject) -> Imported | Package:
        if harvest_object.action == "delete":
            return self.delete_package(harvest_object)
        entry = load_package(harvest_object)
        if not entry.get("title"):
            raise RecordError(f"entry {harvest_object.guid} has no title")
        fields = {"name": entry["id"], "title": entry["title"], "resources": [{"url": entry["file"]}]}
        return Package(fields | {"license_id": self.read_options(harvest_object.source).license})
