"""Runs the ported plugins in a live ckanext-harvest and writes what came of it to `incumbent.json`.

    python -m tests.ported.incumbent CKAN_URL TOKEN CKAN_INI

The CKAN has ckanext-harvest, `ckan.auth.create_unowned_dataset = true` and a package with our files, which `package` writes;
gather and fetch consumers run. Its plugin `ckan_harvester` is off: it is a singleton, and a subclass of it that is loaded
afterwards would be the same instance.
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
IMPORT = re.compile(r"^from harvesters import (.+)$", re.MULTILINE)
OF_MODEL = ("HarvestGatherError", "HarvestObject", "HarvestObjectError", "HarvestObjectExtra")
CLASSES = {"json_list": "JSONList", "paged_api": "PagedAPI", "city_ckan": "CityCKAN"}
PATHS = {"json_list": "/list.json", "paged_api": "/api", "city_ckan": "/ckan"}
TWICE = {
    "rdf_pages": ("RDFPages", "/rdf", ""),
    "csw_twice": ("CSWTwice", "/csw", ""),
    "waf_dates": ("WAFDates", "/waf/", ""),
    "socrata_pages": ("SocrataPages", "/socrata", '{"limit": 1, "notes": "By the city"}'),
    "oai_papers": ("OAIPapers", "/oai", ""),
    "open_ckan": ("OpenCKAN", "/open", '{"prefix": "Free"}'),
}
"""Plugins whose source is harvested twice, the second time after the remote has changed: class, path, configuration."""
ALL = CLASSES | {kind: name for kind, (name, _, _) in TWICE.items()}
PORT = 8787  # of the remote: addresses are part of the results


def package(folder: Path) -> None:
    """Write a distribution with the plugins as ckanext-harvest imports them: one line of each file differs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ALL:
        text = (HERE / f"{name}.py").read_text(encoding="utf-8")
        (folder / f"ported_{name}.py").write_text(IMPORT.sub(_there, text), encoding="utf-8")
    points = "\n".join(f'{name} = "ported_{name}:{kind}"' for name, kind in ALL.items())
    modules = ", ".join(f'"ported_{name}"' for name in ALL)
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "ported-plugins"\nversion = "1.0"\n[project.entry-points."ckan.plugins"]\n{points}\n'
        f"[tool.setuptools]\npy-modules = [{modules}]\n",
        encoding="utf-8",
    )


def _there(line: re.Match[str]) -> str:
    """The line as a plugin for ckanext-harvest has it: where it imports from more than one module, they are one line here."""
    names = line[1].split(", ")
    model = ", ".join(name for name in names if name in OF_MODEL)
    base = ", ".join(name for name in names if name not in OF_MODEL)
    imports = f"from ckanext.harvest.harvesters import {base}"
    return f"{imports}; from ckanext.harvest.model import {model}" if model else imports


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

    def source(self, kind: str, url: str, config: str = "") -> str:
        """The id of a new source."""
        name = kind.replace("_", "-")
        fields = {"name": name, "url": url, "source_type": kind, "title": name, "frequency": "MANUAL", "config": config}
        return str(self.call("harvest_source_create", **fields)["id"])

    def harvest(self, source_id: str) -> dict[str, Any]:
        """The result of a job of a source."""
        job = self.call("harvest_job_create", source_id=source_id)
        for _ in range(120):
            time.sleep(1)
            self.call("harvest_jobs_run", source_id=source_id)
            job = self.call("harvest_job_show", id=job["id"])
            if job["status"] == "Finished":
                break
        else:
            raise SystemExit(f"the job did not end: {job}")
        return self.result(source_id, job["id"])

    def result(self, source_id: str, job_id: str) -> dict[str, Any]:
        ids = self.call("harvest_object_list", source_id=source_id, only_current=False)
        rows = [self.call("harvest_object_show", id=object_id) for object_id in ids]
        objects = [row for row in rows if row["harvest_job_id"] == job_id]
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
        results: dict[str, Any] = {
            kind: incumbent.harvest(incumbent.source(kind, address + path)) for kind, path in PATHS.items()
        }
        for kind, (_, path, config) in TWICE.items():
            source_id = incumbent.source(kind, address + path, config)
            results[kind] = []
            for turn in ("/first", "/later"):
                requests.get(address + turn, timeout=60)
                results[kind].append(incumbent.harvest(source_id))
    text = json.dumps(results, indent=1, sort_keys=True, ensure_ascii=False)
    (HERE / "incumbent.json").write_text(re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "package":
        package(Path(sys.argv[2]))
    else:
        main(*sys.argv[1:3])
