"""Whatever a stage leaves on its object, or in its thread, is its own record's trouble, and nobody else's."""

import decimal
from contextvars import ContextVar
from typing import Any

import pytest

from harvesters.base import HarvestObject
from tests.support.evil import Evil
from tests.unit.stage_runs import Plugin, failure, run

MARK = ContextVar("mark", default="")


LEFT_ON_THE_OBJECT = (
    *("errors", "warnings", "extras", "guid", "content", "package_id", "validators"),
    *("job", "held", "made", "current", "removed_as", "action", "force_import"),
)


@pytest.mark.parametrize("left", [Evil(), [Evil()], None, "text", 7], ids=["evil", "evils", "None", "text", "number"])
@pytest.mark.parametrize("field", LEFT_ON_THE_OBJECT)
@pytest.mark.parametrize("end", ["return", "raise"])
def test_whatever_a_stage_leaves_on_its_object_is_the_records_own_trouble(field: str, left: Any, end: str) -> None:
    def load(view: HarvestObject) -> bool:
        setattr(view, field, left)
        if end == "raise":
            raise KeyError("title")
        return True

    known, _ = run(Plugin(load=load))

    assert known.outcome is not None or failure(known)["retry_at"]


def test_a_warning_that_is_plain_text_is_recorded() -> None:
    def load(view: HarvestObject) -> bool:
        view.warnings.append("no licence")  # type: ignore[arg-type]
        return True

    known, _ = run(Plugin(load=load))

    assert [vars(event)["message"] for event in known.pending_events if "message" in vars(event)] == ["no licence"]
    assert known.outcome == "added"


def test_what_a_stage_sets_for_its_thread_reaches_no_other_record() -> None:
    def load(view: HarvestObject) -> bool:
        decimal.getcontext().prec = 2
        MARK.set("set")
        return True

    run(Plugin(load=load))

    assert (decimal.getcontext().prec, MARK.get()) == (28, "")
