"""The files of a new plugin; tests/feed_plugin is what they are for a harvester called `feed`."""

from collections.abc import Mapping

MODULE = '''\
"""Harvests a list of datasets in one JSON file: [{"id": "...", "title": "...", "file": "https://..."}]."""

from collections.abc import Iterator

from pydantic import Field

from harvesters import (
    GatherError,
    Harvester,
    HarvestJob,
    HarvestObject,
    Imported,
    Package,
    Record,
    RecordError,
    SourceOptions,
    load_package,
)


class @Kind@Options(SourceOptions):
    license: str = Field("", description="id of the licence of all datasets", examples=["cc-by"])


class @Kind@Harvester(Harvester):
    options = @Kind@Options

    def info(self) -> dict[str, str]:
        return {"name": "@name@", "title": "@Title@", "description": "A list of datasets in one JSON file"}

    def get_original_url(self, harvest_object: HarvestObject) -> str:
        return f"{harvest_object.source.url}#{harvest_object.guid}"

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError]:
        entries = self.http.get_json(harvest_job.source.url)
        for number, entry in enumerate(entries):
            if entry.get("id"):
                yield Record(guid=entry["id"], content=entry)
            else:
                yield GatherError(f"entry {number} has no id", "bad_record")
        # Everything was seen: datasets that are missing here are deleted.
        harvest_job.full_listing = len(entries) > 0 and all(entry.get("id") for entry in entries)

    def import_stage(self, harvest_object: HarvestObject) -> Imported | Package:
        if harvest_object.action == "delete":
            return self.delete_package(harvest_object)
        entry = load_package(harvest_object)
        if not entry.get("title"):
            raise RecordError(f"entry {harvest_object.guid} has no title")
        fields = {"name": entry["id"], "title": entry["title"], "resources": [{"url": entry["file"]}]}
        return Package(fields | {"license_id": self.read_options(harvest_object.source).license})
'''

TEST = '''\
"""The harvester against answers that the tests say: no database, no broker, no network."""

import pytest
from @module@ import @Kind@Harvester

from harvesters.testing import Answer, Harness

URL = "https://data.example/list.json"
TREES = {"id": "trees", "title": "Trees", "file": "https://data.example/trees.csv"}
LAKES = {"id": "lakes", "title": "Lakes", "file": "https://data.example/lakes.csv"}


def test_each_entry_becomes_a_dataset() -> None:
    result = Harness(@Kind@Harvester, URL, {"license": "cc-by"}).harvest({URL: [TREES, LAKES]})

    assert result.statuses == {"trees": "added", "lakes": "added"}
    assert result.dataset("trees")["title"] == "Trees"
    assert result.dataset("trees")["license_id"] == "cc-by"
    assert result.dataset("lakes")["resources"][0]["url"] == "https://data.example/lakes.csv"


def test_a_second_harvest_changes_what_changed() -> None:
    harness = Harness(@Kind@Harvester, URL)
    harness.harvest({URL: [TREES, LAKES]})

    result = harness.harvest({URL: [{**TREES, "title": "All trees"}]})

    assert result.statuses == {"trees": "updated", "lakes": "deleted"}


def test_a_bad_entry_fails_alone_and_nothing_is_deleted() -> None:
    harness = Harness(@Kind@Harvester, URL)
    harness.harvest({URL: [TREES, LAKES]})

    result = harness.harvest({URL: [{"title": "No id"}, {**TREES, "title": ""}]})

    assert result.gather_errors == ("entry 0 has no id",)
    assert result.errors == [("trees", "Import", "entry trees has no title", None)]
    assert "lakes" not in result.statuses


def test_a_remote_that_is_down_is_an_error_of_the_job() -> None:
    result = Harness(@Kind@Harvester, URL).harvest([Answer(URL, status=503)])

    assert not result.complete
    assert "HTTP 503" in result.gather_errors[0]


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ValueError, match="did you mean license"):
        Harness(@Kind@Harvester, URL, {"licence": "cc-by"})
'''

PROJECT = """\
[build-system]
requires = ["setuptools>=68"]
build-backend = "setuptools.build_meta"

[project]
name = "@distribution@"
version = "0.1"
requires-python = ">=3.11"
dependencies = ["harvestlog"]

[project.optional-dependencies]
test = ["pytest"]

[project.entry-points."harvestlog.harvesters"]
@name@ = "@module@:@Kind@Harvester"

[tool.setuptools]
py-modules = ["@module@"]

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]
"""

README = """\
# @distribution@

A harvester for harvestlog: sources of type `@name@`.

    pip install -e '.[test]'      # into the environment of harvestlog
    pytest                        # its tests: no database, no broker, no network
    harvester types @name@        # its options
    harvester source create my-source https://data.example/list.json @name@
    harvester run-test my-source
"""


def files(name: str) -> Mapping[str, str]:
    """The files of a project with a harvester of this type: path and text."""
    module = f"harvest_{name.replace('-', '_')}"
    words = name.replace("_", "-").split("-")
    values = {
        "name": name,
        "module": module,
        "distribution": f"harvest-{'-'.join(words)}",
        "Kind": "".join(word.capitalize() for word in words),
        "Title": " ".join(words).capitalize(),
    }
    texts = {f"{module}.py": MODULE, f"tests/test_{module}.py": TEST, "pyproject.toml": PROJECT, "README.md": README}
    return {path: _filled(text, values) for path, text in texts.items()}


def _filled(text: str, values: Mapping[str, str]) -> str:
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text
