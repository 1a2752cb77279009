"""What a remote says by refusing: that it has no such action, or that it doesn't show a dataset."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from domain.errors import RemoteError

NO_SEARCH = frozenset({"http_400", "http_403", "http_404", "http_405", "http_410", "http_501", "not_json"})
"""Answers of sites that have no package_search; many of those have package_list and package_show."""
GONE = frozenset({"http_404", "http_405", "http_410", "http_501"})
NO_SUCH_ACTION = re.compile(r"not (found|known|supported|implemented|exist)|unknown|no such|invalid action", re.IGNORECASE)
NOT_THERE = frozenset({"http_404", "http_410"})
"""What a CKAN answers for a dataset that is deleted or purged."""
NOT_SHOWN = frozenset({"Authorization Error", "Not Found Error"})
"""What it calls the error of one that is not public, or not there."""


def has_no_search(error: RemoteError) -> bool:
    """Whether this answer to a package_search may be that of a site that has none."""
    return error.code in NO_SEARCH or (error.code == "refused" and bool(NO_SUCH_ACTION.search(str(error))))


def lacks_search(error: RemoteError) -> bool:
    """Whether it says that there is no package_search; other failures may pass, and a search that worked may work again."""
    return error.code in GONE or (error.code in ("refused", "http_400") and bool(NO_SUCH_ACTION.search(str(error))))


def hides_dataset(error: RemoteError) -> bool:
    """Whether this answer to a package_show is CKAN's own word that the dataset is gone or not public.

    A firewall, a limit or a gateway whose key has expired answers HTTP 403, too, and says nothing about the dataset.
    """
    if error.code in NOT_THERE:
        return True
    if error.code == "http_403":
        return _of_ckan(error.answer).get("success") is False
    reason = _of_ckan(error.answer).get("error") if error.code == "refused" else None
    return isinstance(reason, Mapping) and reason.get("__type") in NOT_SHOWN


def _of_ckan(answer: str) -> Mapping[str, Any]:
    """An answer of CKAN's API; empty where it is none. CKAN 1.x has no `__type`, but `success` and `error`."""
    try:
        value = orjson.loads(answer)
    except ValueError:
        return {}
    return value if isinstance(value, dict) and "error" in value else {}
