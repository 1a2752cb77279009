"""Two people edit one source at the same time."""

import pytest

from adapters.web.pages.merging import merged


@pytest.mark.parametrize(
    ("base", "saved", "form", "value", "taken", "both"),
    [
        ("a", "a", "a", "a", False, False),
        ("a", "a", "mine", "mine", False, False),
        ("a", "theirs", "a", "theirs", True, False),
        ("a", "theirs", "mine", "mine", False, True),
        ("a", "same", "same", "same", False, False),
        ("a", "", "a", "", True, False),
        ("", "theirs", "", "theirs", True, False),
        ("a", "a", " a\n", " a\n", False, False),
    ],
)
def test_a_field_is_theirs_where_only_they_changed_it(
    base: str, saved: str, form: str, value: str, taken: bool, both: bool
) -> None:
    outcome = merged({"f": base}, {"f": saved}, {"f": form})

    assert outcome.values == {"f": value}
    assert ("f" in outcome.taken, "f" in outcome.both) == (taken, both)


def test_a_field_that_a_version_lacks_is_empty_there() -> None:
    outcome = merged({}, {"new": "theirs"}, {"own": "mine"})

    assert outcome.values == {"new": "theirs", "own": "mine"}
    assert outcome.taken == {"new": ("theirs", "")}
