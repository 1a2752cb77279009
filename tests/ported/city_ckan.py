"""A CKAN whose datasets get a mark before they are stored."""

from harvesters import CKANHarvester


class CityCKAN(CKANHarvester):
    def info(self):
        return {"name": "city_ckan", "title": "CKAN of a city", "description": "A CKAN, with marks"}

    def modify_package_dict(self, package_dict, harvest_object):
        package_dict["title"] = f"{package_dict['title']} (city)"
        package_dict.setdefault("extras", []).append({"key": "harvested_from", "value": harvest_object.source.url})
        package_dict["resources"] = [r for r in package_dict["resources"] if r.get("format") != "EXE"]
        return package_dict
