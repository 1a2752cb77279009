"""Fixtures of these tests, next to those that all tests share."""

from tests.integration.one_database import emptied, one_database
from tests.support.notice_site import new_site, receiver, server, site

__all__ = ["emptied", "new_site", "one_database", "receiver", "server", "site"]
