"""Harvester plugins and the interface they implement: all that a plugin needs is imported from here.

    from harvesters import Harvester, Package, Record

A name is loaded when it is first asked for, so that importing this package loads neither an HTTP client nor the event library.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.errors import HarvestError, NotFound, RecordError, RemoteError, TargetError
    from harvesters.base import (
        Fetched,
        GatherError,
        GatherResult,
        Harvester,
        HarvestGatherError,
        HarvestJob,
        HarvestObject,
        HarvestObjectError,
        HarvestObjectExtra,
        HarvestSource,
        Imported,
        ImportResult,
        Listed,
        Package,
        Page,
        Record,
        SavedError,
        StageResult,
        load_package,
        owner,
        package_id,
        read_config,
    )
    from harvesters.ckan import CKANHarvester
    from harvesters.harvester_base import HarvesterBase
    from harvesters.held import Held
    from harvesters.http import HttpLimits, PoliteSession
    from harvesters.http.responses import Response
    from harvesters.names import munge_tag, munge_title_to_name
    from harvesters.options import SourceOptions
    from harvesters.target import Owner, Stored, Target

__all__ = [
    "CKANHarvester",
    "Fetched",
    "GatherError",
    "GatherResult",
    "HarvestError",
    "HarvestGatherError",
    "HarvestJob",
    "HarvestObject",
    "HarvestObjectError",
    "HarvestObjectExtra",
    "HarvestSource",
    "Harvester",
    "HarvesterBase",
    "Held",
    "HttpLimits",
    "ImportResult",
    "Imported",
    "Listed",
    "NotFound",
    "Owner",
    "Package",
    "Page",
    "PoliteSession",
    "Record",
    "RecordError",
    "RemoteError",
    "Response",
    "SavedError",
    "SourceOptions",
    "StageResult",
    "Stored",
    "Target",
    "TargetError",
    "load_package",
    "munge_tag",
    "munge_title_to_name",
    "owner",
    "package_id",
    "read_config",
]

_ELSEWHERE = {
    "CKANHarvester": "harvesters.ckan",
    "HarvestError": "domain.errors",
    "HarvesterBase": "harvesters.harvester_base",
    "Held": "harvesters.held",
    "HttpLimits": "harvesters.http",
    "NotFound": "domain.errors",
    "Owner": "harvesters.target",
    "PoliteSession": "harvesters.http",
    "RecordError": "domain.errors",
    "RemoteError": "domain.errors",
    "Response": "harvesters.http.responses",
    "SourceOptions": "harvesters.options",
    "Stored": "harvesters.target",
    "Target": "harvesters.target",
    "TargetError": "domain.errors",
    "munge_tag": "harvesters.names",
    "munge_title_to_name": "harvesters.names",
}
"""Names that are not in harvesters.base."""

if not TYPE_CHECKING:  # a type checker sees the imports above, and still reports a name that isn't there

    def __getattr__(name: str) -> object:
        """Load a name of the interface (PEP 562). Raises AttributeError for any other name."""
        if name not in __all__:
            raise AttributeError(f"module 'harvesters' has no attribute {name!r}; it offers {', '.join(__all__)}")
        value = globals()[name] = getattr(import_module(_ELSEWHERE.get(name, "harvesters.base")), name)
        return value

    def __dir__() -> list[str]:
        """The interface, for completion."""
        return sorted(__all__)
