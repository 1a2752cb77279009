"""When a CKAN is asked for the schema of a type, and what a preview says of one."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from adapters.targets.ckan.errors import Refusal
from adapters.targets.ckan.schemas import Schemas
from adapters.targets.ckan.target import CKANTarget
from domain.errors import RemoteError, TargetError
from harvesters.base import Harvester, HarvestJob, HarvestObject, HarvestSource, Package, Record, load_package
from harvesters.previewing import Limited, PreviewTargetWithGroups, preview, preview_target
from harvesters.testing.harness import START
from tests.unit.test_ckan_schema import NEEDED, TYPE, ckan, fitted, owner
from tests.unit.test_ckan_target import NONE, SCHEMA_SHOW


def test_schemas_are_asked_for_again_within_minutes_or_when_one_is_in_doubt() -> None:
    now, says = [0.0], ckan()
    schemas = Schemas(says, lambda: now[0])  # type: ignore[arg-type]

    asked = []
    for now[0] in (0.0, 59.0, 61.0, 360.0, 362.0):
        schema = schemas.of(TYPE)
        assert schema is not None
        if now[0] < 100:
            schemas.doubt(TYPE)  # within a minute of the last look nothing comes of it
        asked.append(says.actions.count("scheming_dataset_schema_show"))

    assert asked == [1, 1, 1, 2, 2]


def test_a_schema_that_a_ckan_gets_while_datasets_are_stored_is_used_within_minutes() -> None:
    now, schema = [0.0], ckan().answers["scheming_dataset_schema_show"]
    says = ckan(scheming_dataset_schema_show=lambda data: schema(data) if now[0] else NONE)
    schemas = Schemas(says, lambda: now[0])  # type: ignore[arg-type]
    assert schemas.of(TYPE) is None

    now[0] = 100.0
    assert schemas.of(TYPE) is None
    schemas.doubt(TYPE)

    assert schemas.of(TYPE) is not None


def test_a_slow_answer_about_one_schema_holds_up_no_dataset_of_another_type() -> None:
    asked, answer = threading.Event(), threading.Event()

    def show(data: Mapping[str, Any]) -> Any:
        if data["type"] == "slow":
            asked.set()
            answer.wait(30)
        return NONE

    schemas = Schemas(ckan(scheming_dataset_schema_show=show))  # type: ignore[arg-type]
    slow = threading.Thread(target=schemas.of, args=("slow",))
    slow.start()
    assert asked.wait(30)

    other = schemas.of("dataset")

    assert (other, slow.is_alive()) == (None, True)
    answer.set()
    slow.join()


def test_a_ckan_that_cannot_be_asked_for_its_schema_now_is_asked_again() -> None:
    down = TargetError("CKAN is down", code="http_502", retryable=True)
    says = ckan(scheming_dataset_schema_show=lambda _: down)

    with pytest.raises(TargetError, match="down"):
        CKANTarget(says).save({"id": "id-1", "name": "trees"}, owner())  # type: ignore[arg-type]

    says.answers["scheming_dataset_schema_show"] = lambda _: NONE
    says.answers["package_create"] = lambda data: {"id": data["id"], "name": data["name"]}
    assert CKANTarget(says).save({"id": "id-1", "name": "trees"}, owner()).name == "trees"  # type: ignore[arg-type]


def test_a_refusal_by_a_schema_that_has_changed_leads_to_a_new_look() -> None:
    refusal = Refusal("rights_holder: unknown", 409, {"rights_holder": ["unknown"]}, code="validation")
    refusals = [refusal]
    says = ckan(package_create=lambda data: refusals.pop() if refusals else {"id": data["id"], "name": data["name"]})
    target = CKANTarget(says)  # type: ignore[arg-type]
    now = [0.0]
    target._schemas = Schemas(says, lambda: now[0])  # type: ignore[arg-type]
    package = {"id": "id-1", "name": "trees", "type": TYPE, **NEEDED, "rights_holder": "City"}
    target.preview(package, owner())
    now[0] = 100.0

    target.save(package, owner())
    target.save(package, owner())

    assert says.actions.count("scheming_dataset_schema_show") == 2


# a preview of what would go there


def test_a_preview_says_what_the_schema_would_refuse_and_writes_nothing() -> None:
    source = HarvestSource(str(uuid4()), "trees", "Trees", "http://remote.example", "feed", '{"languages": ["de"]}')
    says = ckan()
    records = [
        Record("good", {"name": "good", "type": TYPE, **NEEDED, "theme": "x"}),
        Record("bad", {"name": "bad", "type": TYPE, **NEEDED, "notes": ""}),
        Record("not shown", {}),
    ]

    shown = preview(Feed(records), source, CKANTarget(says), 2, START)  # type: ignore[arg-type]

    good, bad = shown.records
    assert (good.errors, good.schema, [warning.partition(":")[0] for warning in good.warnings]) == ([], TYPE, ["theme"])
    assert good.stored is not None
    assert (good.made or {}).get("theme") == "x"
    assert (bad.stored, len(bad.errors)) == (None, 1)
    assert bad.errors[0].startswith("notes: the record has none; the schema harvestlog-strict of this CKAN requires it")
    assert says.actions == ["package_show", SCHEMA_SHOW, "package_show"]


def test_a_preview_makes_no_groups_and_organisations() -> None:
    says = ckan(group_show=lambda _: NONE, organization_show=lambda _: NONE)
    target = preview_target(CKANTarget(says))  # type: ignore[arg-type]
    assert isinstance(target, PreviewTargetWithGroups)

    made = target.resolve_group({"id": "parks", "title": "Parks"}, create=True)

    assert (made, target.resolve_organization({"id": "city"}, create=False)) == ({"id": "parks", "name": None}, None)
    assert not any("create" in action for action in says.actions)


def test_a_preview_sends_so_many_requests_and_no_more() -> None:
    now = [0.0]
    limited = Limited(2, 30.0, lambda: now[0])
    limited.check()
    limited.check()

    with pytest.raises(RemoteError, match="more than 2 requests"):
        limited.check()
    now[0] = 31.0
    with pytest.raises(RemoteError, match="longer than 30 s"):
        limited.check()


class Feed(Harvester):
    """Records that are at hand."""

    def __init__(self, records: list[Record]) -> None:
        self._records = records

    def info(self) -> dict[str, str]:
        return {"name": "feed", "title": "Feed", "description": ""}

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record]:
        yield from self._records

    def import_stage(self, harvest_object: HarvestObject) -> Package:
        return Package(load_package(harvest_object))


@pytest.mark.parametrize(
    ("field", "given", "sent"),
    [
        ("themes", {"0": "Transport", "1": "envi"}, ["tran", "envi"]),
        ("themes", '{"1": "envi", "3": "tran"}', ["envi", "tran"]),
        ("languages", {"0": "de", "2": "fr"}, ["de", "fr"]),
        ("contacts", {"0": {"name": "A"}, "1": {"name": "B"}}, [{"name": "A"}, {"name": "B"}]),
        ("frequency", {"0": "Daily"}, "http://example.org/daily"),
        ("released", {"0": "2024年1月31日"}, "2024-01-31"),
        ("keywords", {"0": "Bäume", "1": "Wald"}, {"de": ["Bäume", "Wald"]}),
        ("keywords", {"de": {"0": "Bäume", "1": "Wald"}}, {"de": ["Bäume", "Wald"]}),
        ("keywords", {"ar": "مدارس، تعليم", "ja": "防災、避難所"}, {"ar": ["مدارس", "تعليم"], "ja": ["防災", "避難所"]}),
    ],
)
def test_a_list_by_position_or_between_the_commas_of_a_script_is_a_list(field: str, given: Any, sent: Any) -> None:
    package, told = fitted({field: given})

    assert (package[field], told) == (sent, [])
