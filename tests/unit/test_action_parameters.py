"""An empty text where true or false belongs means that nothing was said, for every action."""

import pytest

from adapters.actions.parameters import Parameters, parse
from adapters.actions.table import ACTIONS, find
from domain.errors import ValidationError

FLAGS = [
    (action, name)
    for action in sorted(ACTIONS)
    for name, field in find(action).parameters.model_fields.items()
    if field.annotation in (bool, bool | None)
]


class Asked(Parameters):
    """A flag that is on, one that is off, one that knows a third answer, and a text."""

    run: bool = True
    full: bool = False
    wait: bool | None = None
    name: str = "x"


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_an_empty_flag_is_not_given(blank: str) -> None:
    asked = parse(Asked, {"run": blank, "full": blank, "wait": blank, "name": ""})

    assert (asked.run, asked.full, asked.wait, asked.name) == (True, False, None, "")
    assert asked.model_fields_set == {"name"}


@pytest.mark.parametrize("value", ["perhaps", "None", "2", [], ["", ""], {}])
def test_whatever_else_is_no_flag_is_still_refused(value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        parse(Asked, {"full": value})

    assert refused.value.errors == {"full": "Must be true or false"}


@pytest.mark.parametrize(("action", "flag"), FLAGS)
def test_no_action_refuses_an_empty_flag(action: str, flag: str) -> None:
    assert flag not in refused_fields(action, {flag: ""})
    assert flag in refused_fields(action, {flag: "perhaps"})


@pytest.mark.parametrize(
    ("action", "values", "errors"),
    [
        ("harvest_log_list", {"order": "des"}, {"order": "Unknown value 'des' (did you mean desc?): use one of desc, asc"}),
        ("harvest_log_list", {"order": 7}, {"order": "Unknown value '7': use one of desc, asc"}),
        (
            "harvest_source_list",
            {"sort": "nam"},
            {"sort": "Unknown order 'nam' (did you mean name?): use one of created, name"},
        ),
    ],
)
def test_a_wrong_value_is_told_with_the_right_ones(action: str, values: dict[str, object], errors: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        parse(find(action).parameters, values)

    assert refused.value.errors.keys() == errors.keys()
    for field, message in errors.items():
        assert refused.value.errors[field].startswith(message)


def refused_fields(action: str, values: dict[str, str]) -> set[str]:
    """The fields that an error names, among them those that are missing."""
    try:
        parse(find(action).parameters, values)
    except ValidationError as refused:
        return set(refused.errors)
    return set()


def test_the_flags_of_all_actions_were_found() -> None:
    assert {("harvest_source_list", "only_active"), ("harvest_job_create", "run")} <= set(FLAGS)
