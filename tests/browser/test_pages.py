"""Every page in a real browser: for people with other eyes and hands, on small screens, with hostile texts, in the dark."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support.browser import NewTab
from tests.support.every_page import PAGES
from tests.support.history_site import ONE
from tests.support.pages_site import PagesSite

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
Addresses = dict[str, str]
NARROW = {"viewport": {"width": 320, "height": 800}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_fault_that_axe_finds(new_tab: NewTab, addresses: Addresses, scheme: str) -> None:
    tab, axe = new_tab("admin", color_scheme=scheme), Axe()
    faults: dict[str, Any] = {}

    for name, path in addresses.items():
        page = tab.open(path)
        page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
        violations = axe.run(page, options=RULES).response["violations"]
        if violations:
            faults[name] = [(fault["id"], [node["html"][:200] for node in fault["nodes"]][:3]) for fault in violations]

    assert faults == {}


@pytest.mark.parametrize("person", ["admin", ""])
def test_no_page_scrolls_sideways_on_a_screen_of_320_pixels(new_tab: NewTab, addresses: Addresses, person: str) -> None:
    tab = new_tab(person, **NARROW)

    widths = {name: tab.open(path).evaluate("document.documentElement.scrollWidth") for name, path in addresses.items()}

    assert {name: width for name, width in widths.items() if width > 320} == {}


@pytest.mark.parametrize("name", ["sources", "persons", "runs"])
def test_a_table_stays_a_table_for_screen_readers_when_its_rows_become_blocks(new_tab: NewTab, name: str) -> None:
    page = new_tab("admin", **NARROW).open(PAGES[name])

    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = {str(node["role"]["value"]) for node in nodes if not node["ignored"]}

    assert page.locator("table.rows tbody tr").first.evaluate("row => getComputedStyle(row).display") == "block"
    assert {"table", "row", "cell", "rowheader", "columnheader"} <= roles


def test_hostile_texts_neither_run_nor_change_the_page(new_tab: NewTab, addresses: Addresses) -> None:
    tab = new_tab("admin")

    for path in addresses.values():
        page = tab.open(path)
        assert page.locator("main img, main script, main iframe, main style, main object").count() == 0, path
        assert page.locator("main [onerror], main [style]").count() == 0, path


def test_a_page_is_painted_soon_with_one_blocking_request_and_without_a_shift(new_tab: NewTab) -> None:
    page = new_tab("admin").open("/harvest")

    blocking = page.evaluate(
        "performance.getEntriesByType('resource').filter(e => e.renderBlockingStatus === 'blocking').length"
    )
    bytes_in_all = page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".reduce((sum, e) => sum + e.transferSize, 0)"
    )
    shift = page.evaluate(
        "new Promise(done => { let sum = 0;"
        "new PerformanceObserver(list => { for (const e of list.getEntries()) sum += e.value })"
        ".observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 100) })"
    )

    assert blocking == 1
    assert bytes_in_all <= 150_000
    assert shift < 0.01


def test_times_are_in_the_viewers_zone_and_in_utc_at_the_press_of_a_key(new_tab: NewTab) -> None:
    page = new_tab("admin", timezone_id="Asia/Tokyo", locale="en-GB").open("/harvest/one/job")
    time = page.locator("tbody time").first
    mine, utc = time.inner_text(), time.get_attribute("title")

    page.locator("#zone").focus()
    page.keyboard.press("Enter")

    assert "UTC" in str(utc)
    assert "UTC" not in mine
    assert time.inner_text() == utc


def test_the_keys_search_and_walk_through_rows_and_can_be_switched_off(new_tab: NewTab) -> None:
    page = new_tab("admin").open("/harvest")

    page.keyboard.press("j")
    at_row = page.evaluate("document.activeElement.closest('tr') !== null")
    page.keyboard.press("/")
    at_search = page.evaluate("document.activeElement.id")
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=one**")
    page.keyboard.press("?")
    page.locator("#shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")

    assert at_row
    assert at_search == "q"
    assert page.evaluate("document.activeElement.id") != "q"


def test_the_keys_walk_through_datasets_too(new_tab: NewTab) -> None:
    page = new_tab().open("/dataset")

    page.keyboard.press("j")

    assert page.evaluate("document.activeElement.closest('ul[data-rows] > li') !== null")


def test_a_link_with_a_token_behind_the_hash_signs_in(new_tab: NewTab, site: PagesSite) -> None:
    page = new_tab().open(f"/harvest/-/sign-in#{site.token('editor')}")

    page.keyboard.press("Enter")
    page.wait_for_url("**/harvest")

    assert "editor" in page.locator(".who").inner_text()


def test_a_whole_life_of_a_source_is_walked_through_without_a_mouse(new_tab: NewTab, site: PagesSite) -> None:
    page = new_tab("admin").open("/harvest")

    def press(name: str, role: Any = "link") -> None:
        page.get_by_role(role, name=name).first.focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")

    press("Add a source")
    page.keyboard.press("Tab")
    for field, value in (("Address", "http://127.0.0.1:1/walked"), ("Title", "Walked through")):
        page.get_by_label(field, exact=False).first.focus()
        page.keyboard.type(value)
    name = page.get_by_label("Name", exact=False).first.input_value()
    press("Save", "button")
    press("Harvest now", "button")
    run = page.locator("main").inner_text()
    press("Stop", "button")
    stopped = page.locator("main").inner_text()
    press("Walked through")
    press("Edit")
    page.get_by_label("Description", exact=False).first.focus()
    page.keyboard.type("By keyboard only")
    press("Save", "button")
    press("Timeline")
    timeline = page.locator("main").inner_text()
    press("Administration")
    press("Delete…")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    press("Delete the source", "button")

    assert name == "walked-through"
    assert "The harvest has begun" in run
    assert "stopped" in stopped
    assert "By keyboard only" in timeline
    assert "The source walked-through was removed." in page.locator("main").inner_text()


def test_another_type_shows_its_options_and_everything_else_stays(new_tab: NewTab) -> None:
    page = new_tab("admin").open("/harvest/new?source_type=noop")
    page.locator("#f-title").fill("Stays as it is")
    legend = page.locator("#options legend").text_content() or ""

    page.locator("input[name=source_type][value=ckan]").press("Space")
    expect(page.locator("#options legend")).not_to_have_text(legend, timeout=20_000)

    assert page.locator("#f-title").input_value() == "Stays as it is"
    assert page.locator("#f-name").input_value() == "stays-as-it-is"
    assert page.evaluate("document.activeElement.name") == "source_type"


def test_a_page_follows_what_happens_without_being_loaded_again(new_tab: NewTab, site: PagesSite) -> None:
    site.source("live", records=0)
    page = new_tab("admin").open("/harvest/live")
    page.evaluate("document.title = 'not loaded again'")

    site.cli.call("harvest_job_create", source_id="live")

    page.get_by_role("link", name="Watch the job").wait_for()
    assert page.title() == "not loaded again"


def test_the_first_records_of_an_address_are_looked_at_before_it_is_entered(new_tab: NewTab) -> None:
    page = new_tab("admin").open("/harvest/new?source_type=noop")

    page.get_by_label("Address").fill("http://127.0.0.1/looked-at")
    page.get_by_role("button", name="Look at the first records").first.click()

    assert "record-9" in page.locator("#preview").inner_text()
    assert page.get_by_label("Address").input_value() == "http://127.0.0.1/looked-at"


def test_the_slider_shows_each_version_by_keyboard_and_keeps_the_focus(new_tab: NewTab) -> None:
    page = new_tab("").open(f"/harvest/-/dataset/{ONE}/version?number=5")
    slider = page.get_by_role("slider")

    slider.focus()
    slider.press("Home")
    expect(page.locator("[data-part=version]")).to_contain_text("https://example.org/1")
    slider.press("ArrowRight")
    expect(page.locator("[data-part=version]")).to_contain_text("https://example.org/moved")

    expect(slider).to_be_focused()
    expect(page.locator("output")).to_have_text("2")
    expect(page).to_have_url(re.compile(r"/version\?number=2$"))
