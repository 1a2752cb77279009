"""A folder of files on the web, with dates: what it is called follows from the document."""

import re
from datetime import datetime
from xml.etree import ElementTree

import requests

from harvesters import HarvesterBase, HarvestObject, HarvestObjectExtra

FILE = re.compile(r'<a href="([^"]+)">[^<]*</a> (\d{4}-\d\d-\d\d \d\d:\d\d)')


class WAFDates(HarvesterBase):
    def info(self):
        return {"name": "waf_dates", "title": "WAF", "description": "Files in a folder"}

    def gather_stage(self, harvest_job):
        url = harvest_job.source.url
        ids = []
        for name, date in FILE.findall(requests.get(url, timeout=30).text):
            modified = datetime.strptime(date, "%Y-%m-%d %H:%M")  # noqa: DTZ007
            obj = HarvestObject(job=harvest_job, guid=url + name, metadata_modified_date=modified)
            HarvestObjectExtra(object=obj, key="waf_location", value=url + name)
            HarvestObjectExtra(object=obj, key="waf_modified_date", value=date).save()
            obj.add()
            obj.save()
            ids.append(obj.id)
        return ids

    def fetch_stage(self, harvest_object):
        location = next(extra.value for extra in harvest_object.extras if extra.key == "waf_location")
        harvest_object.content = requests.get(location, timeout=30).text
        harvest_object.guid = ElementTree.fromstring(harvest_object.content).findtext("id")
        harvest_object.save()
        return True

    def import_stage(self, harvest_object):
        document = ElementTree.fromstring(harvest_object.content)
        harvest_object.metadata_modified_date = datetime(2024, 7, 1)  # noqa: DTZ001
        package = {
            "id": harvest_object.guid,
            "title": document.findtext("title"),
            "extras": [{"key": "location", "value": harvest_object.source.url}],
            "resources": [{"url": extra.value} for extra in harvest_object.extras if extra.key == "waf_location"],
        }
        harvest_object.add()
        return self._create_or_update_package(package, harvest_object, package_dict_form="package_show")
