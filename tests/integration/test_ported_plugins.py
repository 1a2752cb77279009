"""Plugins that are written for ckanext-harvest give here what they gave there, as `tests/ported/incumbent.json` has it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
import requests

from adapters import bootstrap
from adapters.bootstrap import Parts
from adapters.postgres.read_model.queries import ReadModel
from adapters.stages import context as job_context
from domain.sources import SourceFields
from harvesters import Harvester
from tests.ported import incumbent
from tests.ported.remote import remote

KINDS: Mapping[str, type[Harvester]] = {
    kind: getattr(import_module(f"tests.ported.{kind}"), name) for kind, name in incumbent.ALL.items()
}
THERE = (incumbent.HERE / "incumbent.json").read_text(encoding="utf-8")
CALLED_THERE = {"trees2": "trees"}
"""There all plugins harvested into one CKAN, where the name was taken."""
STATUSES = "SELECT guid, report_status, package_id FROM harvest.harvest_object WHERE harvest_job_id = %(job)s"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with remote() as address:
        yield address


def result_there(address: str, kind: str) -> Any:
    return json.loads(THERE.replace(f"http://127.0.0.1:{incumbent.PORT}", address))[kind]


def registered(parts: Parts, kind: str, url: str, config: str = "") -> UUID:
    return parts.application.register_source(SourceFields(kind, url, kind, config=config), "admin")


def harvested(parts: Parts, source: UUID) -> dict[str, Any]:
    """What one job of a source came to, in the form of the file."""
    job_id = str(bootstrap.test_run(parts, lambda _: None, let_through=False).run(source, by="admin"))
    rows, model = parts.database.query(STATUSES, job=job_id), ReadModel(parts.database)
    packages = [parts.catalogue.show(package_id) for _, _, package_id in rows if package_id]
    errors = [
        {
            "guid": error["guid"],
            "line": error["line"],
            "message": error["message"],
            "original_url": error["original_url"],
            "type": error["stage"],
        }
        for error in model.object_errors(job_id)
    ]
    return {
        "datasets": {package["id"]: incumbent.facts(package) for package in packages if package},
        "gather_errors": sorted(error["message"] for error in model.gather_errors(job_id)),
        "object_errors": sorted(errors, key=lambda error: (error["guid"], error["message"])),
        "statuses": {guid: status for guid, status, _ in rows},
    }


def names(result: dict[str, Any]) -> list[str]:
    """The names of all datasets, taken out of a result: which of two datasets with one title comes first is not said."""
    return sorted(dataset.pop("name") for dataset in result["datasets"].values())


def as_the_plugin_said(result: dict[str, Any], here: dict[str, Any]) -> dict[str, Any]:
    """Without the formats that a CKAN guesses from addresses: the local catalogue guesses none."""
    result = deepcopy(result)
    for guid, dataset in result["datasets"].items():
        for there, ours in zip(dataset["resources"], here["datasets"][guid]["resources"], strict=True):
            if not ours["format"]:
                there["format"] = ""
    return result


@pytest.fixture
def parts(emptied: Parts) -> Iterator[Parts]:
    with closing(Parts(replace(emptied.settings, http_allow="loopback"), "test")) as parts:
        yield parts


@pytest.mark.parametrize("kind", incumbent.CLASSES)
def test_a_plugin_gives_what_it_gave_in_ckanext_harvest(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, address: str, kind: str
) -> None:
    monkeypatch.setattr(job_context, "load_harvester", lambda _: KINDS[kind])
    there = result_there(address, kind)

    here = harvested(parts, registered(parts, kind, address + incumbent.PATHS[kind]))

    names_here, names_there = names(here), names(there)
    assert here == as_the_plugin_said(there, here)
    assert names_here == names_there


@pytest.mark.parametrize("kind", incumbent.TWICE)
def test_a_plugin_gives_the_same_at_a_second_harvest_of_a_remote_that_has_changed(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, address: str, kind: str
) -> None:
    monkeypatch.setattr(job_context, "load_harvester", lambda _: KINDS[kind])
    _, path, config = incumbent.TWICE[kind]
    source = registered(parts, kind, address + path, config)

    for turn, there in zip(("/first", "/later"), result_there(address, kind), strict=True):
        requests.get(address + turn, timeout=10)
        here = harvested(parts, source)

        unchanged = take_out_what_did_not_change(there, here)
        assert here == as_the_plugin_said(there, here)
        assert unchanged == 0 or turn == "/later" or kind == "open_ckan"


def take_out_what_did_not_change(there: dict[str, Any], here: dict[str, Any]) -> int:
    """Take records whose documents are those of the last harvest out of both results; how many.

    ckanext-harvest writes them again, harvestlog doesn't: they have no object, or one that says so.
    """
    same = [guid for guid in there["statuses"] if here["statuses"].get(guid, "not modified") == "not modified"]
    for guid in same:
        here["statuses"].pop(guid, None)
        assert there["statuses"].pop(guid) in ("updated", "not modified")
    for dataset in there["datasets"].values():
        dataset["name"] = CALLED_THERE.get(dataset["name"], dataset["name"])
    shown = there["datasets"].keys() & here["datasets"].keys()
    assert len(shown) + len(same) >= max(len(there["datasets"]), len(here["datasets"]))
    for result in (there, here):
        result["datasets"] = {key: dataset for key, dataset in result["datasets"].items() if key in shown}
    return len(same)


@pytest.mark.parametrize("kind", KINDS)
def test_one_line_of_each_plugin_differs(tmp_path: Any, kind: str) -> None:
    incumbent.package(tmp_path)

    there = (tmp_path / f"ported_{kind}.py").read_text(encoding="utf-8").splitlines()
    here = (incumbent.HERE / f"{kind}.py").read_text(encoding="utf-8").splitlines()

    assert [line.partition(" import ")[0] for line, other in zip(here, there, strict=True) if line != other] == [
        "from harvesters"
    ]
