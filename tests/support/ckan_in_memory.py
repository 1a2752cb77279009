"""As much of a CKAN to import into as `CKANTarget` asks for, in memory: packages with their extras, names, package_revise."""

import threading
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from adapters.targets.ckan.package import by_length


def refused(field: str, message: str, status: int = 409) -> Refusal:
    """CKAN's answer when a field can't be what it is."""
    return Refusal(f"{field}: {message}", status, {field: [message]}, code="validation", field=field)


class CkanInMemory(ActionAPI):
    """Deleted packages stay, as in CKAN; the name of one is given away when a new package wants it."""

    def __init__(self) -> None:
        self.url, self.has_token = "https://ckan.example", True
        self.packages: dict[str, dict[str, Any]] = {}
        self.actions: list[str] = []
        self._lock = threading.Lock()

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        """The result of an action."""
        if action == "scheming_dataset_schema_show":
            raise Refusal("Action name not known", 400, {}, code="http_400")
        with self._lock:
            self.actions.append(action)
            return deepcopy(getattr(self, action)(data))

    def package_show(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """By id or name."""
        return self._found(data["id"])

    def package_create(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A new package."""
        if data["id"] in self.packages:
            raise refused("id", "Dataset id already exists")
        holder = self._holder(data["name"])
        if holder is not None and holder["state"] == "deleted":
            holder["name"] = f"{holder['name'][:50]}-{holder['id']}"
        elif holder is not None or data["name"] in ("new", "edit", "search"):
            raise refused("name", "That URL is already in use.")
        self.packages[data["id"]] = deepcopy({"extras": [], "state": "active", **data})
        return self.packages[data["id"]]

    def package_revise(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Change a package that is as it is expected."""
        package = self._found(data["match"]["id"])
        extras = {extra["key"]: extra for extra in package["extras"]}
        stored = [extras[key] for key in by_length(extras)]
        wanted = data["match"].get("extras", [])
        same = len(stored) >= len(wanted) and all(
            item.items() <= extra.items() for item, extra in zip(wanted, stored, strict=False)
        )
        dataset_type = package.get("type", "dataset")
        compared = {"name": package["name"], "type": dataset_type}
        if not same or any(data["match"].get(name, value) != value for name, value in compared.items()):
            raise refused("match", "wrong value")
        update = data["update"]
        holder = self._holder(update["name"]) if "name" in update else None
        if holder is not None and holder is not package:
            if holder["state"] == "deleted":
                raise Refusal("conflict", 500, {"__type": "Internal Server Error"}, code="http_500")
            raise refused("name", "That URL is already in use.")
        left_out = data.get("filter", ())
        kept = ["id", "name"] if "-*" in left_out else [key for key in package if f"-{key}" not in left_out]
        fields = {key: package[key] for key in kept}
        package.clear()
        package.update(deepcopy({**fields, **update, "type": dataset_type}))  # CKAN never changes it
        return {"package": package}

    def package_search(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Names that begin alike."""
        start = data["fq"].removeprefix("name:").removesuffix("*")
        names = [package["name"] for package in self.packages.values() if package["state"] != "deleted"]
        return {"results": [name for name in names if name.startswith(start)]}

    def dataset_purge(self, data: Mapping[str, Any]) -> None:
        """Forget a package."""
        del self.packages[self._found(data["id"])["id"]]

    def _holder(self, name: str) -> dict[str, Any] | None:
        return next((package for package in self.packages.values() if package["name"] == name), None)

    def _found(self, key: str) -> dict[str, Any]:
        package = self.packages.get(key) or self._holder(key)
        if package is None:
            raise Refusal("not found", 404, {"__type": "Not Found Error"}, code="not_found")
        return package
