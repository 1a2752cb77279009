"""What may stand in the scope of a token."""

import pytest

from domain.errors import ValidationError
from domain.scopes import checked_scope

ACTIONS = ("harvest_job_list", "harvest_job_create", "harvest_source_show")


def test_a_scope_holds_kinds_and_names_of_actions() -> None:
    assert checked_scope([" read ", "harvest_job_*", "harvest_source_show", ""], ACTIONS) == {
        "read",
        "harvest_job_*",
        "harvest_source_show",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing value"),
        ([" "], "Missing value"),
        (["raed"], "did you mean read?"),
        (["harvest_jbo_list"], "harvest_job_list"),
    ],
)
def test_a_word_that_fits_no_action_is_refused_with_the_nearest_one(words: list[str], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        checked_scope(words, ACTIONS)

    assert said in refused.value.errors["scope"]
