"""A dataset of 1.4 MB with two versions, the jobs that harvested it, and a job whose only record failed."""

from dataclasses import dataclass
from typing import Any

from adapters.actions.session import Session
from tests.acceptance.changing_remote import ChangingRemote

ID = "b0b0b0b0-0000-4000-8000-000000000001"
RESOURCES = 7_000  # of about 200 bytes
CHANGED = 10  # every tenth resource moves, and one is new


@dataclass(frozen=True)
class Entered:
    """What the pages about it are named by."""

    dataset: str
    name: str
    versions: tuple[str, ...]  # objects, the newest first
    failed_job: str
    cause: str  # of the failed job


def enter(session: Session) -> Entered:
    """Harvest it twice as source `large`, and once as source `taken`, which may not have it: that job fails."""
    with ChangingRemote() as remote:
        values = {"source_type": "ckan", "url": remote.url}
        session.call("harvest_source_create", name="large", **values)
        for version in (1, 2):
            remote.fill([package(version)])
            session.call("harvest_source_test", id="large", full=True)
        session.call("harvest_source_create", name="taken", config={"page_size": 10}, **values)
        session.call("harvest_source_test", id="taken")
    versions = session.call("harvest_dataset_history_list", id=ID)["versions"]
    failed = session.call("harvest_job_list", source_id="taken")["jobs"][0]["id"]
    [cause] = session.call("harvest_job_error_summary", id=failed)["object_error_summary"]
    return Entered(ID, "large-dataset", tuple(row["object_id"] for row in versions), failed, cause["cause"])


def package(version: int) -> dict[str, Any]:
    """The dataset as the remote has it."""
    new = [resource(RESOURCES + 1, version)] if version > 1 else []
    return {
        "id": ID,
        "name": "large-dataset",
        "title": f"All measurements, edition {version}",
        "notes": " ".join(f"word{number}" for number in range(500)) + f" edition {version}",
        "metadata_modified": f"2026-01-01T00:00:{version:02}",
        "state": "active",
        "resources": [*new, *(resource(number, version) for number in range(RESOURCES))],
        "tags": [{"name": f"tag-{number}"} for number in range(20)],
        "extras": [{"key": f"key-{number}", "value": f"value {number}"} for number in range(50)],
    }


def resource(number: int, version: int) -> dict[str, Any]:
    """One of its files; every tenth has moved in the second version."""
    moved = "moved/" if version > 1 and number % CHANGED == 0 else ""
    return {
        "id": f"c0c0c0c0-0000-4000-8000-{number:012d}",
        "name": f"Measurements of station {number}",
        "url": f"https://portal.example/files/{moved}{number}.csv",
        "format": "CSV",
        "description": f"Hourly means of station {number}",
    }
