"""Which target the settings choose, and what is said about a CKAN that can't be imported into."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from adapters.bootstrap import Parts
from adapters.settings import Settings
from adapters.targets.catalogue import LocalCatalogue
from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.target import CKANTarget
from domain.errors import ServiceUnavailable, SettingError
from tests.support.action_site import HTML, ActionSite, Answer, action_site
from tests.support.stack import PATIENCE


@pytest.fixture
def site() -> Iterator[ActionSite]:
    with action_site() as known:
        yield known


def target(site: ActionSite, token: str = "secret") -> CKANTarget:
    return CKANTarget(ActionAPI(site.url, token, concurrency=1, timeout=PATIENCE, user_agent="harvestlog"))


def test_ckan_is_the_target_when_its_address_is_set() -> None:
    assert isinstance(Parts(Settings(ckan_url="http://127.0.0.1:1")).target, CKANTarget)
    assert isinstance(Parts(Settings(database_url="postgresql://x")).target, LocalCatalogue)


def test_the_check_tells_a_ckan_that_is_down_from_an_address_that_is_wrong(site: ActionSite) -> None:
    away = Parts(Settings(ckan_url="http://127.0.0.1:1"))
    with closing(away), pytest.raises(ServiceUnavailable, match="Connection refused"):
        away.check_target()
    site.answer = lambda action: (404, HTML, {})
    with pytest.raises(SettingError, match="no CKAN answers there"):
        target(site).check()


@pytest.mark.parametrize(
    ("version", "warned"), [("2.9.11", True), ("2.10.4", False), ("2.11", False), ("2.12.0", False), ("2.13.0a0", True)]
)
def test_versions_that_were_not_tried_are_named(site: ActionSite, version: str, warned: bool) -> None:
    site.answer = lambda action: (200, {"success": True, "result": {"ckan_version": version}}, {})

    line = target(site).check()

    assert line.startswith(f"CKAN {version} at http://127.0.0.1:")
    assert ("warning" in line) is warned


@pytest.mark.parametrize(
    ("token", "user", "words"),
    [
        ("", None, "HARVEST_CKAN_TOKEN is not set"),
        ("secret", None, "HARVEST_CKAN_TOKEN is not valid there"),
        ("secret", "bob", "run `ckan sysadmin add bob`"),
    ],
)
def test_the_check_says_what_the_token_lacks(site: ActionSite, token: str, user: str | None, words: str) -> None:
    denied = {"success": False, "error": {"__type": "Authorization Error", "message": "Access denied"}}
    answers: dict[str, Answer] = {
        "status_show": (200, {"success": True, "result": {"ckan_version": "2.12.0"}}, {}),
        "config_option_list": (403, denied, {}),
        "user_show": (200, {"success": True, "result": {"name": user}}, {}),
    }
    site.answer = answers.__getitem__

    with pytest.raises(SettingError, match=words):
        target(site, token).check()
