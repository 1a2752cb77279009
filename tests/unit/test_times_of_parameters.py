"""Times that people and programs give, at the edge of what can be stored and shown."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.actions import logs
from adapters.actions.logs import LogList
from adapters.actions.parameters import Parameters, parse
from adapters.actions.schedules import SitePause, SourcePause
from adapters.actions.tokens import TokenCreate
from adapters.postgres.read_model.log_queries import BEGINNING
from domain.errors import ValidationError

FIELDS: list[tuple[type[Parameters], str, dict[str, str]]] = [
    (TokenCreate, "expires", {"name": "tests"}),
    (SourcePause, "until", {"id": "one"}),
    (SitePause, "until", {"scope": "all"}),
    (LogList, "since", {}),
]


@pytest.mark.parametrize(("model", "field", "others"), FIELDS)
@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-12:00", "9999-12-31", "0001-01-01T00:00+14:00", "2026-02-30", "soon"])
def test_a_time_that_no_calendar_has_is_refused(model: type[Parameters], field: str, others: dict[str, str], text: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        parse(model, {field: text, **others})

    assert "is no time" in wrong.value.errors[field]


@pytest.mark.parametrize(("model", "field", "others"), FIELDS)
@pytest.mark.parametrize("text", ["2100-01-01", "2100-01-01T06:00", "2100-01-01T06:00+14:00"])
def test_a_time_is_taken_as_it_is_written(model: type[Parameters], field: str, others: dict[str, str], text: str) -> None:
    assert getattr(parse(model, {field: text, **others}), field) == text


def test_as_long_ago_as_no_calendar_goes_is_all_that_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    session: Any = SimpleNamespace(parts=SimpleNamespace(database=None))
    monkeypatch.setattr(logs, "database_time", lambda _: datetime(2026, 3, 1, 6, 0, tzinfo=UTC))

    assert logs._instant(session, "999999w") == BEGINNING
    assert logs._instant(session, "1w") == "2026-02-22T06:00:00"
