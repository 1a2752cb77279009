"""What a harvester may ask of the catalogue that it imports into.

A target is CKAN or the local catalogue; both follow the same rules of ownership: a package that isn't this source's is never
changed or deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Owner:
    """On whose behalf a package is written: it is stored with the package, and compared before anything is changed."""

    source_id: str
    source_title: str
    guid: str
    object_id: str
    content_hash: str
    adopt: bool = False  # take over a package that belongs to nobody or to another source


@dataclass(frozen=True, slots=True)
class Stored:
    """A package as the target holds it now; `already` when it bore this object's id and content hash before."""

    package_id: str
    name: str
    already: bool = False


class Target(Protocol):
    """A catalogue that packages (datasets in CKAN's form) are imported into."""

    def save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        """Create or update the package with the id `package["id"]`.

        A name that another package has is made unique; an update keeps the name that the package has. A second call with the
        same owner changes nothing. Raises TargetError: `dataset_not_ours` when the id is somebody else's, `validation` (with
        the field) when the package is refused, or a retryable one when the target doesn't answer.
        """

    def delete(self, package_id: str, owner: Owner) -> bool:
        """Delete a package of this source; False when it is gone already. Raises TargetError `dataset_not_ours`."""

    def show(self, id_or_name: str) -> dict[str, Any] | None:
        """The package with that id or name in CKAN's form (package_show), None when there is none."""
