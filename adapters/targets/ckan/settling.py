"""Names that have become free go to the packages of the source that want them, whatever was done first.

A package that was stored while its name was taken has a number, and the name that it wants in an extra. Whoever frees a name
then looks for such a package, and whoever stores one under a number then looks whether the name has become free: so
whichever of the two comes last gives the package its name.
"""

from collections.abc import Callable, Collection, Mapping, MutableSequence, Sequence
from hashlib import md5
from typing import Any

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from adapters.targets.ckan.names import Names
from adapters.targets.ckan.package import OBJECT, WANTED, Order, extra, origin, seen, without
from harvesters.dataset.arranging import Holder, arrange, give_first
from harvesters.dataset.numbers import RANDOM_HEX, RESERVED, with_number
from harvesters.target import NameAppend, Owner

LOOKED_AT = 50  # numbered names
ATTEMPTS = 4  # at a name and at packages that others change at the same time
GAP = 2  # names in a row that nobody has: no more are looked at


class Settling:
    """Gives freed names away. `revise` changes a package that is still as it was shown; see `CKANTarget`.

    `append`: what is put behind a name that is taken.
    """

    def __init__(
        self,
        api: ActionAPI,
        names: Names,
        revise: Callable[..., Any],
        orders: MutableSequence[Order],
        append: Callable[[Owner], NameAppend],
    ) -> None:
        self._api = api
        self._append = append
        self._names = names
        self._revise = revise
        self._orders = orders

    def settle(self, name: str, owner: Owner, *, freed: bool = False) -> dict[str, str]:
        """Give the name to the owner's package that wants it, then that one's old name to the next; new names by package.

        Nothing happens while somebody has the name. `freed`: the caller knows that nobody does.
        """
        renamed: dict[str, str] = {}
        failures = 0
        while failures < ATTEMPTS and (freed or self._is_free(name)) and (package := self._waiting(name, owner)):
            if not self._make_room(name) or not self._rename(package, name, name):
                failures, freed = failures + 1, False  # others have changed the package, which may not want it any more
                continue
            renamed[package["id"]] = name
            name, freed = package["name"], True
        return renamed

    def arrange(self, wanted: str, owner: Owner, stored_as: str = "") -> dict[str, str]:
        """Put the job's new packages that want the name in the order of their guids; new names by package."""
        packages: dict[str, Mapping[str, Any]] = {}
        by_hex = self._append(owner) == RANDOM_HEX

        def look(names: Sequence[str]) -> dict[str, Holder]:
            shown = self._shown(names, stored_as, () if by_hex else set(self._names.alike(wanted)))
            packages.update({package["id"]: package for package in shown.values()})
            return {name: _holder(package, wanted, owner) for name, package in shown.items()}

        def rename(holder: Holder, name: str) -> bool:
            package = packages[holder.package_id]
            if not self._make_room(name) or not self._rename(package, name, wanted):
                return False
            packages[holder.package_id] = {**package, "name": name, "extras": _waiting_for(package, name, wanted)}
            return True

        with self._names.alone(wanted):  # threads of one process would only be in each other's way
            return (give_first if by_hex else arrange)(wanted, owner, look, rename, stored_as)

    def _is_free(self, name: str) -> bool:
        if name in RESERVED:
            return False
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
        return self._change(holder, {"name": freed_name(holder)})

    def _rename(self, package: Mapping[str, Any], name: str, wanted: str) -> bool:
        """The date of the last change stays the remote's: a CKAN that isn't given one would set it to now."""
        update: dict[str, Any] = {"name": name, "extras": _waiting_for(package, name, wanted)}
        if modified := package.get("metadata_modified"):
            update["metadata_modified"] = modified
        return self._change(package, update)

    def _change(self, package: Mapping[str, Any], update: Mapping[str, Any]) -> bool:
        """False: somebody else has changed it, or was faster at the name."""
        try:
            same = {"extras": seen(package), "name": package["name"]}
            self._revise(package["id"], **same, orders=self._orders, filter=[f"-{name}" for name in update], update=update)
        except Refusal as error:
            if error.changed or error.internal or "name" in error.errors:
                return False
            raise
        return True

    def _shown(self, names: Sequence[str], stored_as: str, indexed: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """Who has which of the names, up to the last one that is known to be taken, and then to some in a row that nobody has.

        `indexed`: those that the search index has.
        """
        last = max((place for place, name in enumerate(names) if name == stored_as or name in indexed), default=0)
        shown: dict[str, Mapping[str, Any]] = {}
        free = 0
        for place, name in enumerate(names):
            if place > last and free >= GAP:
                break
            package = self._find(name)
            if package is not None and package["state"] != "deleted":
                shown[name], free = package, 0
            else:
                free += 1
        return shown

    def _find(self, name: str) -> Mapping[str, Any] | None:
        package = self._api.find("package_show", {"id": name})
        return package if package and package["name"] == name else None


def freed_name(package: Mapping[str, Any]) -> str:
    """The name of a deleted or hidden package, for its own name to be free."""
    return f"{package['name'][:58]}--{md5(package['id'].encode(), usedforsecurity=False).hexdigest()}"


def _waiting_for(package: Mapping[str, Any], name: str, wanted: str) -> list[dict[str, Any]]:
    """The package's extras under that name: they note the name that it wants instead."""
    return [*without(package, WANTED), *([{"key": WANTED, "value": wanted}] if name != wanted else [])]


def _holder(package: Mapping[str, Any], wanted: str, owner: Owner) -> Holder:
    wants = extra(package, WANTED) or package["name"]
    ours = package["state"] == "active" and origin(package).source_id == owner.source_id and wants == wanted
    return Holder(package["id"], package["name"], extra(package, OBJECT) if ours else "")
