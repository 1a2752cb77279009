"""What one logger said during a test: threads of tests before may still say something through others."""

import pytest


def logged(caplog: pytest.LogCaptureFixture, logger: str) -> list[str]:
    """The logger's lines, in their order."""
    return [record.getMessage() for record in caplog.records if record.name == logger]
