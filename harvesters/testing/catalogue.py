"""A catalogue in memory, to import into in tests."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any

from domain.errors import TargetError
from harvesters.dataset import fit
from harvesters.dataset.arranging import Holder, arrange, give_first
from harvesters.dataset.numbers import NUMBERS, RANDOM_HEX, RESERVED, numbered, stands_in, with_hexes, with_number
from harvesters.target import USUAL_RULES, Origin, Owner, SiteRules, Stored, with_kept


def _origin(owner: Owner, state: str) -> Origin:
    return Origin(owner.source_id, owner.object_id, owner.content_hash, state == "active", state == "deleted")


class Catalogue:
    """Packages by id: (package, owner, state). Names, ownership and checks work as in the local catalogue."""

    def __init__(self, rules: SiteRules = USUAL_RULES) -> None:
        self.rules = rules
        self.packages: dict[str, tuple[dict[str, Any], Owner, str]] = {}
        self.wanted: dict[str, str] = {}  # names by id
        self._groups: dict[str, dict[str, dict[str, str]]] = {"group": {}, "organization": {}}  # by id and by name
        self._lock = Lock()

    makes_default_groups = True

    def resolve_group(self, group: Mapping[str, Any], *, create: bool) -> Mapping[str, str] | None:
        return self._resolve("group", group, create)

    def resolve_organization(self, organization: Mapping[str, Any], *, create: bool) -> Mapping[str, str] | None:
        return self._resolve("organization", organization, create)

    def _resolve(self, kind: str, wanted: Mapping[str, Any], create: bool) -> Mapping[str, str] | None:
        groups = self._groups[kind]
        keys = [str(wanted[key]) for key in ("id", "name") if wanted.get(key)]
        group = next((groups[key] for key in keys if key in groups), None)
        if group is None and create and keys:
            group = {"id": keys[0], "name": keys[-1]}
            groups |= dict.fromkeys(keys, group)
        return group

    def save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        fitted = fit(package, owner.fields)
        wanted = fitted.package["name"]
        with self._lock:
            stored = self._save(fitted.package, owner)
            if not stored.already and numbered(stored.name, wanted):
                self._settle(wanted, owner)
            if not owner.held and (stored.already or stands_in(stored.name, wanted)):
                self._arrange(wanted, owner, stored.name)
        return replace(stored, name=self.packages[package["id"]][0]["name"], losses=fitted.losses)

    def _save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        name = ""
        if package["id"] in self.packages:
            package_before, holder, state = self.packages[package["id"]]
            name = package_before["name"] if state == "active" else ""
            if _origin(holder, state).holds(package["id"], owner):
                return Stored(package["id"], name, already=True)
            if state != "deleted":
                package = with_kept(package, package_before, self.rules, owner)
        name = name or self._unique(package["name"], owner)
        self.packages[package["id"]] = ({**package, "name": name}, owner, "active")
        self.wanted[package["id"]] = package["name"]
        return Stored(package["id"], name)

    def _unique(self, name: str, owner: Owner) -> str:
        taken = RESERVED | {package["name"] for package, _, state in self.packages.values() if state == "active"}
        hexes = with_hexes(name, owner.source_id, owner.guid)
        others = hexes if self._append(owner) == RANDOM_HEX else (with_number(name, number) for number in NUMBERS)
        free = next((candidate for candidate in (name, *others) if candidate not in taken), None)
        if free is None:
            raise TargetError(f"All names {name}1 to {name}999 are taken", code="name_taken", field="name")
        return free

    def _append(self, owner: Owner) -> str:
        return owner.name_append or self.rules.name_append

    def delete(self, package_id: str, owner: Owner) -> bool:
        if package_id not in self.packages:
            return False
        package, holder, state = self.packages[package_id]
        _origin(holder, state).check_owned(package_id, owner)
        if owner.on_removed == "keep":
            return False
        hide = owner.hide and state != "deleted"
        self.packages[package_id] = (package, owner, "draft" if hide else "deleted")
        if owner.on_removed == "purge" and not hide:
            del self.packages[package_id]
        self._settle(package["name"], owner)
        self._arrange(package["name"], owner)
        return state != "deleted"

    def _arrange(self, name: str, owner: Owner, stored_as: str = "") -> None:
        def look(names: Sequence[str]) -> dict[str, Holder]:
            shown = {package["name"]: key for key, (package, _, state) in self.packages.items() if state == "active"}
            return {other_name: self._holder(shown[other_name], name, owner) for other_name in names if other_name in shown}

        def rename(holder: Holder, new: str) -> bool:
            package, owner_of_other, state = self.packages[holder.package_id]
            self.packages[holder.package_id] = ({**package, "name": new}, owner_of_other, state)
            return True

        by_hex = self._append(owner) == RANDOM_HEX
        (give_first if by_hex else arrange)(name, owner, look, rename, stored_as)

    def _holder(self, package_id: str, name: str, owner: Owner) -> Holder:
        package, holder, state = self.packages[package_id]
        ours = holder.source_id == owner.source_id and state == "active" and self.wanted[package_id] == name
        return Holder(package_id, package["name"], holder.object_id if ours else "")

    def _settle(self, name: str, owner: Owner) -> None:
        """Give a free name to the source's package that wants it, then the name that this frees to the next one."""
        active = {key: package["name"] for key, (package, _, state) in self.packages.items() if state == "active"}
        waiting = [
            (len(current), current, key)
            for key, current in active.items()
            if self.wanted[key] == name != current
            and numbered(current, name)
            and self.packages[key][1].source_id == owner.source_id
        ]
        if waiting and name not in {*active.values(), *RESERVED}:
            _, current, key = min(waiting)
            package, holder, state = self.packages[key]
            self.packages[key] = ({**package, "name": name}, holder, state)
            self._settle(current, owner)

    def show(self, id_or_name: str) -> dict[str, Any] | None:
        for package, owner, state in self.packages.values():
            if state == "active" and id_or_name in (package["id"], package["name"]):
                marks = {
                    "harvest_object_id": owner.object_id,
                    "harvest_source_id": owner.source_id,
                    "harvest_source_title": owner.source_title,
                }
                harvest_extras = [{"key": key, "value": value} for key, value in marks.items() if value and self.rules.marked]
                defaults = {"title": package.get("title") or package["name"], "type": package.get("type") or "dataset"}
                return {**package, **defaults, "state": state, "extras": [*(package.get("extras") or ()), *harvest_extras]}
        return None
