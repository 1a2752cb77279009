"""A CSW that is asked twice: gather lists ids by pages, fetch gets each record."""

from xml.etree import ElementTree

import requests

from harvesters import HarvesterBase, HarvestObject, HarvestObjectExtra


class CSWTwice(HarvesterBase):
    csw = None

    def info(self):
        return {"name": "csw_twice", "title": "CSW", "description": "A CSW in two passes"}

    def get_original_url(self, harvest_object_id):
        harvest_object = HarvestObject.get(harvest_object_id)
        return f"{harvest_object.source.url}?request=GetRecordById&id={harvest_object.guid}"

    def gather_stage(self, harvest_job):
        self.csw, ids, start = harvest_job.source.url.rstrip("/"), [], 1
        while True:
            text = requests.get(self.csw, params={"request": "GetRecords", "startposition": start}, timeout=30).text
            guids = [element.text for element in ElementTree.fromstring(text).findall("id")]
            if not guids:
                break
            for guid in guids:
                obj = HarvestObject(guid=guid, job=harvest_job, extras=[HarvestObjectExtra(key="status", value="new")])
                obj.save()
                ids.append(obj.id)
            start += len(guids)
        first = HarvestObject.get(ids[0])
        first.extras.append(HarvestObjectExtra(key="first", value="yes"))
        first.save()
        return ids

    def fetch_stage(self, harvest_object):
        url = harvest_object.source.url
        parameters = {"request": "GetRecordById", "id": harvest_object.guid}
        text = requests.get(url, params=parameters, timeout=30).text
        try:
            ElementTree.fromstring(text)
        except ElementTree.ParseError as error:
            self._save_object_error(f"Not valid: {error.msg[:14]}", harvest_object, "Validation", line=error.position[0])
            return False
        harvest_object.content = text
        harvest_object.extras.append(HarvestObjectExtra(key="original_format", value="csw"))
        harvest_object.save()
        return True

    def import_stage(self, harvest_object):
        record = ElementTree.fromstring(harvest_object.content)
        extras = {extra.key: extra.value for extra in harvest_object.extras}
        package = {
            "id": harvest_object.guid,
            "title": record.findtext("title"),
            "author": record.findtext("org"),
            "url": self.get_original_url(harvest_object.id),
            "extras": [{"key": key, "value": extras.get(key, "no")} for key in ("original_format", "first")],
        }
        return self._create_or_update_package(package, harvest_object, "package_show")
