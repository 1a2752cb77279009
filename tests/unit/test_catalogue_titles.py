"""The local catalogue's column `title`, by which searches are ordered."""

from typing import Any

from adapters.targets.catalogue import SORTED, LocalCatalogue
from harvesters.target import Owner


class Statements:
    """Stands in for a database that has no packages: what was to be stored."""

    url = "postgresql://nowhere"

    def __init__(self) -> None:
        self.stored: dict[str, Any] = {}

    def query(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        if "INSERT INTO catalogue.package" not in statement:
            return []
        self.stored = parameters
        return [(parameters["id"], parameters["name"])]


def test_of_a_long_title_the_column_has_what_an_index_takes_and_the_package_all() -> None:
    title = "\U00010348" * 8000
    database = Statements()

    LocalCatalogue(database).save({"id": "id-1", "name": "trees", "title": title}, Owner("s", "S", "g", "o", "h"))  # type: ignore[arg-type]

    assert database.stored["title"] == title[:SORTED]
    assert len(database.stored["title"].encode()) < 2600
    assert title in database.stored["package"]
