"""Duties that keep a CKAN and the sources in step: what one source or organisation makes fail holds up no other."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.duties.organizations import KeepOrganizations
from adapters.duties.source_datasets import KeepSourceDatasets
from adapters.postgres.source_datasets import Waiting
from adapters.targets.ckan.errors import Refusal
from adapters.targets.ckan.source_dataset import SourceDataset, SourceDatasets, differences
from domain.errors import ServiceUnavailable, TargetError
from tests.unit.test_ckan_target import NONE, Says

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Organizations:
    """Organisations that are to be asked about, and what was kept."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self.kept: dict[str, Any] = {}

    def stale(self, limit: int) -> list[str]:
        return [key for key in self.keys if key not in self.kept][:limit]

    def keep(self, key: str, shown: Mapping[str, Any] | None) -> None:
        self.kept[key] = shown


def test_an_organisation_that_ckan_fails_at_does_not_hold_up_the_others() -> None:
    broken = Refusal("organization_show: HTTP 500", 500, {"__type": "Internal Server Error"}, code="http_500")
    says = Says(organization_show=lambda data: broken if data["id"] == "broken" else {"id": data["id"]})
    organizations = Organizations("broken", "city")

    with pytest.raises(ServiceUnavailable, match="organisation broken"):
        KeepOrganizations(organizations, says).run(NOW)  # type: ignore[arg-type]

    assert organizations.kept["city"]["id"] == "city"


def test_while_ckan_is_away_it_is_not_asked_about_each_organisation() -> None:
    says = Says(organization_show=lambda _: TargetError("no answer", code="timeout", retryable=True))

    with pytest.raises(ServiceUnavailable, match="no answer"):
        KeepOrganizations(Organizations("city", "land"), says).run(NOW)  # type: ignore[arg-type]

    assert len(says.actions) == 1


class Rows:
    """Sources that are to be compared, what became of them, and the sources themselves."""

    def __init__(self, *ids: UUID) -> None:
        self.ids = ids
        self.done: dict[UUID, str] = {}

    def follow(self, limit: int) -> bool:
        return False

    def due(self, limit: int) -> Sequence[Waiting]:
        return [Waiting(source_id, 1, 0) for source_id in self.ids if source_id not in self.done][:limit]

    def stored(self, row: Waiting) -> None:
        self.done[row.source_id] = "stored"

    def failed(self, row: Waiting, error: str) -> None:
        self.done[row.source_id] = error

    def load_many(self, _kind: type, ids: Collection[UUID]) -> Mapping[UUID, Any]:
        texts = dict.fromkeys(
            ("title", "notes", "type", "frequency", "config", "owner_org", "cron", "time_zone", "blackout"), ""
        )
        fields = SimpleNamespace(name="trees", url="http://a.example", private=False, extras={}, **texts)
        return {key: SimpleNamespace(id=key, fields=fields, removed="", active=True) for key in ids}


def test_a_source_whose_dataset_cannot_be_read_does_not_hold_up_the_others(caplog: pytest.LogCaptureFixture) -> None:
    odd, usual = uuid4(), uuid4()
    package = {"id": str(odd), "type": "harvest", "name": "trees", "state": "active", "extras": [{"key": "no value"}]}
    says = Says(package_show=lambda data: package if data["id"] == str(odd) else NONE, package_create=lambda data: data)
    rows = Rows(odd, usual)

    with caplog.at_level(logging.WARNING):
        KeepSourceDatasets(rows, rows, SourceDatasets(says)).run(NOW)  # type: ignore[arg-type]

    assert rows.done == {odd: "CKAN's dataset can't be read: KeyError: 'value'", usual: "stored"}
    assert "source trees in CKAN" in caplog.text


def test_a_configuration_that_was_taken_out_goes_from_the_fields_of_ckans_dataset_too() -> None:
    fields = {"name": "trees", "title": "Trees", "notes": "", "url": "http://a.example", "owner_org": "", "private": False}
    package = {**fields, "state": "active", "source_type": "ckan", "frequency": "DAILY", "config": '{"user": "me"}'}

    changes = differences(package, SourceDataset("id-1", "active", fields, {"source_type": "ckan", "frequency": "DAILY"}, {}))

    assert changes == {"config": ""}
