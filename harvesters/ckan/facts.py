"""What a remote dataset says of the remote itself: it would be untrue here, so it isn't stored here."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from domain import text

OF_ITS_HARVEST = frozenset(
    f"harvest_{name}"
    for name in (
        "object_id",
        "source_id",
        "source_title",
        "source_name",
        "source_url",
        "source_type",
        "job_id",
        "content_hash",
        "wanted_name",
    )
)
"""What tells where the remote has harvested the dataset itself, as field or extra. Here they say where we have it from."""

SAME_TIME = timedelta(milliseconds=1)  # a search index keeps no microseconds


def drop_remote_facts(package: dict[str, Any], *, keep_private: bool) -> None:
    """Leave out what is true at the remote only.

    `private` of a dataset that the remote lists for everybody says nothing; it counts where private ones were asked for.
    """
    if not keep_private and package.get("private"):
        package["private"] = False
    for name in OF_ITS_HARVEST & package.keys():
        del package[name]
    if "extras" in package:
        package["extras"] = [extra for extra in package["extras"] if str(extra.get("key")) not in OF_ITS_HARVEST]


def is_active(package: Mapping[str, Any]) -> bool:
    """Whether this is a dataset for the public: a draft and a deleted one are not, as if they weren't listed."""
    state = package.get("state")
    return state in (None, "") or (isinstance(state, str) and state.lower() == "active")


def logo(shown: Mapping[str, Any], address: str) -> str | None:
    """The address of a group's or organisation's logo; None where there is none that can be reached from here.

    `image_url` of an uploaded logo is the name of a file at the remote, `image_display_url` its address.
    """
    for name in ("image_url", "image_display_url"):
        value = shown.get(name)
        if not isinstance(value, str) or not value.strip():
            continue
        if "/" in value:
            value = urljoin(f"{address}/", value.strip())
        if urlsplit(value).scheme in ("http", "https") and urlsplit(value).netloc:
            return value
    return None


def dates_differ(date: Any, held: str | None) -> bool:
    """Whether the remote's date differs from that of what is held; an unknown date doesn't differ."""
    there, here = text.utc_time(date), text.utc_time(held)
    if there is None or here is None:
        return False
    return abs(datetime.fromisoformat(there) - datetime.fromisoformat(here)) >= SAME_TIME
