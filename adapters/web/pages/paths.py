"""Where things are: the addresses of pages, those of ckanext-harvest where it has them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

TAKEN = ("new", "edit", "about", "admin", "refresh", "clear", "delete", "object", "timeline", "statistics", "job")
"""Words of paths that a source may be named by, too: such a one is at its id."""


def reference(source: Mapping[str, Any]) -> str:
    """How a source is named in addresses."""
    return str(source["id"] if source["name"] in TAKEN else source["name"])


def source(row: Mapping[str, Any], part: str = "") -> str:
    """The page of a source, or one about it: `about`, `admin`, `job`."""
    named = quote(reference(row), safe="")
    if part == "job":
        return f"/harvest/{named}/job"
    return f"/harvest/{part}/{named}" if part else f"/harvest/{named}"


def job(row: Mapping[str, Any], job_id: str, part: str = "") -> str:
    """The page of a job, or one about it."""
    return f"/harvest/{quote(reference(row), safe='')}/job/{job_id}{'/' if part else ''}{part}"
