"""The scripts of the shared folder that start a Kafka; tests without one are skipped, or fail where CI asks for it."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.stack import ROOT


def kafka_scripts() -> Path:
    """The folder of the scripts; skips or fails the test when it isn't there."""
    scripts = Path(os.environ.get("HARVEST_TEST_SHARED") or ROOT.parent / "shared") / "kafka"
    if not (scripts / "kafka_up.sh").exists():
        no_kafka(f"HARVEST_TEST_SHARED: {scripts} has no kafka_up.sh")
    return scripts


def no_kafka(reason: str) -> NoReturn:
    """Skip the test; fail it with CI=true and HARVEST_REQUIRE_KAFKA=1."""
    if os.environ.get("CI") == "true" and os.environ.get("HARVEST_REQUIRE_KAFKA") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
