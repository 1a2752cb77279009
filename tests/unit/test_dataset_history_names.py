"""Names of fields in the history of a dataset: a remote may make them as long as it likes."""

from adapters.actions.dataset_history import LONGEST_NAME, _flat, _names


def test_long_names_are_cut_since_they_stand_in_each_field_below() -> None:
    paths = [_names(path) for path, _ in _flat((), {"x" * 100_000: {f"field-{number}": 1 for number in range(100)}})]

    assert paths[7] == ["x" * LONGEST_NAME + "…", "field-7"]
    assert sum(len(part) for path in paths for part in path) < 40_000
