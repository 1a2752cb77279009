"""A name that becomes free while others change the package that waits for it."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.targets.ckan.target import CKANTarget
from tests.contract.test_target import owner, package
from tests.support.ckan_in_memory import CkanInMemory


class Interfering(CkanInMemory):
    """Somebody acts just before a package is given a name, once."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.act: Callable[[], object] | None = None
        self._name = name

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        if self.act and action == "package_revise" and data["update"].get("name") == self._name:
            act, self.act = self.act, None
            act()
        return super().call(action, data)


def test_a_freed_name_goes_to_the_next_when_the_first_that_waits_ceases_to_want_it_at_that_moment() -> None:
    ckan = Interfering("trees")
    target = CKANTarget(ckan)
    holder, first, second = (package("trees") for _ in range(3))
    for number, dataset in enumerate((holder, first, second)):
        target.save(dataset, owner(guid=f"guid-{number}"))
    ckan.act = lambda: target.save({**first, "name": "bushes"}, owner(job=2, guid="guid-1"))

    target.delete(holder["id"], owner(job=2, guid="guid-0"))

    assert ckan.act is None
    assert (ckan.packages[first["id"]]["name"], ckan.packages[second["id"]]["name"]) == ("trees1", "trees")
