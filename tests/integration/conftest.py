"""Fixtures of these tests, next to those that all tests share."""

from tests.integration.one_database import emptied, one_database

__all__ = ["emptied", "one_database"]
