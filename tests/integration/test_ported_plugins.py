"""Plugins that are written for ckanext-harvest give here what they gave there, as `tests/ported/incumbent.json` has it."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from adapters import bootstrap
from adapters.bootstrap import Parts
from adapters.postgres.read_model.queries import ReadModel
from adapters.stages import context as job_context
from domain.sources import SourceFields
from harvesters import Harvester
from tests.ported import incumbent
from tests.ported.city_ckan import CityCKAN
from tests.ported.json_list import JSONList
from tests.ported.paged_api import PagedAPI
from tests.ported.remote import remote

KINDS: Mapping[str, type[Harvester]] = {"json_list": JSONList, "paged_api": PagedAPI, "city_ckan": CityCKAN}
THERE = (incumbent.HERE / "incumbent.json").read_text(encoding="utf-8")
STATUSES = "SELECT guid, report_status, package_id FROM harvest.harvest_object"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with remote() as address:
        yield address


def harvested(parts: Parts, kind: str, url: str) -> dict[str, Any]:
    """What one job of a new source came to, in the form of the file."""
    source = parts.application.register_source(SourceFields(kind, url, kind), "admin")
    job_id = str(bootstrap.test_run(parts, lambda _: None, let_through=False).run(source, by="admin"))
    rows, model = parts.database.query(STATUSES), ReadModel(parts.database)
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_plugin_gives_what_it_gave_in_ckanext_harvest(
    emptied: Parts, monkeypatch: pytest.MonkeyPatch, address: str, kind: str
) -> None:
    monkeypatch.setattr(job_context, "load_harvester", lambda _: KINDS[kind])
    there = json.loads(THERE.replace(f"http://127.0.0.1:{incumbent.PORT}", address))[kind]

    parts = Parts(replace(emptied.settings, http_allow="loopback"), "test")
    here = harvested(parts, kind, address + incumbent.PATHS[kind])

    names_here, names_there = names(here), names(there)
    assert here == as_the_plugin_said(there, here)
    assert names_here == names_there


@pytest.mark.parametrize("kind", KINDS)
def test_one_line_of_each_plugin_differs(tmp_path: Any, kind: str) -> None:
    incumbent.package(tmp_path)

    there = (tmp_path / f"ported_{kind}.py").read_text(encoding="utf-8").splitlines()
    here = (incumbent.HERE / f"{kind}.py").read_text(encoding="utf-8").splitlines()

    assert [line for line, other in zip(here, there, strict=True) if line != other] == [
        line for line in here if line in incumbent.IMPORTED
    ]
