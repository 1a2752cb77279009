"""The pictures of docs/tour.md are those that a script makes, and the page shows all of them."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.pages_site import PagesSite
from tests.support.stack import ROOT
from tests.support.tour import FOLDER, PICTURES, size_of, take

pytestmark = pytest.mark.browser
MOST_BYTES = 110_000  # of one picture


def test_the_tour_has_the_pictures_that_are_made_of_the_pages(chromium: Browser, site: PagesSite, tmp_path: Path) -> None:
    folder = FOLDER if os.environ.get("TOUR") else tmp_path
    shown = re.findall(r"\]\(tour/([a-z]+)\.png\)", (ROOT / "docs" / "tour.md").read_text(encoding="utf-8"))

    take(chromium, site, folder)

    assert sorted(shown) == sorted(PICTURES)
    for name in PICTURES:
        new, old = folder / f"{name}.png", FOLDER / f"{name}.png"
        assert size_of(new) == size_of(old), f"{name}: make it again with TOUR=1"
        assert old.stat().st_size <= MOST_BYTES, f"{name} has {old.stat().st_size} bytes"
