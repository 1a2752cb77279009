"""An API that lists ids by pages, and answers each record by itself."""

import json

import requests

from harvesters import HarvesterBase, HarvestObject


class PagedAPI(HarvesterBase):
    def info(self):
        return {"name": "paged_api", "title": "Paged API", "description": "An API with pages of ids"}

    def get_original_url(self, harvest_object_id):
        harvest_object = HarvestObject.get(harvest_object_id)
        return f"{harvest_object.source.url}/items/{harvest_object.guid}"

    def gather_stage(self, harvest_job):
        ids, page = [], 1
        while page:
            answer = requests.get(f"{harvest_job.source.url}/items", params={"page": page}, timeout=30).json()
            ids += answer["ids"]
            page = answer["next"]
        return self._create_harvest_objects(ids, harvest_job)

    def fetch_stage(self, harvest_object):
        url = f"{harvest_object.source.url}/items/{harvest_object.guid}"
        response = requests.get(url, timeout=30)
        if response.status_code != 200:
            self._save_object_error(f"HTTP {response.status_code} for {harvest_object.guid}", harvest_object)
            return False
        if response.json().get("kind") == "page":
            return "unchanged"
        harvest_object.content = response.text
        harvest_object.save()
        return True

    def import_stage(self, harvest_object):
        item = json.loads(harvest_object.content)
        package = {
            "id": item["id"],
            "name": self._gen_new_name(item["title"]),
            "title": item["title"],
            "author": item["author"],
            "metadata_modified": item["changed"],
            "resources": [{"url": url, "name": url.rsplit("/", 1)[-1]} for url in item["files"]],
        }
        return self._create_or_update_package(package, harvest_object, package_dict_form="package_show")
