"""Names that have become free go to the packages of the source that want them, whatever was done first.

A package that was stored while its name was taken has a number, and the name that it wants in an extra. Whoever frees a name
then looks for such a package, and whoever stores one under a number then looks whether the name has become free: so
whichever of the two comes last gives the package its name.
"""

from collections.abc import Callable, Mapping, MutableSequence
from hashlib import md5
from typing import Any

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from adapters.targets.ckan.package import WANTED, Order, extra, origin, seen, without
from harvesters.dataset.numbers import with_number
from harvesters.target import Owner

LOOKED_AT = 50  # numbered names


class Settling:
    """Gives freed names away. `revise` changes a package that is still as it was shown; see `CKANTarget`."""

    def __init__(self, api: ActionAPI, revise: Callable[..., Any], orders: MutableSequence[Order]) -> None:
        self._api = api
        self._revise = revise
        self._orders = orders

    def settle(self, name: str, owner: Owner, *, freed: bool = False) -> dict[str, str]:
        """Give the name to the owner's package that wants it, then that one's old name to the next; new names by package.

        Nothing happens while somebody has the name. `freed`: the caller knows that nobody does.
        """
        renamed: dict[str, str] = {}
        while (freed or self._is_free(name)) and (package := self._waiting(name, owner)):
            if not self._make_room(name) or not self._rename(package, name):
                break
            renamed[package["id"]] = name
            name, freed = package["name"], True
        return renamed

    def _is_free(self, name: str) -> bool:
        holder = self._find(name)
        return holder is None or holder["state"] == "deleted"

    def _waiting(self, name: str, owner: Owner) -> Mapping[str, Any] | None:
        """The owner's package with the lowest number that wants the name."""
        for number in range(1, LOOKED_AT):
            package = self._find(with_number(name, number))
            if package is None:
                return None
            ours = package["state"] == "active" and origin(package).source_id == owner.source_id
            if ours and package["name"] != name and extra(package, WANTED) == name:
                return package
        return None

    def _make_room(self, name: str) -> bool:
        """Whether the name is free in CKAN's database, too; a deleted package keeps it until it gets another one.

        A deleted package is renamed whoever owns it, as CKAN itself does in package_create.
        """
        holder = self._find(name)
        if holder is None:
            return True
        if holder["state"] != "deleted":
            return False
        return self._change(holder, {"name": f"{name[:58]}--{md5(holder['id'].encode(), usedforsecurity=False).hexdigest()}"})

    def _rename(self, package: Mapping[str, Any], name: str) -> bool:
        """The date of the last change stays the remote's: a CKAN that isn't given one would set it to now."""
        update = {"name": name, "extras": without(package, WANTED)}
        if modified := package.get("metadata_modified"):
            update["metadata_modified"] = modified
        return self._change(package, update)

    def _change(self, package: Mapping[str, Any], update: Mapping[str, Any]) -> bool:
        """False: somebody else has changed it, or was faster at the name."""
        try:
            self._revise(package["id"], seen(package), self._orders, filter=[f"-{name}" for name in update], update=update)
        except Refusal as error:
            if error.changed or error.internal or "name" in error.errors:
                return False
            raise
        return True

    def _find(self, name: str) -> Mapping[str, Any] | None:
        package = self._api.find("package_show", {"id": name})
        return package if package and package["name"] == name else None
