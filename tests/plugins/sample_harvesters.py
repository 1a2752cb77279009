"""Harvesters for tests and benches; the source's config says how many records they have, and how they behave.

{"records": 100, "content": 0}              NoOp: records without or with so many characters of content
{"records": 100, "poison": ["record-7"]}    Crashing: os._exit, Raising: an exception, at these guids
"""

import os
import time
from collections.abc import Iterator
from typing import Any

from domain.errors import RemoteError
from harvesters.base import (
    Fetched,
    GatherError,
    Harvester,
    HarvestJob,
    HarvestObject,
    HarvestObjectExtra,
    Imported,
    Page,
    Record,
    StageResult,
    read_config,
)

LETTERS = "abcdefghijklmnopqrstuvwxyz " * 400


def _config(thing: HarvestJob | HarvestObject) -> dict[str, Any]:
    return read_config(thing.source.config)


class NoOp(Harvester):
    """Does nothing with any number of records."""

    def info(self) -> dict[str, str]:
        return {"name": "noop", "title": "No-op", "description": "Does nothing"}

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        extras = {"kind": "test", "origin": harvest_job.source.url}
        for number in range(int(_config(harvest_job).get("records", 10))):
            yield Record(f"record-{number}", extras=extras)
        harvest_job.full_listing = True

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        size = int(_config(harvest_object).get("content", 0))
        return Fetched(f"{harvest_object.guid} {LETTERS[:size]}"[:size]) if size else True

    def import_stage(self, harvest_object: HarvestObject) -> StageResult | Imported:
        return True


class Crashing(NoOp):
    """Ends its process at poisoned records, as a segmentation fault would."""

    def import_stage(self, harvest_object: HarvestObject) -> StageResult | Imported:
        if harvest_object.guid in _config(harvest_object).get("poison", ()):
            os._exit(66)
        return True


class Raising(NoOp):
    """Raises at poisoned records; returns False, with errors saved, at those in `false`."""

    def import_stage(self, harvest_object: HarvestObject) -> StageResult | Imported:
        if harvest_object.guid in _config(harvest_object).get("poison", ()):
            raise KeyError(f"no title in {harvest_object.guid}")
        if harvest_object.guid in _config(harvest_object).get("false", ()):
            self.save_object_error("first error", harvest_object, "Validation", line=3)
            self.save_object_error("second error", harvest_object, "Import")
            return False
        return True


class ReturnsIds(NoOp):
    """Gathers as plugins for ckanext-harvest do: objects are saved, their ids returned."""

    def gather_stage(self, harvest_job: HarvestJob) -> list[str]:  # type: ignore[override]
        ids = []
        for number in range(int(_config(harvest_job).get("records", 3))):
            extras = [HarvestObjectExtra("status", "new")]
            known = HarvestObject(guid=f"record-{number}", job=harvest_job, content="{}", extras=extras)
            known.save()
            ids.append(known.id)
        return ids


class Flaky(NoOp):
    """Fails with a retryable error until the source's `fail_until` attempts were made (counted in a folder)."""

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        config = _config(harvest_object)
        path = os.path.join(config["folder"], harvest_object.guid)
        with open(path, "a+") as file:
            file.write(".")
            file.seek(0)
            attempts = len(file.read())
        if attempts <= int(config["fail_until"]):
            raise RemoteError(f"{harvest_object.guid}: not yet", code="http_503", retryable=True)
        return True


class Slow(NoOp):
    """Takes `seconds` for each record."""

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        time.sleep(float(_config(harvest_object).get("seconds", 0.01)))
        return super().fetch_stage(harvest_object)
