"""What a target has answered is relied on for minutes, and takes a bounded room."""

from typing import Any

import pytest

from adapters.targets.ckan.places import Places
from adapters.targets.ckan.vocabularies import Vocabularies
from adapters.targets.kept import MOST_KEPT, Kept


def test_an_answer_is_old_after_its_time_and_a_new_one_counts_from_then() -> None:
    now = [0.0]
    kept: Kept[str, int] = Kept(lambda: now[0], seconds=10.0)
    kept.put("a", 1)
    seen = []

    for now[0] in (0.0, 9.0, 10.0):
        answer = kept.get("a")
        seen.append(answer and answer.value)
    kept.put("a", 2)
    now[0] = 19.0
    answer = kept.get("a")

    assert seen == [1, 1, None]
    assert answer is not None
    assert (answer.value, answer.given) == (2, 10.0)


def test_the_oldest_answers_go_where_there_are_too_many() -> None:
    kept: Kept[int, bool] = Kept(most=3)
    for key in (1, 2, 3, 1, 4):
        kept.put(key, True)

    assert [key for key in range(5) if kept.get(key)] == [1, 3, 4]


def test_an_answer_that_says_that_there_is_nothing_is_kept_too() -> None:
    kept: Kept[str, None] = Kept()
    kept.put("a", None)

    assert (kept.get("a") is None, kept.get("b") is None) == (False, True)


@pytest.mark.parametrize("learn", ["learn", "learn_schema"])
def test_datasets_with_ever_other_fields_take_a_bounded_room(learn: str) -> None:
    places = Places()
    for number in range(MOST_KEPT + 50):
        sent = {"id": "1", f"field{number}": "x", "extras": []}
        if learn == "learn":
            places.learn(sent, {}, whole=True)
        else:
            places.learn_schema(sent, ())

    assert len(places._answers._answers) == MOST_KEPT
    assert places.unsure({f"field{MOST_KEPT}": "x", "field0": "x"}) == ["field0"]


def test_a_vocabulary_that_a_ckan_gets_is_seen_within_minutes() -> None:
    now, answers = [0.0], [None, {"id": "v-1"}]

    class Api:
        def find(self, action: str, data: Any) -> Any:
            return answers.pop(0)

    vocabularies = Vocabularies(Api(), lambda: now[0])  # type: ignore[arg-type]
    seen = []
    for now[0] in (0.0, 299.0, 301.0, 302.0):
        seen.append(vocabularies.resolve("topics"))

    assert seen == [None, None, "v-1", "v-1"]
