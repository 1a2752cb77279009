"""A CKAN of which only some datasets are imported: import_stage is overridden, and options are the plugin's own."""

import json

from harvesters import CKANHarvester


class OpenCKAN(CKANHarvester):
    def info(self):
        info = super().info()
        return {"name": "open_ckan", "title": f"Open {info['title']}", "description": "What isn't internal"}

    def _set_config(self, config_str):
        super()._set_config(config_str)
        if "prefix" not in self.config:
            self.config["prefix"] = "Open"

    def validate_config(self, config):
        config = super().validate_config(config)
        if config and not isinstance(json.loads(config).get("prefix", ""), str):
            raise ValueError("prefix must be a text")
        return config

    def gather_stage(self, harvest_job):
        self._set_config(harvest_job.source.config)
        return super().gather_stage(harvest_job)

    def _should_import(self, package_dict):
        return package_dict.get("notes") != "internal"

    def import_stage(self, harvest_object):
        package_dict = json.loads(harvest_object.content)
        if not self._should_import(package_dict):
            return "unchanged"
        return super().import_stage(harvest_object)

    def modify_package_dict(self, package_dict, harvest_object):
        package_dict["title"] = f"{self.config['prefix']}: {package_dict['title']}"
        return package_dict
