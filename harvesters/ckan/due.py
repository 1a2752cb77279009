"""Whether a job reads everything or what has changed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from harvesters.base import HarvestJob
from harvesters.ckan.config import CKANConfig


def changes_since(job: HarvestJob, config: CKANConfig, memory: Mapping[str, Any]) -> datetime | None:
    """When the last complete gather began, since which changes are to be read; None where everything is."""
    if config.force_all or job.options.get("force_all") or _full_is_due(job, config, memory):
        return None
    return job.last_complete


def _full_is_due(job: HarvestJob, config: CKANConfig, memory: Mapping[str, Any]) -> bool:
    """Whether everything was listed too long ago, by the database's clock."""
    days = job.full_listing_days if config.full_listing_days is None else config.full_listing_days
    if not days or job.recorded is None:
        return False
    try:
        return job.recorded - datetime.fromisoformat(memory["full"]) >= timedelta(days=days)
    except (KeyError, TypeError, ValueError):  # of a job before there were memories
        return True
