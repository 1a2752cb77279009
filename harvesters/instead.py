"""What plugins for ckanext-harvest use that isn't here, and what to use instead; docs/plugins.md has the same in a table."""

import re
import traceback
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from domain.nearest import did_you_mean

PAGE = 'docs/plugins.md, "Coming from ckanext-harvest"'
OF_CKAN = ("ckan", "ckanext", "ckantoolkit")
TABLES = "there is no table to ask: harvest_job.held(guids) and harvest_job.held_guids() say what the source holds"
MODULES = (
    (
        r"ckanext\.harvest",
        "write `from harvesters import HarvesterBase, HarvestObject`, where the rest of its interface is as well",
    ),
    (r"munge", "munge_tag and munge_title_to_name are in `harvesters`"),
    (r"\bmodel\b", TABLES),
    (r"\bconfig\b", "a plugin's settings are options of its sources: json.loads(harvest_job.source.config)"),
    (
        r"plugins|toolkit|logic|get_action",
        "read datasets with self.target.show(id), store them with self._create_or_update_package, remove them with"
        " self.delete_package; the source's organisation is harvest_object.source.owner_org; leave out implements()",
    ),
)
"""What a line that imports from CKAN asks for, and what to do instead; the first that fits is said."""
ATTRIBUTES = {
    **dict.fromkeys(("query", "filter", "filter_by", "Session", "all", "count"), TABLES),
    **dict.fromkeys(
        ("delete", "purge", "remove"),
        'records are never deleted: leave its id out of what gather_stage returns, or return "unchanged"',
    ),
    **dict.fromkeys(("commit", "flush", "rollback"), "leave it out: what a stage leaves in its object is stored after it"),
    "package": "self.target.show(harvest_object.package_id) returns the dataset",
    "harvest_source": "it is called source",
    "harvest_job": "it is called job",
    "organization": "the source's organisation is source.owner_org",
    "jobs": "harvest_job.last_complete says when the last job that listed everything without errors began",
    "get_jobs": "harvest_job.last_complete says when the last job that listed everything without errors began",
    "next_run": "the coordinator starts a source's jobs by its frequency",
}


class Table(type):
    """What plugins ask of a class as they would of a table (`HarvestObject.query`): the error says what to use instead."""

    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any:
            raise AttributeError(attribute(cls.__name__, name, _names(cls)))


class Row(metaclass=Table):
    """A row of a table of ckanext-harvest, as far as plugins go; like one of those it takes attributes of a plugin's own."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            raise AttributeError(attribute(type(self).__name__, name, _names(type(self))))


def _names(kind: type) -> list[str]:
    return [name for name in dir(kind) if not name.startswith("_")]


def attribute(owner: str, name: str, words: Iterable[str]) -> str:
    """What to say where an object of the interface has no such attribute."""
    what = f"{owner} has no attribute {name!r}"
    if name in ATTRIBUTES:
        return f"{what}: {ATTRIBUTES[name]} ({PAGE})"
    names = sorted(word for word in words if not word.startswith("_"))
    return f"{what}{did_you_mean(name, names)}; it has {', '.join(names)}"


def import_hint(error: BaseException) -> str:
    """What to do about an import of a plugin that failed, with the line; empty where nothing is known of it."""
    if not isinstance(error, ImportError) or not error.name:
        return ""
    line = _line(error)
    if error.name.partition(".")[0] in OF_CKAN:
        text = f"{line} " if line else ""
        hint = next((hint for pattern, hint in MODULES if re.search(pattern, text or error.name)), TABLES)
        return f" ({line}). harvestlog runs plugins outside CKAN: {hint} ({PAGE})" if line else f". {hint} ({PAGE})"
    if error.name == "harvesters":
        import harvesters

        wanted = re.search(r"cannot import name '(\w+)'", str(error))
        name = wanted[1] if wanted else ""
        return f" ({line}). {attribute('harvesters', name, harvesters.__all__)}"
    return ""


def _line(error: BaseException) -> str:
    """The plugin's line that failed, as it is written."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "importlib" not in frame.filename]
    if not frames or not frames[-1].line:
        return ""
    return f"line {frames[-1].lineno} of {frames[-1].filename.rpartition('/')[2]}: {frames[-1].line.strip()}"
