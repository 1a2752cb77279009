"""A CKAN's API for a site that wants no extras of ours in its datasets: they are kept in our own database.

The rest of this package works with packages that carry their owner among their extras. This layer takes those away from what
is sent and adds them to what is shown, so nothing else knows the difference. What package_revise compares inside CKAN is
compared here under a lock, which all our workers take before they write a package.

Extras that a package carries still, from before the setting, count until it is written the next time. And where the setting
has been taken back, what was kept here goes into the package when it is written next.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from adapters.targets.ckan.package import HASH, OWN, SOURCE, UNSURE

Marks = Mapping[str, str]


class KeepsMarks(Protocol):
    """Where the extras are kept, by package id; see `adapters.postgres.package_marks`."""

    def read(self, package_id: str) -> Marks | None: ...

    def write(self, package_id: str, extras: Marks) -> None: ...

    def forget(self, package_id: str) -> None: ...

    def alone(self, package_id: str) -> AbstractContextManager[None]: ...


class UnmarkedAPI(ActionAPI):
    """The actions of a CKAN. `hide`: our extras stay out of its packages; else only those that were kept out before count."""

    def __init__(self, api: ActionAPI, marks: KeepsMarks, *, hide: bool) -> None:
        self.url = api.url
        self.has_token = api.has_token
        self._api = api
        self._marks = marks
        self._hide = hide

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        if action == "package_show":
            return self._with_marks(self._api.call(action, data))
        if action == "package_revise":
            return self._revise(data)
        if action == "package_create" and self._hide:
            return self._create(data)
        result = self._api.call(action, data)
        if action == "dataset_purge":
            self._marks.forget(str(data["id"]))
        return result

    def _with_marks(self, package: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self._hide and SOURCE in _own(package.get("extras")):
            return package
        marks = self._marks.read(package["id"])
        return package if marks is None else {**package, "extras": [*_others(package.get("extras")), *_as_extras(marks)]}

    def _create(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The row is written first, so that a package of which no answer came is ours; not where there was one before."""
        package_id, own = data["id"], _own(data["extras"])
        sent = {**data, "extras": _others(data["extras"])}
        with self._marks.alone(package_id):
            begun = self._marks.read(package_id) is None
            if begun and self._api.find("package_show", {"id": package_id}) is not None:
                return dict(self._api.call("package_create", sent))  # which CKAN refuses
            if begun:
                self._marks.write(package_id, {**own, HASH: UNSURE})
            try:
                created = self._api.call("package_create", sent)
            except Refusal as error:
                if begun and not error.internal and not error.retryable:
                    self._marks.forget(package_id)
                raise
            self._marks.write(package_id, own)
        return {**created, "extras": [*_others(created.get("extras")), *_as_extras(own)]}

    def _revise(self, data: Mapping[str, Any]) -> Any:
        package_id = data["match"]["id"]
        if not self._hide:
            try:
                return self._api.call("package_revise", data)
            except Refusal as error:
                if not error.mismatch or self._marks.read(package_id) is None:
                    raise
        with self._marks.alone(package_id):
            self._compare(package_id, data["match"])
            match = {name: value for name, value in data["match"].items() if name != "extras"}
            update = dict(data["update"])
            own = _own(update["extras"]) if "extras" in update else None
            if own is not None and self._hide:
                update["extras"] = _others(update["extras"])
            answer = self._api.call("package_revise", {**data, "match": match, "update": update})
            if own is not None and self._hide:
                self._marks.write(package_id, own)
            elif own is not None:
                self._marks.forget(package_id)
        return answer

    def _compare(self, package_id: str, match: Mapping[str, Any]) -> None:
        """Raises Refusal, as CKAN would, unless the package's extras are those that are expected."""
        marks = self._marks.read(package_id)
        if marks is None:
            package = self._api.find("package_show", {"id": package_id})
            marks = _own(package.get("extras")) if package else {}
        if any(marks.get(entry["key"]) != entry["value"] for entry in match.get("extras", ()) if entry):
            message = f"package {package_id} is not as it was expected"
            raise Refusal(message, 409, {"match": [message]}, code="validation", field="match")


def _own(extras: Any) -> Marks:
    return {entry["key"]: str(entry["value"]) for entry in extras or () if entry.get("key") in OWN and entry.get("value")}


def _others(extras: Any) -> list[Any]:
    return [entry for entry in extras or () if entry.get("key") not in OWN]


def _as_extras(marks: Marks) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in marks.items()]
