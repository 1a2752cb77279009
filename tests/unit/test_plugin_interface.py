"""A plugin imports all that it needs from `harvesters`."""

import re
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

import harvesters
import harvesters.base
from tests.support.stack import ROOT

IMPORTED = re.compile(r"^from (harvesters[\w.]*|domain[\w.]*) import", re.MULTILINE)


@pytest.mark.parametrize("name", harvesters.__all__)
def test_every_name_of_the_interface_is_there(name: str) -> None:
    assert getattr(harvesters, name).__module__.partition(".")[0] in ("harvesters", "domain", "typing", "types")


def test_the_old_places_offer_the_same_things() -> None:
    from harvesters.base import Harvester, Record
    from harvesters.ckan import CKANHarvester
    from harvesters.http import PoliteSession

    old = (Harvester, Record, CKANHarvester, PoliteSession)
    assert (harvesters.Harvester, harvesters.Record, harvesters.CKANHarvester, harvesters.PoliteSession) == old


def test_what_the_base_module_offers_is_in_the_interface() -> None:
    """What is only for the engine is listed here, so that nothing new is forgotten in the interface."""
    for_the_engine = {"Action", "Save", "on_removed"}

    assert set(harvesters.base.__all__) - set(harvesters.__all__) == for_the_engine


@pytest.mark.parametrize("module", ["reading", "saving", "values", "views"])
def test_the_base_module_offers_what_its_parts_define(module: str) -> None:
    name = f"harvesters.{module}"
    defined = {key for key, value in vars(import_module(name)).items() if _is_public(key, value, name)}

    assert defined <= set(harvesters.base.__all__)


def _is_public(key: str, value: Any, module: str) -> bool:
    return not key.startswith("_") and getattr(value, "__module__", "") == module


def test_an_unknown_name_is_answered_with_the_names_that_are_there() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'Harvestr'; it offers .*Harvester"):
        harvesters.Harvestr  # type: ignore[attr-defined]  # noqa: B018


def test_star_import_and_completion_show_the_interface() -> None:
    names: dict[str, Any] = {}

    exec("from harvesters import *", names)

    assert set(harvesters.__all__) <= set(names)
    assert set(dir(harvesters)) == set(harvesters.__all__)


@pytest.mark.parametrize("statement", ["import harvesters", "from harvesters import Harvester, Package, Record, RemoteError"])
def test_importing_the_interface_loads_no_client(statement: str) -> None:
    heavy = ("requests", "urllib3", "pycurl", "psycopg", "kafka", "click", "rich")
    code = f"import sys; {statement}; print([name for name in {heavy} if name in sys.modules])"

    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


@pytest.mark.parametrize("path", ["README.md", "docs/plugins.md", "tests/plugins/sample_harvesters.py"])
def test_documents_and_examples_import_from_nowhere_deeper(path: str) -> None:
    assert set(IMPORTED.findall((ROOT / path).read_text(encoding="utf-8"))) <= {"harvesters"}
