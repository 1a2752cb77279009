"""A DCAT catalogue in RDF/XML, by pages: gather has the datasets as JSON, extras say what is to be done."""

import json
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

import requests

from harvesters import HarvesterBase, HarvestObject, HarvestObjectExtra

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DCAT = "{http://www.w3.org/ns/dcat#}"
DCT = "{http://purl.org/dc/terms/}"


class RDFPages(HarvesterBase):
    def info(self):
        return {"name": "rdf_pages", "title": "RDF pages", "description": "DCAT by pages", "form_config_interface": "Text"}

    def _get_object_extra(self, harvest_object, key):
        for extra in harvest_object.extras:
            if extra.key == key:
                return extra.value
        return None

    def gather_stage(self, harvest_job):
        ids, page = [], 1
        while True:
            text = requests.get(harvest_job.source.url, params={"page": page}, timeout=30).text
            datasets = ElementTree.fromstring(text).findall(f"{DCAT}Dataset")
            if not datasets:
                return ids
            for dataset in datasets:
                guid = dataset.get(f"{RDF}about")
                words = [keyword.text for keyword in dataset.findall(f"{DCAT}keyword")]
                content = {"title": dataset.findtext(f"{DCT}title"), "tags": words, "uri": guid}
                harvest_object = HarvestObject(
                    guid=guid,
                    job=harvest_job,
                    content=json.dumps(content),
                    extras=[HarvestObjectExtra(key="status", value="new"), HarvestObjectExtra(key="page", value=str(page))],
                )
                harvest_object.save()
                ids.append(harvest_object.id)
            page += 1

    def fetch_stage(self, harvest_object):
        return True

    def import_stage(self, harvest_object):
        if not harvest_object.content:
            self._save_object_error(f"Empty content for object {harvest_object.id}", harvest_object, "Import")
            return False
        dataset = json.loads(harvest_object.content)
        if not dataset["title"]:
            self._save_object_error("No title", harvest_object, "Import")
        if harvest_object.errors:
            return False
        status = self._get_object_extra(harvest_object, "status")
        package = {
            "title": dataset["title"],
            "name": self._gen_new_name(dataset["title"]),
            "tags": [{"name": word} for word in dataset["tags"]],
            "extras": [{"key": "uri", "value": dataset["uri"]}, {"key": "as", "value": str(status in ("new", "change"))}],
        }
        package["id"] = str(uuid5(NAMESPACE_URL, harvest_object.guid))
        return self._create_or_update_package(package, harvest_object, package_dict_form="package_show")
