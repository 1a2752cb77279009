"""A list of datasets in one JSON file: gather has the documents, fetch has nothing to do."""

import json

import requests

from harvesters import HarvesterBase, HarvestObject


class JSONList(HarvesterBase):
    def info(self):
        return {"name": "json_list", "title": "JSON list", "description": "A list of datasets in one JSON file"}

    def validate_config(self, config):
        if config and not isinstance(json.loads(config), dict):
            raise ValueError("the configuration must be a JSON object")
        return config

    def get_original_url(self, harvest_object_id):
        harvest_object = HarvestObject.get(harvest_object_id)
        return f"{harvest_object.source.url}#{harvest_object.guid}"

    def gather_stage(self, harvest_job):
        try:
            entries = requests.get(harvest_job.source.url, timeout=30).json()
        except Exception as error:
            self._save_gather_error(f"Could not read the list: {type(error).__name__}", harvest_job)
            return None
        ids = []
        for number, entry in enumerate(entries):
            if not entry.get("id"):
                self._save_gather_error(f"Entry {number} has no id", harvest_job)
                continue
            harvest_object = HarvestObject(guid=entry["id"], job=harvest_job, content=json.dumps(entry))
            harvest_object.save()
            ids.append(harvest_object.id)
        return ids

    def fetch_stage(self, harvest_object):
        return True

    def import_stage(self, harvest_object):
        entry = json.loads(harvest_object.content)
        if not entry.get("title"):
            self._save_object_error("There is no title", harvest_object, "Validation", line=3)
            self._save_object_error("Nothing is imported", harvest_object, "Import")
            return False
        package = {
            "id": entry["id"],
            "title": entry["title"],
            "notes": entry["about"],
            "tags": [{"name": word} for word in entry["words"]],
            "extras": [{"key": "theme", "value": entry["theme"]}],
            "resources": [{"url": entry["file"], "name": "The table", "format": "CSV"}],
        }
        return self._create_or_update_package(package, harvest_object, package_dict_form="package_show")
