"""docs/ckan.md names every option of a CKAN source, with an example that is accepted."""

import json
import re
from pathlib import Path

from harvesters.ckan import CKANHarvester
from harvesters.ckan.config import OPTIONS, WITHOUT_EFFECT
from harvesters.ckan.package import OF_THE_REMOTE

PAGE = (Path(__file__).parents[2] / "docs" / "ckan.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


def test_every_option_is_explained_and_no_other() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    explained = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]

    assert sorted(explained) == sorted(OPTIONS)
    assert all(f"`{name}`" in PAGE for name in (*WITHOUT_EFFECT, *OF_THE_REMOTE))


def test_every_option_has_an_example_that_is_accepted() -> None:
    for example in EXAMPLES:
        assert CKANHarvester().validate_config(example) == example

    assert {name for example in EXAMPLES for name in json.loads(example)} == set(OPTIONS)
