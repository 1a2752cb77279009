"""Seeded changes of a remote's datasets, as people and programs make them in a CKAN."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from tests.acceptance.changing_remote import ChangingRemote, Package


class Portal:
    """Who works at a remote: adds from `spare`, edits, renames, removes and brings back; the seed decides what and which."""

    def __init__(self, remote: ChangingRemote, records: Iterable[Package], held: int, seed: int) -> None:
        self._random = Random(seed)
        shuffled = self._random.sample(list(records), len(list(records)))
        self.spare = shuffled[held:]
        self.removed: list[Package] = []
        self._remote = remote
        self._step = 0
        self._free_names: list[str] = []  # of datasets that were renamed or removed
        remote.packages = {package["id"]: package for package in shuffled[:held]}

    # what happens

    def a_day(self) -> None:
        """Some of everything."""
        for work, most in (
            (self.edit, 5),
            (self.add, 2),
            (self.remove, 3),
            (self.bring_back, 2),
            (self.rename, 2),
            (self.swap_names, 1),
        ):
            for _ in range(self._random.randint(1, most)):
                work()

    def add(self) -> None:
        """A dataset that was never there, now and then under a name that has become free."""
        if self.spare:
            self._publish(self.spare.pop())

    def bring_back(self) -> None:
        """A dataset that was removed, now and then with changes."""
        if self.removed:
            package = self.removed.pop(self._random.randrange(len(self.removed)))
            if self._random.random() < 0.5:
                self._random.choice(EDITS)(self, package)
            self._publish(package)

    def _publish(self, package: Package) -> None:
        names = {one["name"] for one in self._remote.packages.values()}
        if self._free_names and self._random.random() < 0.5:
            package["name"] = self._free_names.pop()
        while package["name"] in names:
            package["name"] += "x"
        self._put(package)

    def remove(self) -> None:
        """A dataset goes."""
        package = self._any()
        with self._remote.lock:
            del self._remote.packages[package["id"]]
        self.removed.append(package)
        self._free_names.append(package["name"])

    def edit(self) -> None:
        """One to three changes of a dataset."""
        package = self._any()
        for change in self._random.sample(EDITS, self._random.randint(1, 3)):
            change(self, package)
        self._put(package)

    def rename(self) -> None:
        """A dataset gets another name; what it was called is free for others."""
        package = self._any()
        self._free_names.append(package["name"])
        package["name"] = f"{package['name'][:80]}-r{self._next()}"
        self._put(package)

    def swap_names(self) -> None:
        """Two datasets get the name of each other."""
        one, other = self._any(), self._any()
        one["name"], other["name"] = other["name"], one["name"]
        if one["id"] != other["id"]:
            self._put(one)
            self._put(other)

    def _any(self) -> Package:
        """One of those that are there; which one doesn't depend on ids, which are others in each test."""
        return deepcopy(self._remote.packages[self._random.choice(list(self._remote.packages))])

    def _put(self, package: Package) -> None:
        package["metadata_modified"] = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
        self._free_names = [name for name in self._free_names if name != package["name"]]
        with self._remote.lock:
            self._remote.packages[package["id"]] = package

    def _next(self) -> int:
        self._step += 1
        return self._step

    # edits

    def _title(self, package: Package) -> None:
        package["title"] = f"{package['title']} – 第{self._next()}版"

    def _notes(self, package: Package) -> None:
        package["notes"] = self._random.choice((f"Neue Beschreibung {self._next()}\n\n* ä\n* ö", "", None))

    def _contact(self, package: Package) -> None:
        package.pop("maintainer", None)
        package["author"] = f"Amt {self._next()}"

    def _add_tag(self, package: Package) -> None:
        package["tags"] = [*package.get("tags", []), {"name": f"étiquette {self._next()}", "vocabulary_id": None}]

    def _drop_tag(self, package: Package) -> None:
        package["tags"] = package.get("tags", [])[1:]

    def _drop_tags(self, package: Package) -> None:
        package["tags"] = []

    def _set_extra(self, package: Package) -> None:
        extras = package.get("extras", [])
        if extras and self._random.random() < 0.5:
            extras[0]["value"] = f"changed {self._next()}"
        else:
            extras = [*extras, {"key": f"Schlüssel {self._next()}", "value": '{"a": [1]}'}]
        package["extras"] = extras

    def _drop_extra(self, package: Package) -> None:
        package["extras"] = package.get("extras", [])[:-1]

    def _add_resource(self, package: Package) -> None:
        number = self._next()
        made = {
            "id": str(UUID(int=self._random.getrandbits(128), version=4)),
            "name": f"File {number}",
            "url": f"https://data.example.org/{number}.csv",
            "format": "CSV",
            "created": "2024-02-03T04:05:06.070809",
            "temporal": "2024",
        }
        package["resources"].insert(self._random.randint(0, len(package["resources"])), made)

    def _drop_resource(self, package: Package) -> None:
        if package["resources"]:
            package["resources"].pop(self._random.randrange(len(package["resources"])))

    def _drop_resources(self, package: Package) -> None:
        package["resources"] = []

    def _reorder_resources(self, package: Package) -> None:
        self._random.shuffle(package["resources"])

    def _change_resource(self, package: Package) -> None:
        if package["resources"]:
            resource = self._random.choice(package["resources"])
            resource["url"] = f"https://data.example.org/moved/{self._next()}"
            resource["name"] = f"Moved {self._step}"
            resource.pop("description", None)


EDITS: list[Callable[[Portal, Package], None]] = [
    Portal._title,
    Portal._notes,
    Portal._contact,
    Portal._add_tag,
    Portal._drop_tag,
    Portal._drop_tags,
    Portal._set_extra,
    Portal._drop_extra,
    Portal._add_resource,
    Portal._drop_resource,
    Portal._drop_resources,
    Portal._reorder_resources,
    Portal._change_resource,
]
