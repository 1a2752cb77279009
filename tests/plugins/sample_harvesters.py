"""Harvesters for tests and benches; the source's config says how many records they have, and how they behave.

{"records": 100, "content": 0}              NoOp: records without or with so many characters of content
{"listed": 5000}                            NoOp: so many characters of content in the listing already
{"gather_seconds": 0.01}                    NoOp: a wait before each record is listed
{"records": 100, "poison": ["record-7"]}    Crashing: os._exit, Raising: an exception, at these guids
{"documents": {"guid": "http://..."}}       Documents: one request for each record
{"folder": "/tmp/x"}                        Flaky, Counting: a line in a file for each time that a record is fetched
"""

import logging
import os
import time
from collections.abc import Iterator
from random import Random
from typing import Any
from zlib import crc32

from harvesters import (
    CKANHarvester,
    Fetched,
    GatherError,
    Harvester,
    HarvestJob,
    HarvestObject,
    HarvestObjectExtra,
    Imported,
    ImportResult,
    Page,
    Record,
    RecordError,
    RemoteError,
    StageResult,
    read_config,
)

log = logging.getLogger("chatty")
LETTERS = "".join(Random(7).choices("abcdefghijklmnopqrstuvwxyz     ", k=200_000))


def _config(thing: HarvestJob | HarvestObject) -> dict[str, Any]:
    return read_config(thing.source.config)


def document(guid: str, size: int) -> str:
    """Text of that many characters, different for each guid, which compresses as badly as random letters do."""
    start = crc32(guid.encode()) % (len(LETTERS) - size)
    return f"{guid} {LETTERS[start : start + size]}"[:size]


class NoOp(Harvester):
    """Does nothing with any number of records."""

    def info(self) -> dict[str, str]:
        return {"name": "noop", "title": "No-op", "description": "Does nothing"}

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        extras = {"kind": "test", "origin": harvest_job.source.url}
        config = _config(harvest_job)
        wait, listed = float(config.get("gather_seconds", 0)), int(config.get("listed", 0))
        for number in range(int(config.get("records", 10))):
            if wait:
                time.sleep(wait)
            guid = f"record-{number}"
            yield Record(guid, document(guid, listed) if listed else None, extras=extras)
        harvest_job.full_listing = True

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        size = int(_config(harvest_object).get("content", 0))
        return Fetched(document(harvest_object.guid, size)) if size else True

    def import_stage(self, harvest_object: HarvestObject) -> StageResult | Imported:
        return True


class Crashing(NoOp):
    """Ends its process at poisoned records, as a segmentation fault would."""

    def import_stage(self, harvest_object: HarvestObject) -> StageResult | Imported:
        if harvest_object.guid in _config(harvest_object).get("poison", ()):
            os._exit(66)
        return True


class Large(NoOp):
    """Has extras, and documents that gather and fetch bring, of that many characters."""

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        config = _config(harvest_job)
        for number in range(int(config.get("records", 10))):
            guid = f"record-{number}"
            listed = guid + "w" * int(config["listed"]) if "listed" in config else None
            yield Record(guid, listed, extras={"note": guid + "x" * int(config.get("extras", 0))})

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        size = int(_config(harvest_object).get("extras", 0))
        if harvest_object.get_extra("note") != harvest_object.guid + "x" * size:
            raise ValueError("the extra isn't what it was")
        document = harvest_object.guid + "y" * int(_config(harvest_object).get("document", 0))
        return Fetched(document, {"other": harvest_object.guid + "z" * size})


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


class FailingCKAN(CKANHarvester):
    """Lists a CKAN's datasets, and imports none of them."""

    def info(self) -> dict[str, str]:
        return {"name": "failing-ckan", "title": "Failing CKAN", "description": "Imports nothing"}

    def import_stage(self, harvest_object: HarvestObject) -> ImportResult:
        raise RecordError(f"'{harvest_object.guid}' can't be imported")


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
    """Takes `seconds` for each record, and then waits for the file `until`."""

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        config = _config(harvest_object)
        time.sleep(float(config.get("seconds", 0.01)))
        while "until" in config and not os.path.exists(config["until"]):
            time.sleep(0.02)
        return super().fetch_stage(harvest_object)


class Counting(Slow):
    """Writes a line into a file in the source's `folder` for each record that is begun."""

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        line = f"{harvest_object.guid}\n".encode()
        file = os.open(os.path.join(_config(harvest_object)["folder"], "begun"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(file, line)
        os.close(file)
        return super().fetch_stage(harvest_object)


class Documents(NoOp):
    """Gets the document of each record from an address of its own."""

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        yield from map(Record, _config(harvest_job)["documents"])

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        url = _config(harvest_object)["documents"][harvest_object.guid]
        self.http.get_json(url)
        return True


class Forms(NoOp):
    """Every form that results of the stages may have: the guid says which (`fetch-import`)."""

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        forms = ("True", "unchanged", "False", "None", "typed")
        for fetch in forms:
            yield from (Record(f"{fetch}-{result}") for result in (forms if fetch in ("True", "typed") else ("True",)))
        yield GatherError("something about the remote", "odd")

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        form = harvest_object.guid.partition("-")[0]
        return Fetched("a document", {"found": "here"}) if form == "typed" else RESULTS[form]

    def import_stage(self, harvest_object: HarvestObject) -> StageResult | Imported:
        form = harvest_object.guid.partition("-")[2]
        return Imported(f"package-of-{harvest_object.guid}", "updated") if form == "typed" else RESULTS[form]


RESULTS: dict[str, StageResult] = {"True": True, "unchanged": "unchanged", "False": False, "None": None}


class Remembering(NoOp):
    """Keeps what it has seen on itself, as plugins do; fails when it remembers another job."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        self._see(harvest_job.id)
        yield from super().gather_stage(harvest_job)

    def import_stage(self, harvest_object: HarvestObject) -> StageResult | Imported:
        self._see(harvest_object.harvest_job_id)
        return True

    def _see(self, job_id: str) -> None:
        self.seen.add(job_id)
        if self.seen != {job_id}:
            raise ValueError(f"this harvester has seen {len(self.seen)} jobs")


class Stubborn(NoOp):
    """Stays in gather_stage until a file `go` is in the source's `folder`."""

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        harvest_job.expected = _config(harvest_job).get("expected")
        while not os.path.exists(os.path.join(_config(harvest_job)["folder"], "go")):
            time.sleep(0.02)
            yield Page("waiting")
        yield from super().gather_stage(harvest_job)


class Chatty(NoOp):
    """Logs and prints in each stage, and knows where its records are; fails at those in `poison`."""

    def get_original_url(self, harvest_object: HarvestObject) -> str | None:
        return f"{harvest_object.source.url}/{harvest_object.guid}"

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        log.info("gathering %s", harvest_job.source.name)
        log.debug("in detail")
        yield from super().gather_stage(harvest_job)

    def import_stage(self, harvest_object: HarvestObject) -> StageResult | Imported:
        print("importing", harvest_object.guid)
        log.warning("%s has no licence", harvest_object.guid)
        if harvest_object.guid in _config(harvest_object).get("poison", ()):
            raise RecordError(f"{harvest_object.guid} has no title")
        return True


class Stopping(NoOp):
    """Stops in a debugger at each record."""

    def import_stage(self, harvest_object: HarvestObject) -> StageResult | Imported:
        breakpoint()
        return True


class ManyExtras(NoOp):
    """Has more extras than a record may have, for the source's `guids`."""

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        config = _config(harvest_job)
        for number in range(int(config["records"])):
            guid = f"record-{number}"
            yield Record(guid, extras={str(key): "x" * 9000 for key in range(100 if guid in config["guids"] else 1)})
