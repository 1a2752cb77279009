"""Runs the ported plugins in a live ckanext-harvest and writes what came of it to `incumbent.json`.

    python -m tests.ported.incumbent CKAN_URL TOKEN CKAN_INI

The CKAN has ckanext-harvest and a package with our three files, `package` writes it; gather and fetch consumers run.
"""

import json
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from tests.ported.remote import remote

HERE = Path(__file__).parent
IMPORTED = {
    "from harvesters import HarvesterBase, HarvestObject": "from ckanext.harvest.harvesters.base import "
    "HarvesterBase, HarvestObject",
    "from harvesters import CKANHarvester": "from ckanext.harvest.harvesters import CKANHarvester",
}
CLASSES = {"json_list": "JSONList", "paged_api": "PagedAPI", "city_ckan": "CityCKAN"}
PATHS = {"json_list": "/list.json", "paged_api": "/api", "city_ckan": "/ckan"}
PORT = 8787  # of the remote: addresses are part of the results


def package(folder: Path) -> None:
    """Write a distribution with the plugins as ckanext-harvest imports them: one line of each file differs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in CLASSES:
        text = (HERE / f"{name}.py").read_text(encoding="utf-8")
        (line,) = [line for line in IMPORTED if f"{line}\n" in text]
        (folder / f"ported_{name}.py").write_text(text.replace(f"{line}\n", f"{IMPORTED[line]}\n"), encoding="utf-8")
    points = "\n".join(f'{name} = "ported_{name}:{kind}"' for name, kind in CLASSES.items())
    modules = ", ".join(f'"ported_{name}"' for name in CLASSES)
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "ported-plugins"\nversion = "1.0"\n[project.entry-points."ckan.plugins"]\n{points}\n'
        f"[tool.setuptools]\npy-modules = [{modules}]\n",
        encoding="utf-8",
    )


class Incumbent:
    """Its Action API."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"Authorization": token}

    def call(self, action: str, **parameters: Any) -> Any:
        url = f"{self._url}/api/3/action/{action}"
        answer = requests.post(url, json=parameters, headers=self._headers, timeout=60).json()
        if not answer["success"]:
            raise SystemExit(f"{action}: {answer['error']}")
        return answer["result"]

    def harvest(self, kind: str, url: str) -> dict[str, Any]:
        """The source's result after one job."""
        name = kind.replace("_", "-")
        source = self.call("harvest_source_create", name=name, url=url, source_type=kind, title=name, frequency="MANUAL")
        job = self.call("harvest_job_create", source_id=source["id"])
        for _ in range(120):
            time.sleep(1)
            self.call("harvest_jobs_run", source_id=source["id"])
            job = self.call("harvest_job_show", id=job["id"])
            if job["status"] == "Finished":
                break
        else:
            raise SystemExit(f"{kind}: the job did not end: {job}")
        return self.result(source["id"], job["id"])

    def result(self, source_id: str, job_id: str) -> dict[str, Any]:
        ids = self.call("harvest_object_list", source_id=source_id, only_current=False)
        objects = [self.call("harvest_object_show", id=object_id) for object_id in ids]
        packages = [self.call("package_show", id=row["package_id"]) for row in objects if row["package_id"]]
        report = self.call("harvest_job_report", id=job_id)
        errors = [
            {"guid": row["guid"], "original_url": row.get("original_url"), **error}
            for row in report["object_errors"].values()
            for error in row["errors"]
        ]
        return {
            "statuses": {row["guid"]: row["report_status"] for row in objects},
            "gather_errors": sorted(error["message"] for error in report["gather_errors"]),
            "object_errors": sorted(errors, key=lambda error: (error["guid"], error["message"])),
            "datasets": {package["id"]: facts(package) for package in packages},
        }


def facts(package: Mapping[str, Any]) -> dict[str, Any]:
    """What of a dataset is compared: all that the plugin said, and its name."""
    extras = {extra["key"]: extra["value"] for extra in package.get("extras", ()) if not extra["key"].startswith("harvest_")}
    resources = [{key: row.get(key) or "" for key in ("url", "name", "format")} for row in package.get("resources", ())]
    fields = {key: package.get(key) or "" for key in ("name", "title", "notes", "author", "url", "state")}
    tags = sorted(tag["name"] for tag in package.get("tags", ()))
    fields["type"] = package.get("type") or "dataset"  # a CKAN's default
    return {**fields, "private": bool(package.get("private")), "tags": tags, "extras": extras, "resources": resources}


def main(url: str, token: str) -> None:
    incumbent = Incumbent(url, token)
    with remote(PORT) as address:
        results = {kind: incumbent.harvest(kind, address + path) for kind, path in PATHS.items()}
    text = json.dumps(results, indent=1, sort_keys=True, ensure_ascii=False)
    (HERE / "incumbent.json").write_text(re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "package":
        package(Path(sys.argv[2]))
    else:
        main(*sys.argv[1:3])
