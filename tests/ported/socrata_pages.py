"""Socrata's catalogue: options in JSON, tags that are cleaned, kinds that are left out."""

import json
import logging

import requests

from harvesters import HarvesterBase, HarvestGatherError, HarvestObject, HarvestObjectError

log = logging.getLogger(__name__)


class SocrataPages(HarvesterBase):
    config = None

    def info(self):
        return {"name": "socrata_pages", "title": "Socrata", "description": "Socrata's catalogue"}

    def _set_config(self, config_str):
        self.config = json.loads(config_str) if config_str else {}

    def validate_config(self, config):
        if not config:
            return config
        options = json.loads(config)
        if not isinstance(options.get("limit", 1), int):
            raise ValueError("limit must be an integer")
        return json.dumps(options)

    def gather_stage(self, harvest_job):
        self._set_config(harvest_job.source.config)
        limit, offset, ids = self.config.get("limit", 2), 0, []
        previous = self.last_error_free_job(harvest_job)
        log.info("since %s", previous.gather_started if previous else None)
        while True:
            parameters = {"limit": limit, "offset": offset}
            answer = requests.get(harvest_job.source.url, params=parameters, timeout=30).json()
            for row in answer["results"]:
                resource = row["resource"]
                if resource["type"] == "map":
                    HarvestGatherError.create(message=f"{resource['name']} is a map", job=harvest_job)
                    continue
                obj = HarvestObject(guid=resource["id"], job=harvest_job, content=json.dumps(resource))
                obj.save()
                ids.append(obj.id)
            offset += limit
            if offset >= answer["resultSetSize"]:
                return ids

    def fetch_stage(self, harvest_object):
        return True

    def import_stage(self, harvest_object):
        self._set_config(harvest_object.job.source.config)
        resource = json.loads(harvest_object.content)
        tags = self._clean_tags([{"name": name} for name in resource["columns_name"]])
        if len(tags) < 2:
            HarvestObjectError.create(message="It has one column only", object=harvest_object, stage="Import")
        if resource["name"] == "Staff of all offices":
            return "unchanged"
        package = {
            "id": harvest_object.guid,
            "title": resource["name"],
            "notes": self.config.get("notes", "none"),
            "tags": tags,
            "extras": [{"key": "user", "value": str(bool(self._get_user_name()))}],
        }
        return self._create_or_update_package(package, harvest_object, package_dict_form="package_show")
