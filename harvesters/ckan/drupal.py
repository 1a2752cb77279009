"""Datasets of DKAN for Drupal 7, in the form of CKAN's package_show. Words, sizes and dates are Drupal's there.

A site writes its dates with the month first, or with the day first. Most of them tell which: there is no such month, or the
weekday doesn't fit. Where both readings fit, the site's other dates decide, since a site has one form. Without any, the date
stays as it is, so it is left out with a warning where a date belongs. It is never guessed.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)\s*(bytes?|[kmgt]i?b)", re.IGNORECASE)
UNITS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}  # as Drupal counts
CHANGED = re.compile(r"^Date changed\s+", re.IGNORECASE)
DATE = re.compile(r"(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]*, (\d\d)/(\d\d)/(\d{4})(?: - (\d\d):(\d\d))?", re.IGNORECASE)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIMES = ("metadata_created", "metadata_modified", "revision_timestamp", "created", "last_modified")
MONTH_FIRST, DAY_FIRST = "month first", "day first"


class Drupal:
    """One site. It learns from each dataset in which order that writes dates."""

    def __init__(self) -> None:
        self._orders: set[str] = set()

    def learn(self, package: Mapping[str, Any]) -> None:
        """Note in which order the dates of a dataset are, as far as they tell."""
        for value in _dates(package):
            readings = _readings(value)
            if len(readings) == 1:
                self._orders |= readings.keys()

    def dataset(self, package: Mapping[str, Any]) -> dict[str, Any]:
        """A dataset in CKAN's form. It has licences by title only."""
        self.learn(package)
        fields = self._with_times(package)
        for name in ("state", "type"):
            if isinstance(fields.get(name), str):
                fields[name] = fields[name].lower()
        if isinstance(private := fields.get("private"), str):
            fields["private"] = private.strip().lower() not in ("published", "false", "0", "")
        if not fields.get("license_id") and isinstance(fields.get("license_title"), str):
            fields["license_id"] = fields["license_title"]
        if "notes" not in fields and isinstance(fields.get("description"), str):
            fields["notes"] = fields.pop("description")
        if isinstance(resources := fields.get("resources"), list):
            fields["resources"] = [self._resource(entry) if isinstance(entry, Mapping) else entry for entry in resources]
        return {name: value for name, value in fields.items() if name not in ("log_message", "revision_timestamp")}

    def _resource(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        fields = self._with_times(resource)
        if isinstance(size := fields.get("size"), str) and (match := SIZE.fullmatch(size.strip())):
            fields["size"] = round(float(match[1]) * UNITS[match[2][0].lower()])
        if "name" not in fields and isinstance(fields.get("title"), str):
            fields["name"] = fields.pop("title")
        left_out = ("state", "revision_timestamp", "revision_id", "log_message")
        return {name: value for name, value in fields.items() if name not in left_out}

    def _with_times(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        times = {name: self._time(value) for name in TIMES if isinstance(value := fields.get(name), str)}
        return {**fields, **times}

    def _time(self, value: str) -> str:
        """Wed, 10/31/2012 - 12:00 in ISO 8601; as it is where that isn't certain."""
        readings = _readings(value)
        if len(readings) > 1 and len(self._orders) == 1:
            return readings[next(iter(self._orders))]
        moments = set(readings.values())
        return moments.pop() if len(moments) == 1 else CHANGED.sub("", value.strip())


def _dates(package: Mapping[str, Any]) -> Iterator[str]:
    resources = package.get("resources")
    for fields in (package, *(resources if isinstance(resources, list) else ())):
        if isinstance(fields, Mapping):
            yield from (value for name in TIMES if isinstance(value := fields.get(name), str))


def _readings(value: str) -> dict[str, str]:
    """What a date may mean, in ISO 8601, by the order of its parts: the weekday has to fit."""
    match = DATE.fullmatch(CHANGED.sub("", value.strip()))
    if match is None:
        return {}
    first, second, year, hour, minute = (int(part or 0) for part in match.groups()[1:])
    readings = {}
    for order, month, day in ((MONTH_FIRST, first, second), (DAY_FIRST, second, first)):
        try:
            moment = datetime(year, month, day, hour, minute, tzinfo=UTC)  # Drupal doesn't say which zone
        except ValueError:
            continue
        if WEEKDAYS[moment.weekday()] == match["weekday"].lower():
            readings[order] = moment.replace(tzinfo=None).isoformat()
    return readings
