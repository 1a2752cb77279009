"""What a person enters for a source, and what its fields may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import NAMESPACE_URL

from domain.addresses import checked_address
from domain.errors import ValidationError
from domain.nearest import did_you_mean
from domain.persons import valid_name
from domain.schedules import FREQUENCIES, Schedule, check


@dataclass(frozen=True)
class SourceFields:
    """What a person enters for a source. `config` is the harvester's configuration, JSON text.

    `cron`, `time_zone` and `blackout` are as `domain.schedules` reads them.
    """

    name: str
    url: str
    type: str
    title: str = ""
    notes: str = ""
    config: str = ""
    frequency: str = "MANUAL"
    owner_org: str = ""
    private: bool = False
    extras: Mapping[str, str] = field(default_factory=dict)
    cron: str = ""
    time_zone: str = ""
    blackout: str = ""


def checked(fields: SourceFields) -> SourceFields:
    """Fields with defaults filled in. Raises ValidationError by field."""
    errors = {field: "Missing value" for field in ("name", "url", "type") if not getattr(fields, field).strip()}
    if fields.name and not valid_name(fields.name):
        errors["name"] = "Must be 2 to 100 characters: lowercase letters, digits, - and _"
    url = fields.url
    try:
        url = checked_address(url) if url.strip() else url
    except ValueError as error:
        errors["url"] = str(error)
    frequency = fields.frequency.upper() or "MANUAL"
    if frequency not in FREQUENCIES:
        near = did_you_mean(fields.frequency, FREQUENCIES)
        errors["frequency"] = f"Frequency {fields.frequency} not recognised{near}, use one of {', '.join(FREQUENCIES)}"
    cron = " ".join(fields.cron.split())
    errors |= check(Schedule(NAMESPACE_URL, frequency, cron, fields.time_zone.strip(), fields.blackout))
    if errors:
        raise ValidationError(errors)
    fields = replace(fields, cron=cron, time_zone=fields.time_zone.strip(), blackout=fields.blackout.strip())
    return replace(fields, frequency=frequency, title=fields.title or fields.name, url=url)
