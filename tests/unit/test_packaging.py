"""A wheel holds everything: packages and their data are listed one by one, and none is forgotten."""

import runpy
from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any

import pytest

from tests.support.stack import ROOT

OURS = ("domain", "projections", "harvesters", "schemas", "adapters")
NOT_INSTALLED = {"adapters.launch"}  # it is installed as `harvestlog`


@pytest.fixture
def packaging(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    """What setup.py tells setuptools."""
    told: dict[str, Any] = {}
    monkeypatch.setattr("setuptools.setup", lambda **values: told.update(values))
    monkeypatch.chdir(ROOT)
    runpy.run_path(str(ROOT / "setup.py"))
    return told


def test_every_package_is_listed(packaging: Mapping[str, Any]) -> None:
    folders = {path.parent.relative_to(ROOT) for name in OURS for path in (ROOT / name).rglob("*.py")}

    assert {".".join(folder.parts) for folder in folders} - NOT_INSTALLED == set(packaging["packages"]) - {"harvestlog"}


def test_every_file_that_is_read_at_run_time_is_listed(packaging: Mapping[str, Any]) -> None:
    missing = []
    for name in OURS:
        for path in (ROOT / name).rglob("*"):
            if path.is_dir() or path.suffix in (".py", ".pyc"):
                continue
            package = next(folder for folder in path.parents if (folder / "__init__.py").exists() or folder.parent == ROOT)
            patterns = packaging["package_data"].get(".".join(package.relative_to(ROOT).parts), ())
            if not any(fnmatch(str(path.relative_to(package)), pattern) for pattern in patterns):
                missing.append(str(path.relative_to(ROOT)))

    assert not missing
