"""A dataset with a history, hostile texts among it, for tests of what is shown of it."""

from typing import Any

from tests.acceptance.changing_remote import ChangingRemote
from tests.support.in_process import run_job
from tests.support.pages_site import HOSTILE, PagesSite

ONE = "a0a0a0a0-0000-4000-8000-000000000001"
NOTES = " ".join(f"word{number}" for number in range(200))


def package(number: int = 1, version: int = 1, **fields: Any) -> dict[str, Any]:
    """A dataset of the remote in a version of its own."""
    return {
        "id": f"{ONE[:-1]}{number}",
        "name": f"history-{number}",
        "title": f"Version {version}",
        "metadata_modified": f"2026-01-01T00:00:{version:02}",
        "state": "active",
        "resources": [],
        "tags": [],
        "extras": [],
        **fields,
    }


VERSIONS = (
    package(notes=NOTES, tags=[{"name": "old"}], resources=[{"id": "r1", "name": "List", "url": "https://example.org/1"}]),
    package(version=2, notes=NOTES.replace("word100", HOSTILE), tags=[{"name": "new"}], resources=[
        {"id": "r2", "name": HOSTILE, "url": "javascript:alert(1)"},
        {"id": "r1", "name": "List", "url": "https://example.org/moved"},
    ]),
    None,
    package(version=4),
)  # fmt: skip


def enter_history(site: PagesSite) -> None:
    """Source `city`, edited in between, and its dataset ONE: added, updated, deleted, added again, and put back by an undo."""
    values = {"source_type": "ckan", "config": {"hold_deletions_percent": 100}, "owner_org": "amt"}
    with ChangingRemote() as remote:
        site.cli.call("harvest_source_create", name="city", title="First title", url=remote.url, **values)
        for number, version in enumerate(VERSIONS):
            remote.fill([package(2), version] if version else [package(2)])
            site.cli.call("harvest_source_test", id="city", full=True)
            if number == 1:
                site.cli.call("harvest_source_patch", id="city", title="Second title")
    undo = site.cli.call("harvest_job_undo", id="city", reason=HOSTILE)
    run_job(site.cli.parts, undo["id"])
