"""Takes out of the target a dataset whose record the remote no longer has, in the way that the source's configuration says."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harvesters.target import Owner, Target

WORDS = {"delete": "deleted", "purge": "purged", "keep": "kept"}
"""Option `on_removed` -> what became of a dataset, in the words of `domain.objects.REMOVED_AS`."""


def remove(target: "Target", package_id: str, owner: "Owner") -> str:
    """Delete, purge, hide or keep a package; what became of it, `gone` when somebody had deleted it before.

    Raises TargetError.
    """
    if owner.on_removed == "keep":
        return WORDS["keep"]
    return word(owner) if target.delete(package_id, owner) else "gone"


def word(owner: "Owner") -> str:
    """What becomes of a package whose record is gone."""
    return "hidden" if owner.hide else WORDS[owner.on_removed]
