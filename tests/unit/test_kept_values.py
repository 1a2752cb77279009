"""Values that never change are found out once, those used last are kept, and what isn't known is asked for again."""

from adapters.actions.kept_values import Kept


def test_a_value_is_found_out_once_and_the_one_that_was_used_longest_ago_goes() -> None:
    kept, asked = Kept(most=2), list[str]()

    def find(name: str) -> str:
        return kept.once((name,), lambda: asked.append(name) or name.upper())  # type: ignore[func-returns-value]

    values = [find(name) for name in ("a", "b", "a", "c", "a", "b")]

    assert values == ["A", "B", "A", "C", "A", "B"]
    assert asked == ["a", "b", "c", "b"]


def test_what_is_not_known_is_asked_for_again() -> None:
    kept, answers = Kept(most=2), iter([None, "known"])

    assert [kept.once(("a",), lambda: next(answers)) for _ in range(2)] == [None, "known"]
