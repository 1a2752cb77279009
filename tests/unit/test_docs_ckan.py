"""docs/ckan.md names every option of a CKAN source, with an example that is accepted."""

import json
import re
from pathlib import Path

import pytest

from harvesters.ckan import CKANHarvester
from harvesters.ckan.options import CKANOptions
from harvesters.ckan.package import OF_THE_REMOTE
from tests.support import option_tests
from tests.support.stack import ROOT

OPTIONS = tuple(CKANOptions.model_fields)
PAGE = (Path(__file__).parents[2] / "docs" / "ckan.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


def test_every_option_is_explained_and_no_other() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    explained = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]

    assert sorted(explained) == sorted(OPTIONS)
    assert all(f"`{name}`" in PAGE for name in OF_THE_REMOTE)


def test_the_table_of_options_is_what_is_declared() -> None:
    assert option_tests.with_options(PAGE) == PAGE, "run: python -m tests.support.reference_pages"
    assert option_tests.TESTS.keys() == CKANOptions.model_fields.keys()


@pytest.mark.parametrize("place", sorted(set(option_tests.TESTS.values())))
def test_the_test_of_an_option_is_there(place: str) -> None:
    path, _, name = place.partition("::")

    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_every_option_has_an_example_that_is_accepted() -> None:
    for example in EXAMPLES:
        assert CKANHarvester().validate_config(example) == example

    assert {name for example in EXAMPLES for name in json.loads(example)} == set(OPTIONS)
