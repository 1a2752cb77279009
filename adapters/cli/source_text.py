"""A source in words: what `source` and `sources` print of it."""

from typing import Any

from adapters.cli.output import block
from domain.text import counted

Row = dict[str, Any]
_FATES = {"keep": "its datasets were kept", "release": "its datasets were released", "delete": "its datasets were deleted"}


def there_are(count: int, kind: str = "") -> str:
    return f"There {'is' if count == 1 else 'are'} {counted(count, f'{kind}harvest source')}"


def describe(row: Row) -> str:
    """A source as lines of text."""
    fields = {
        "Source id": row["id"],
        "name": row["name"],
        "title": row["title"],
        "url": row["url"],
        "type": row["type"],
        "active": row["active"],
        "removed": _FATES.get(row["removed"]),
        "frequency": row["frequency"],
        "cron": row.get("cron") or None,
        "time zone": row.get("time_zone") or None,
        "blackout": row.get("blackout") or None,
        "next run": next_run(row),
        "owner_org": row["owner_org"] or None,
        "config": row["config"] or None,
        "jobs": row["jobs"],
        "datasets": row["datasets"],
    }
    return block({name: value for name, value in fields.items() if value is not None})


def next_run(row: Row) -> str | None:
    """When a source is harvested by itself next; None: never."""
    time = row["next_run"].strftime("%Y-%m-%d %H:%M:%S UTC") if row.get("next_run") else None
    if row.get("paused"):
        return f"{time or 'none'} (paused: {row['paused']})"
    return time
