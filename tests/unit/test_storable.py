"""Whatever a plugin puts into a dataset, the dataset can be written as JSON afterwards."""

from typing import Any

import orjson
import pytest

from harvesters.dataset.storable import DEEPEST, json_text, storable


def holding_itself() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["value"] = value
    return value


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("value", [holding_itself(), nested(100_000)], ids=["holds itself", "100,000 levels"])
def test_a_value_that_has_no_json_is_a_text_that_says_so_and_the_rest_is_kept(value: Any) -> None:
    package = storable({"title": "Trees", "odd": value})

    written = orjson.dumps(package)

    assert package["title"] == "Trees"
    assert b"holds itself, is nested too deep" in written


def test_what_lies_deeper_than_readers_follow_is_kept_as_json_text() -> None:
    package = storable({"odd": nested(300)})

    value = package["odd"]
    for _ in range(DEEPEST):
        value = value[0]

    assert value == json_text(nested(300 - DEEPEST))
