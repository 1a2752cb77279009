"""Sources kept as datasets of type harvest in a CKAN: the same tests on a fake one, and on a real one where there is one."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.duties.organizations import KeepOrganizations
from adapters.duties.source_datasets import KeepSourceDatasets
from adapters.postgres.source_datasets import SourceDatasetRows
from adapters.postgres.source_organizations import SourceOrganizations
from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from adapters.targets.ckan.source_dataset import SourceDatasets
from domain.errors import ServiceUnavailable, TargetError
from tests.support.ckan_site import ckan_site

NOW = datetime(2026, 1, 1, tzinfo=UTC)  # the duty takes the database's time
WRITES = {"package_create", "package_patch", "package_delete", "dataset_purge"}
OF_CKANEXT_HARVEST = ("source_type", "frequency", "config")


class FakeCkan(ActionAPI):
    """As much of a CKAN's datasets as this needs. `has_fields`: with ckanext-harvest's fields of sources."""

    def __init__(self, *, has_fields: bool = False) -> None:
        super().__init__("http://127.0.0.1:9", "token", concurrency=1, timeout=1.0, user_agent="tests")
        self.packages: dict[str, dict[str, Any]] = {}
        self.actions: list[str] = []
        self.has_fields = has_fields
        self.error: TargetError | None = None

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        self.actions.append(action)
        if self.error is not None:
            raise self.error
        answer: Any = getattr(self, f"_{action}")(**data)
        return answer

    def _package_show(self, id: str) -> dict[str, Any]:
        for package in self.packages.values():
            if id in (package["id"], package["name"]):
                return dict(package)
        raise Refusal("Not found", 404, {}, code="not_found")

    def _organization_show(self, id: str, **_without: Any) -> dict[str, Any]:
        if id != "the-org":
            raise Refusal("Not found", 404, {}, code="not_found")
        return {"id": "the-id", "name": "the-org", "title": "The Org", "is_organization": True, "users": []}

    def _package_create(self, **package: Any) -> dict[str, Any]:
        if self.has_fields and "source_type" not in package:
            raise _invalid("source_type", "Missing value")
        if any(package["name"] == other["name"] for other in self.packages.values()):
            raise _invalid("name", "That URL is already in use.")
        if not self.has_fields:
            package = {name: value for name, value in package.items() if name not in OF_CKANEXT_HARVEST}
        self.packages[package["id"]] = {"state": "active", **package}
        return package

    def _package_patch(self, id: str, **changes: Any) -> dict[str, Any]:
        self.packages[id] |= changes
        return self.packages[id]

    def _package_delete(self, id: str) -> None:
        self.packages[id]["state"] = "deleted"

    def _dataset_purge(self, id: str) -> None:
        del self.packages[id]


def _invalid(field: str, message: str) -> Refusal:
    return Refusal(f"{field}: {message}", 409, {field: [message]}, code="validation", field=field)


@dataclass
class Kept:
    """A CKAN, and the duty that keeps sources in it."""

    api: ActionAPI
    actions: list[str]
    organization: str
    session: Session
    duty: KeepSourceDatasets

    def run(self) -> None:
        """Until nothing is due."""
        while self.duty.run(NOW):
            pass

    def writes(self) -> list[str]:
        """What was written in CKAN since the last call."""
        writes = [action for action in self.actions if action in WRITES]
        self.actions.clear()
        return writes

    def create(self, **more: Any) -> dict[str, Any]:
        """A source of the organisation."""
        name = f"source-{uuid4().hex[:12]}"
        fields = {"name": name, "url": f"http://127.0.0.1/{name}", "source_type": "noop", "owner_org": self.organization}
        source: dict[str, Any] = self.session.call("harvest_source_create", **{**fields, **more})
        return source

    def dataset(self, source: Mapping[str, Any]) -> dict[str, Any] | None:
        """CKAN's dataset of a source."""
        return self.api.find("package_show", {"id": source["id"]})


def keeping(parts: Parts, api: ActionAPI) -> KeepSourceDatasets:
    return KeepSourceDatasets(SourceDatasetRows(parts.database), parts.application, SourceDatasets(api))


@pytest.fixture
def fake(emptied: Parts) -> tuple[FakeCkan, Kept]:
    api = FakeCkan()
    return api, Kept(api, api.actions, "the-org", Session(emptied), keeping(emptied, api))


@pytest.fixture(params=["fake", "fake with fields", pytest.param("real", marks=pytest.mark.ckan)])
def kept(request: pytest.FixtureRequest, emptied: Parts) -> Iterator[Kept]:
    if request.param != "real":
        api = FakeCkan(has_fields=request.param != "fake")
        yield Kept(api, api.actions, "the-org", Session(emptied), keeping(emptied, api))
        return
    with ckan_site() as site:
        site.actions.clear()
        kept = Kept(site.api, site.actions, site.organization, Session(emptied), keeping(emptied, site.api))
        yield kept
        for source in kept.session.call("harvest_source_list")["sources"]:
            site.purge("dataset", source["id"])


def test_a_source_becomes_a_dataset_of_its_id_without_its_secrets(kept: Kept) -> None:
    config = {"records": 1, "api_key": "geheim-1"}
    source = kept.create(title="Town", notes="trees", frequency="DAILY", config=config, extras={"contact": "Eva"})

    kept.run()

    dataset = kept.dataset(source)
    assert dataset is not None
    assert (dataset["id"], dataset["type"], dataset["state"]) == (source["id"], "harvest", "active")
    assert (dataset["name"], dataset["title"], dataset["notes"]) == (source["name"], "Town", "trees")
    assert (dataset["url"], dataset["private"], dataset["owner_org"]) == (source["url"], False, kept.organization)
    options = {extra["key"]: extra["value"] for extra in dataset["extras"]}
    options |= {name: dataset[name] for name in OF_CKANEXT_HARVEST if name in dataset}
    assert options == {"source_type": "noop", "frequency": "DAILY", "config": source["config"], "contact": "Eva"}
    assert "geheim" not in str(dataset)


def test_what_changes_in_a_source_changes_in_its_dataset_and_nothing_else_is_written(kept: Kept) -> None:
    source = kept.create(title="Town", extras={"contact": "Eva"})
    other = kept.create()
    kept.run()
    assert sorted(set(kept.writes())) == ["package_create"]

    kept.session.call("harvest_source_patch", id=source["id"], title="City", frequency="WEEKLY", private=True, extras={})
    kept.run()
    writes = kept.writes()
    dataset = kept.dataset(source)
    SourceDatasetRows(kept.session.parts.database).again([UUID(source["id"]), UUID(other["id"])])
    kept.run()

    assert writes == ["package_patch"]
    assert dataset is not None
    options = {extra["key"]: extra["value"] for extra in dataset["extras"]} | dataset
    assert (dataset["title"], dataset["private"], options["frequency"]) == ("City", True, "WEEKLY")
    assert "contact" not in options
    assert kept.dataset(other) is not None
    assert kept.writes() == []


def test_a_source_that_is_deactivated_and_reactivated_has_its_dataset_deleted_and_active_again(kept: Kept) -> None:
    source = kept.create()
    kept.run()

    kept.session.parts.application.deactivate_source(UUID(source["id"]), by="test", reason="a holiday")
    kept.run()
    deleted = kept.dataset(source)
    kept.session.call("harvest_source_reactivate", id=source["id"])
    kept.run()
    active = kept.dataset(source)

    assert deleted is not None
    assert deleted["state"] == "deleted"
    assert active is not None
    assert active["state"] == "active"


def test_a_source_that_is_removed_has_no_dataset_and_leaves_its_name(kept: Kept) -> None:
    source = kept.create()
    kept.run()

    kept.session.call("harvest_source_delete", id=source["id"])
    kept.run()
    gone = kept.dataset(source)
    follower = kept.create(name=source["name"], url="http://127.0.0.1/another")
    kept.run()

    assert gone is None
    dataset = kept.dataset(follower)
    assert dataset is not None
    assert dataset["name"] == source["name"]


def test_what_somebody_edits_in_ckan_is_set_right_by_reindexing(kept: Kept) -> None:
    source = kept.create(title="Town")
    kept.run()
    kept.api.call("package_patch", {"id": source["id"], "title": "Somebody's", "extras": []})

    kept.run()
    before = kept.dataset(source)
    SourceDatasetRows(kept.session.parts.database).again([UUID(source["id"])])
    kept.run()
    after = kept.dataset(source)

    assert before is not None
    assert before["title"] == "Somebody's"
    assert after is not None
    assert after["title"] == "Town"


def test_a_dataset_of_another_type_under_the_id_is_never_touched(kept: Kept) -> None:
    own = {"id": str(uuid4()), "name": f"dataset-{uuid4().hex[:12]}", "title": "Trees", "owner_org": kept.organization}
    kept.api.call("package_create", {**own, "source_type": "noop", "type": "dataset"})
    source = kept.create(id=own["id"])
    kept.writes()

    kept.run()

    assert kept.writes() == []
    dataset = kept.dataset(source)
    assert dataset is not None
    assert (dataset["title"], dataset["type"]) == ("Trees", "dataset")
    assert "is of type dataset" in SourceDatasetRows(kept.session.parts.database).state().error


# one that fails, and one that is away


def test_a_source_that_ckan_refuses_waits_and_holds_up_no_other(fake: tuple[FakeCkan, Kept]) -> None:
    api, kept = fake
    api.packages["other"] = {"id": "other", "name": "taken", "type": "dataset", "state": "active"}
    refused, other = kept.create(name="taken"), kept.create()

    kept.run()
    state = SourceDatasetRows(kept.session.parts.database).state()

    assert kept.dataset(refused) is None
    assert kept.dataset(other) is not None
    assert (state.same, state.failed, str(state.example)) == (1, 1, refused["id"])
    assert "already in use" in state.error


def test_while_ckan_is_away_nothing_is_lost(fake: tuple[FakeCkan, Kept]) -> None:
    api, kept = fake
    sources = [kept.create() for _ in range(3)]
    api.error = TargetError("CKAN does not answer", code="unreachable", retryable=True)

    with pytest.raises(ServiceUnavailable, match="does not answer"):
        kept.duty.run(NOW)
    api.error = None
    kept.session.parts.database.query("UPDATE ops.source_dataset SET due_at = now()")  # its wait is over
    kept.run()

    assert [kept.dataset(source) is not None for source in sources] == [True] * 3


def test_another_leader_goes_on_in_the_middle(fake: tuple[FakeCkan, Kept], emptied: Parts) -> None:
    api, kept = fake
    sources = [kept.create() for _ in range(3)]
    rows = SourceDatasetRows(emptied.database)
    rows.follow(1000)  # and this one ends: after it had stored one dataset, but before it could say so
    [first, *_] = rows.due(10)
    SourceDatasets(api).keep(_dataset(emptied, str(first.source_id)))
    kept.writes()

    kept.run()

    assert kept.writes() == ["package_create"] * 2
    assert [kept.dataset(source) is not None for source in sources] == [True] * 3


def _dataset(parts: Parts, source_id: str) -> Any:
    from adapters.targets.ckan.source_dataset import source_dataset

    return source_dataset(parts.application.find_source(source_id))


def test_a_source_that_changes_while_it_is_stored_is_stored_again(fake: tuple[FakeCkan, Kept]) -> None:
    api, kept = fake
    source = kept.create(title="Town")
    plain: Callable[..., Any] = api.call

    def call(action: str, data: Mapping[str, Any]) -> Any:
        if action == "package_create":
            kept.session.call("harvest_source_patch", id=source["id"], title="City")
            SourceDatasetRows(kept.session.parts.database).follow(1000)
        return plain(action, data)

    api.call = call  # type: ignore[method-assign]
    kept.run()
    kept.run()

    dataset = kept.dataset(source)
    assert dataset is not None
    assert dataset["title"] == "City"


def test_reindex_compares_with_ckan_where_sources_are_kept_there(fake: tuple[FakeCkan, Kept], emptied: Parts) -> None:
    api, kept = fake
    source = kept.create(title="Town")
    kept.run()
    api.packages.clear()
    settings = replace(emptied.settings, ckan_url="http://127.0.0.1:9", ckan_sources=True)

    Session(Parts(settings)).call("harvest_source_reindex", id=source["id"])
    kept.run()

    assert kept.dataset(source) is not None


@pytest.mark.parametrize("keeps", [False, True])
def test_only_where_the_setting_says_so(emptied: Parts, keeps: bool) -> None:
    settings = replace(emptied.settings, ckan_url="http://127.0.0.1:9", ckan_token="token", ckan_sources=keeps)

    rounds = Parts(settings).telling_duties(emptied.database, emptied.application)

    assert any(duty.name == KeepSourceDatasets.name for duties in rounds for duty in duties) == keeps


def test_the_doctor_names_a_source_that_ckan_refuses(fake: tuple[FakeCkan, Kept], emptied: Parts) -> None:
    api, kept = fake
    api.packages["other"] = {"id": "other", "name": "taken", "type": "dataset", "state": "active"}
    refused = kept.create(name="taken")
    kept.run()
    settings = replace(emptied.settings, ckan_url="http://127.0.0.1:9", ckan_sources=True)

    with closing(Parts(settings)) as parts:
        checks = Session(parts).call("harvest_installation_check")["checks"]

    [told] = [check for check in checks if check["check"] == "in CKAN"]
    assert told["state"] == "problem"
    assert (
        f"1 source can't be kept in CKAN as a dataset, {refused['id']} for example: name: That URL is already in use"
        in told["text"]
    )


def test_organisations_are_shown_as_ckan_describes_them(kept: Kept, emptied: Parts) -> None:
    source, other = kept.create(), kept.create(owner_org="nobody-has-this")
    settings = replace(emptied.settings, ckan_url="http://127.0.0.1:9")  # no read asks it

    before = Session(Parts(settings)).call("package_show", id=source["id"])["organization"]
    KeepOrganizations(SourceOrganizations(emptied.database, of_ckan=True), kept.api).run(NOW)
    kept.actions.clear()
    after = Session(Parts(settings)).call("package_show", id=source["id"])["organization"]
    KeepOrganizations(SourceOrganizations(emptied.database, of_ckan=True), kept.api).run(NOW)

    assert before is None
    assert kept.organization in (after["id"], after["name"])
    assert after["is_organization"] is True
    assert "users" not in after
    assert Session(Parts(settings)).call("package_show", id=other["id"])["organization"] is None
    assert kept.actions == []  # what was just said isn't asked again


def test_organisations_stay_as_they_were_while_ckan_is_away(fake: tuple[FakeCkan, Kept], emptied: Parts) -> None:
    api, kept = fake
    kept.create()
    api.error = TargetError("CKAN does not answer", code="unreachable", retryable=True)

    with pytest.raises(ServiceUnavailable, match="doesn't describe organisation the-org"):
        KeepOrganizations(SourceOrganizations(emptied.database, of_ckan=True), api).run(NOW)


def test_an_organisation_that_is_described_otherwise_outdates_kept_answers(emptied: Parts) -> None:
    def version() -> int:
        return int(emptied.database.query("SELECT coalesce(max(number), 0) FROM ops.read_version")[0][0])

    emptied.database.query("INSERT INTO ops.read_version SELECT 0 WHERE NOT EXISTS (SELECT FROM ops.read_version)")
    before = version()

    SourceOrganizations(emptied.database, of_ckan=True).keep("the-org", {"id": "the-id", "title": "Another title"})

    assert version() > before
