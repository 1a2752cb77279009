"""OAI-PMH: a resumption token, and headers of records that are gone."""

from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

import requests

from harvesters import HarvesterBase, HarvestObject, HarvestObjectExtra

OAI = "{http://www.openarchives.org/OAI/2.0/}"


class OAIPapers(HarvesterBase):
    def info(self):
        return {"name": "oai_papers", "title": "OAI-PMH", "description": "Papers"}

    def gather_stage(self, harvest_job):
        ids, parameters = [], {"verb": "ListRecords"}
        while parameters:
            tree = ElementTree.fromstring(requests.get(harvest_job.source.url, params=parameters, timeout=30).text)
            for record in tree.iter(f"{OAI}record"):
                header = record.find(f"{OAI}header")
                status = "delete" if header.get("status") == "deleted" else "new"
                obj = HarvestObject(guid=header.findtext(f"{OAI}identifier"), job=harvest_job)
                obj.extras.append(HarvestObjectExtra(key="status", value=status))
                obj.content = ElementTree.tostring(record, encoding="unicode")
                obj.save()
                ids.append(obj.id)
            token = tree.findtext(f".//{OAI}resumptionToken")
            parameters = {"verb": "ListRecords", "resumptionToken": token} if token else None
        return ids

    def fetch_stage(self, harvest_object):
        return True

    def import_stage(self, harvest_object):
        if any(extra.key == "status" and extra.value == "delete" for extra in harvest_object.extras):
            harvest_object.current = False
            harvest_object.save()
            return True
        title = ElementTree.fromstring(harvest_object.content).findtext(f".//{OAI}title")
        package = {
            "id": str(uuid5(NAMESPACE_URL, harvest_object.guid)),
            "title": title,
            "notes": f"Made by {self.info()['name']}",
        }
        return self._create_or_update_package(package, harvest_object, package_dict_form="package_show")
