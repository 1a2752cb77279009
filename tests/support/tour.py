"""The pictures of docs/tour.md: pages of a site that has harvested the sample catalogue, in a real Chromium.

A browser test makes them, and compares which there are and how large; with TOUR=1 in the environment it puts them into
docs/tour.
"""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ViewportSize

from adapters.sample_ckan.server import serve
from tests.support.pages_site import PagesSite
from tests.support.stack import ROOT

FOLDER = ROOT / "docs" / "tour"
SIZE: ViewportSize = {"width": 880, "height": 500}
PICTURES = {
    "sources": "/harvest?frequency=DAILY",
    "statistics": "/harvest/statistics/portal",
    "new": "/harvest/new?source_type=ckan",
    "source": "/harvest/sample",
    "run": "/harvest/portal/job/last",
    "system": "/harvest/-/system",
    "dataset": "/dataset",
}


def take(browser: Browser, site: PagesSite, folder: Path) -> None:
    """Harvest the sample catalogue, and picture the pages into a folder."""
    server, address = serve()
    try:
        common: dict[str, Any] = {"url": address, "source_type": "ckan", "config": {}, "frequency": "DAILY"}
        site.source("sample", title="Sample catalogue", **common)
        site.source(
            "portal", title="A portal with problems", source_type="raising", config={"records": 9, "poison": ["record-3"]}
        )
    finally:
        server.shutdown()
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce", locale="en-GB", timezone_id="UTC")
    cookie = site.visitor("admin").session.cookies["harvestlog"]
    context.add_cookies([{"name": "harvestlog", "value": cookie, "url": site.url}])
    page = context.new_page()
    for name, path in PICTURES.items():
        page.goto(site.url + path, wait_until="load")
        page.screenshot(path=folder / f"{name}.png", animations="disabled")
    context.close()


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its header (https://www.w3.org/TR/png-3/#11IHDR)."""
    header = picture.read_bytes()[16:24]
    return int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")
