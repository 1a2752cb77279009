"""The benches wait for their fake CKAN as long as it makes its datasets, and no longer than it lives."""

from pathlib import Path
from typing import Any

import pytest

from bench import harvests


def test_a_fake_ckan_that_ends_is_not_waited_for(tmp_path: Path) -> None:
    script = tmp_path / "fake_ckan.py"
    script.write_text("raise SystemExit(3)")

    with pytest.raises(AssertionError, match="ended with status 3"), harvests.fake_ckan(script, 10):
        pass


def test_more_datasets_have_more_time_to_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def wait(condition: Any, seconds: float, what: str) -> None:
        waited.append(seconds)

    monkeypatch.setattr(harvests, "wait_for", wait)
    script = tmp_path / "fake_ckan.py"
    script.write_text("")
    for datasets in (10, 100_000):
        with harvests.fake_ckan(script, datasets):
            pass

    few, many = waited  # seconds
    assert few < 61
    assert many > 300  # it needs 50 to 60 s of processor time, which it shares
