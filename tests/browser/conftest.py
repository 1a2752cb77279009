"""A real Chromium for these tests: Debian's, without a window. A machine that has none skips them, CI fails."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from adapters.embedded import EmbeddedPostgres
from harvesters import Owner
from tests.support.browser import NewTab, Tab
from tests.support.every_page import every_page
from tests.support.history_site import enter_history
from tests.support.pages_site import HOSTILE, PagesSite, pages_site

PACKAGE: dict[str, Any] = {
    "name": "hostile-dataset",
    "title": HOSTILE + "x" * 20_000,
    "notes": HOSTILE + "\n" + "x" * 20_000,
    "url": "javascript:alert(3)",
    "license_title": HOSTILE,
    "license_url": "javascript:alert(4)",
    "tags": [{"name": "nature"}],
    "resources": [{"name": HOSTILE, "url": "javascript:alert(5)", "format": "<b>CSV"}, {"url": "https://example.org/a.csv"}],
    "extras": [{"key": "key <i>", "value": HOSTILE}],
}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module", autouse=True)
def threads_end() -> None:
    """Here the site's server outlives the modules."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: apt-get install chromium")
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("browser")) as site:
        poison = {"records": 3, "poison": ["record-1"], "false": ["record-2"]}
        site.source("failing", source_type="raising", title=f"Failing {HOSTILE}", config=poison)
        for package in (PACKAGE, {**PACKAGE, "name": "another", "title": "Another"}):
            site.cli.parts.catalogue.save({**package, "id": str(uuid4())}, Owner("", "", package["name"], "", ""))
        enter_history(site)
        yield site


@pytest.fixture(scope="session")
def addresses(site: PagesSite) -> dict[str, str]:
    return every_page(site)


@pytest.fixture
def new_tab(chromium: Browser, site: PagesSite) -> Iterator[NewTab]:
    """Opens tabs, each in a browser profile of its own, signed in as a person or not. All must be without faults at the end."""
    tabs: list[Tab] = []
    with ExitStack() as stack:

        def opened(person: str = "", **options: Any) -> Tab:
            context: BrowserContext = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
            stack.callback(context.close)
            if person:
                cookie = site.visitor(person).session.cookies["harvestlog"]
                context.add_cookies([{"name": "harvestlog", "value": cookie, "url": site.url}])
            tab = Tab(context.new_page(), site.url)
            tab.page.set_default_timeout(20_000)
            tab.watch()
            tabs.append(tab)
            return tab

        yield opened
        wrong = [text for tab in tabs for text in tab.wrong]
    assert wrong == [], wrong
