"""What a real CKAN does with our calls: how many they are, who wins a race, and what its errors become."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.package import OBJECT, SOURCE, extra
from adapters.targets.ckan.target import CKANTarget
from domain.errors import SettingError, TargetError
from domain.objects import object_id
from harvesters.target import FieldPolicy, Owner
from tests.support.ckan_site import CkanSite, CountingAPI, ckan_site

pytestmark = pytest.mark.ckan
OURS, THEIRS = str(uuid4()), str(uuid4())


@pytest.fixture
def site() -> Iterator[CkanSite]:
    with ckan_site() as known:
        yield known


def owner(source: str = OURS, job: int = 1, **more: Any) -> Owner:
    created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=job)
    return Owner(source, "City", "guid-1", str(object_id(created, UUID(int=job), source, job)), "a" * 64, **more)


def package(name: str = "", **fields: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "name": name or f"t-{uuid4().hex[:12]}", "title": "Trees", **fields}


def another(site: CkanSite) -> CKANTarget:
    """The same CKAN as another worker knows it."""
    return CKANTarget(CountingAPI(site.api.url, site.token))


def shown(site: CkanSite, package_id: str) -> dict[str, Any]:
    found = site.show(package_id)
    assert found is not None
    return found


def in_threads(count: int, work: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


# calls


def test_no_call_is_made_that_is_not_needed(site: CkanSite) -> None:
    given = package(extras=[{"key": "spatial", "value": "{}"}])
    first, second, third = owner(), owner(job=2), owner(job=3)
    before = package(extras=given["extras"])
    for known in (first, replace(second, held=True), replace(third, held=True)):
        site.save(before, known)  # CKANs differ in the order of extras, which is known from here on
    site.actions.clear()

    site.save(given, first)
    site.save(given, replace(second, held=True, previous=first.object_id))
    site.save(given, replace(third, held=True))

    assert site.actions == ["package_create", "package_revise", "package_show", "package_revise"]


def test_an_update_replaces_all_fields_and_keeps_name_and_creation(site: CkanSite) -> None:
    resources = [{"url": "http://a/1", "name": "one"}, {"url": "http://a/2", "name": "two"}]
    given = package(
        notes="old", url="http://old", resources=resources, tags=[{"name": "old"}], extras=[{"key": "o", "value": "1"}]
    )
    site.save(given, owner())
    before = shown(site, given["id"])

    changed = {"id": given["id"], "name": "other-name", "title": "New", "resources": resources[1:], "tags": [{"name": "new"}]}
    site.save(changed, owner(job=2, held=True))

    after = shown(site, given["id"])
    assert (after["name"], after["metadata_created"]) == (before["name"], before["metadata_created"])
    assert (after["title"], after["notes"] or "", after["url"] or "") == ("New", "", "")
    assert [resource["name"] for resource in after["resources"]] == ["two"]
    assert [tag["name"] for tag in after["tags"]] == ["new"]
    assert extra(after, "o") == ""


# effectively once


def test_a_write_whose_outcome_was_lost_is_found_done(site: CkanSite) -> None:
    given = package()
    site.save(given, owner())
    update = replace(owner(job=2, held=True), previous=owner().object_id)
    site.save({**given, "title": "New"}, update)

    again = site.save({**given, "title": "New"}, update)

    assert again.already
    assert [found["title"] for found in site.packages().values()] == ["New"]


def test_one_object_written_by_many_workers_at_once_is_one_dataset(site: CkanSite) -> None:
    given = package()

    stored = in_threads(4, lambda _: site.save(given, owner()))

    assert {one.package_id for one in stored} == {given["id"]}
    assert [one.already for one in stored].count(False) == 1
    assert list(site.packages()) == [given["id"]]


class Interfering(CountingAPI):
    """Before the first package_revise, or before the nth call, somebody else acts."""

    def __init__(self, site: CkanSite, act: Callable[[], object], nth: int = 0) -> None:
        super().__init__(site.api.url, site.token)
        self._acts = [act]
        self._nth = nth

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        if len(self.actions) + 1 == self._nth or (not self._nth and action == "package_revise"):
            self.act()
        return super().call(action, data)

    def act(self) -> None:
        """Act, unless that was done before."""
        if self._acts:
            self._acts.pop()()


def test_a_package_that_another_source_adopts_between_look_and_write_stays_theirs(site: CkanSite) -> None:
    given = package()
    site.save(given, owner())
    theirs = owner(THEIRS, job=2, adopt=True)
    late = CKANTarget(Interfering(site, lambda: site.save({**given, "title": "Theirs"}, theirs)))

    with pytest.raises(TargetError) as refused:
        late.save({**given, "owner_org": site.organization}, owner(job=3, held=True))

    found = shown(site, given["id"])
    assert refused.value.code == "dataset_not_ours"
    assert (found["title"], extra(found, SOURCE)) == ("Theirs", THEIRS)


def test_a_stalled_worker_does_not_put_older_content_over_newer(site: CkanSite) -> None:
    given = package()
    site.save(given, owner())
    newer = owner(job=3, held=True)
    stalled = CKANTarget(Interfering(site, lambda: site.save({**given, "title": "Newer"}, newer)))

    with pytest.raises(TargetError) as refused:
        stalled.save({**given, "owner_org": site.organization}, owner(job=2, held=True, previous=owner().object_id))

    found = shown(site, given["id"])
    assert refused.value.code == "superseded"
    assert (found["title"], extra(found, OBJECT)) == ("Newer", newer.object_id)


@pytest.mark.parametrize("before_call", [1, 2, 3])
def test_a_stalled_worker_does_not_delete_what_a_later_job_saves(site: CkanSite, before_call: int) -> None:
    given = package()
    site.save(given, owner())
    newer = owner(job=3, held=True)
    interfering = Interfering(site, lambda: site.save({**given, "title": "Newer"}, newer), before_call)

    with suppress(TargetError):
        CKANTarget(interfering).delete(given["id"], owner(job=2, held=True))
    interfering.act()

    found = shown(site, given["id"])
    assert (found["title"], extra(found, OBJECT)) == ("Newer", newer.object_id)


def test_a_package_that_a_person_deleted_is_brought_back(site: CkanSite) -> None:
    given = package()
    site.save(given, owner())
    site.api.call("package_delete", {"id": given["id"]})
    site.save(package(given["name"]), owner(THEIRS))

    stored = site.save(given, owner(job=2, held=True, previous=owner().object_id))

    assert stored.package_id == given["id"]
    found = shown(site, given["id"])
    assert found["state"] == "active"
    assert len({known["name"] for known in site.packages().values()}) == 2


def test_a_package_of_nobody_is_not_ours_unless_adopted(site: CkanSite) -> None:
    given = package()
    site.api.call("package_create", {**given, "owner_org": site.organization})

    with pytest.raises(TargetError) as refused:
        site.save(given, owner())
    adopted = site.save(given, owner(adopt=True))

    assert refused.value.code == "dataset_not_ours"
    assert (adopted.package_id, adopted.already) == (given["id"], False)


def test_two_datasets_that_bear_the_same_resources_are_both_stored(site: CkanSite) -> None:
    resources = [{"id": str(uuid4()), "url": "http://a"}, {"id": "not-a-uuid", "url": "http://b"}, {"url": "http://c"}]
    first, second = package(resources=resources), package(resources=resources)
    site.save(first, owner())
    site.save(second, owner(THEIRS))
    ids = [resource["id"] for resource in shown(site, second["id"])["resources"]]

    site.save(second, owner(THEIRS, job=2, held=True))

    again = [resource["id"] for resource in shown(site, second["id"])["resources"]]
    assert shown(site, first["id"])["resources"][0]["id"] == resources[0]["id"]
    assert again[:2] == ids[:2]
    assert len({*ids, *(resource["id"] for resource in shown(site, first["id"])["resources"])}) == 6


# names


def test_workers_that_want_one_name_get_one_each(site: CkanSite) -> None:
    name = f"t-{uuid4().hex[:12]}"

    stored = in_threads(6, lambda _: site.save(package(name), owner()))

    names = {one.name for one in stored}
    assert len(names) == 6
    assert names == {found["name"] for found in site.packages().values()}
    assert name in names


# what is refused


def test_what_ckan_refuses_names_dataset_and_field(site: CkanSite) -> None:
    strict = owner(fields=FieldPolicy(on_invalid="fail"))

    with pytest.raises(TargetError) as refused:
        site.save(package("wrong", resources=[{"url": "http://a"}, {"url": "http://b", "size": "big"}]), strict)

    error = refused.value
    assert (error.code, error.field, error.retryable) == ("validation", "resources", False)
    assert "resources: entry 1, size: " in str(error)
    assert "(dataset wrong, record guid-1)" in str(error)


def test_a_dataset_without_organization_is_refused_with_advice(site: CkanSite) -> None:
    with pytest.raises(TargetError, match="give the source an owner_org") as refused:
        site.save(package(owner_org=None), owner())

    assert refused.value.field == "owner_org"


def test_a_users_token_is_told_apart_from_a_sysadmins(site: CkanSite) -> None:
    name = f"user-{uuid4().hex[:8]}"
    site.api.call("user_create", {"name": name, "email": f"{name}@example.org", "password": uuid4().hex})
    token = site.api.call("api_token_create", {"user": name, "name": "test"})["token"]
    users = CKANTarget(ActionAPI(site.api.url, token, concurrency=1, timeout=60.0, user_agent="harvestlog tests"))

    assert site.check().startswith("CKAN 2.")
    with pytest.raises(SettingError, match=f"ckan sysadmin add {name}"):
        users.check()
    with pytest.raises(TargetError, match="HARVEST_CKAN_TOKEN may not do package_create") as refused:
        users.save(package(owner_org=site.organization), owner())
    assert refused.value.code == "not_authorized"
    nobody = CKANTarget(ActionAPI(site.api.url, "made-up", concurrency=1, timeout=60.0, user_agent="harvestlog tests"))
    with pytest.raises(SettingError, match="not valid there"):
        nobody.check()
    site.api.call("user_delete", {"id": name})


# groups and organisations


def test_a_thousand_datasets_of_twenty_organizations_cost_twenty_look_ups(site: CkanSite) -> None:
    here = site.api.call("organization_show", {"id": site.organization})["name"]
    wanted = [{"id": str(UUID(int=number)), "name": here if number == 0 else f"none-{number}"} for number in range(20)]
    site.actions.clear()

    found = in_threads(8, lambda _: [site.resolve_organization(one, create=False) for one in wanted * 7])

    assert {one["name"] for one in found[0] if one} == {here}
    assert site.actions == ["organization_show"] * 40  # by id, then by name


@pytest.mark.parametrize("kind", ["group", "organization"])
def test_workers_that_make_one_group_at_once_get_the_same(site: CkanSite, kind: str) -> None:
    wanted = {"id": str(uuid4()), "name": f"t-{uuid4().hex[:12]}", "title": "City", "image_url": ""}
    workers = [another(site) for _ in range(4)]

    def resolve(number: int) -> Any:
        return getattr(workers[number], f"resolve_{kind}")(wanted, create=True)

    try:
        found = in_threads(4, resolve)
        assert found == [{"id": wanted["id"], "name": wanted["name"]}] * 4
        assert resolve(0) == found[0]
    finally:
        site.purge(kind, wanted["id"])
