"""Open pages follow what happens, in every tab, and over the times when the server is away."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.web import streams
from domain.objects import GatheredRecord, HarvestObject
from tests.conftest import new_database
from tests.support.browser import NewTab
from tests.support.pages_site import PagesSite
from tests.support.ports import free_port
from tests.support.stack import Stack, wait_for
from tests.support.switched_proxy import SwitchedProxy, switched_proxy

pytestmark = pytest.mark.browser

TABS = 10
SOON = 20_000  # milliseconds


class Run:
    """A job of a source, whose records end one by one when a test says so."""

    def __init__(self, site: PagesSite, name: str, records: int) -> None:
        self._parts = site.cli.parts
        source = site.cli.call("harvest_source_create", name=name, source_type="noop", url=f"http://127.0.0.1/{name}")
        application = self._parts.application
        self.id = application.create_job(UUID(source["id"]), by="test")
        self.path = f"/harvest/{name}/job/{self.id}"
        job = application.start_gather(self.id, "test")
        application.record_page(job, [GatheredRecord(f"record-{number}") for number in range(records)], 0, "")
        self._project()
        ids = [job.object_id(f"record-{number}") for number in range(records)]
        self._waiting = [application.load(HarvestObject, object_id) for object_id in ids]

    def fail(self, records: int = 1) -> None:
        """So many more records have failed."""
        failed = [self._waiting.pop() for _ in range(records)]
        for record in failed:
            record.fail("Fetch", "http_status", "404", None)
        self._parts.application.record_objects(failed)
        self._project()

    def _project(self) -> None:
        self._parts.read_model_projector().catch_up()


def reads_of(page: Page, path: str) -> list[str]:
    """The requests of a page's own address from now on."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url) if request.url.endswith(path) else None)
    return seen


def test_progress_comes_in_parts_and_the_page_is_read_again_only_for_its_forms(new_tab: NewTab, site: PagesSite) -> None:
    run = Run(site, "progressing", 4)
    page = new_tab("admin").open(run.path)
    reads = reads_of(page, run.path)
    stages = page.locator("[data-key=stages]")
    expect(stages).to_contain_text("0 of 4 done")

    for done in (1, 2, 3):
        run.fail()
        expect(stages).to_contain_text(f"{done} of 4 done", timeout=SOON)
    while_running = list(reads)
    site.cli.call("harvest_job_abort", id=str(run.id))

    expect(page.get_by_role("button", name="Try 3 records again")).to_be_visible(timeout=SOON)
    assert while_running == []


def test_all_of_ten_tabs_load_and_follow_over_the_six_connections_of_a_browser(new_tab: NewTab, site: PagesSite) -> None:
    site.source("tabs", records=0)
    first = new_tab("admin").page
    pages = [first, *(first.context.new_page() for _ in range(TABS - 1))]
    for page in pages:
        page.goto(f"{site.url}/harvest/tabs", wait_until="load", timeout=SOON)

    site.cli.call("harvest_job_create", source_id="tabs")

    for page in pages:
        expect(page.get_by_role("link", name="Watch the job")).to_be_visible(timeout=SOON)


def test_a_browser_without_shared_workers_follows_too(new_tab: NewTab, site: PagesSite) -> None:
    site.source("alone", records=0)
    tab = new_tab("admin")
    tab.page.add_init_script("delete window.SharedWorker")
    page = tab.open("/harvest/alone")

    site.cli.call("harvest_job_create", source_id="alone")

    expect(page.get_by_role("link", name="Watch the job")).to_be_visible(timeout=SOON)


@pytest.fixture
def proxy(site: PagesSite) -> Iterator[SwitchedProxy]:
    with switched_proxy(site.url) as proxy:
        yield proxy


def test_a_page_heals_when_its_server_comes_back_and_says_so(chromium: Browser, site: PagesSite, proxy: SwitchedProxy) -> None:
    site.source("healing", records=0)
    context = chromium.new_context()
    cookie = site.visitor("admin").session.cookies["harvestlog"]
    context.add_cookies([{"name": "harvestlog", "value": cookie, "url": proxy.url}])
    page = context.new_page()
    page.goto(f"{proxy.url}/harvest/healing")
    banner = page.locator("#connection")
    expect(banner).to_be_hidden()

    proxy.switch_off()
    expect(banner).to_contain_text("The connection to the server was lost", timeout=SOON)
    wait_for(lambda: proxy.refused >= 2, 20, "the page tries again after a 502")
    site.cli.call("harvest_job_create", source_id="healing")
    proxy.switch_on()

    expect(banner).to_contain_text("Connected again", timeout=SOON)
    expect(page.get_by_role("link", name="Watch the job")).to_be_visible(timeout=SOON)
    context.close()


def test_a_page_heals_when_its_server_was_killed_and_is_started_again(
    chromium: Browser, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    with new_database(postgres, tmp_path) as settings, Stack(settings, tmp_path, roles=()) as stack:
        cli, port = Session(Parts(settings)), str(free_port())
        cli.call("harvest_person_create", name="admin", sysadmin=True)
        token = cli.call("harvest_token_create", person="admin", name="tests")["token"]
        cli.call("harvest_source_create", name="healing", source_type="noop", url="http://127.0.0.1/healing")
        stack.start("serve", "serve", "--port", port)
        wait_for(lambda: "answers at" in stack.log("serve"), 20, "the server answers")
        page = chromium.new_context().new_page()
        page.goto(f"http://127.0.0.1:{port}/harvest/-/sign-in?then=/harvest/healing#{token}")
        page.get_by_role("button", name="Sign in").first.click()
        page.wait_for_url("**/harvest/healing")
        banner = page.locator("#connection")

        stack.kill("serve")
        expect(banner).to_contain_text("The connection to the server was lost", timeout=SOON)
        cli.call("harvest_job_create", source_id="healing")
        starts = stack.log("serve").count("answers at")
        stack.start("serve", "serve", "--port", port)
        wait_for(lambda: stack.log("serve").count("answers at") > starts, 20, "the server answers again")

        expect(banner).to_contain_text("Connected again", timeout=SOON)
        expect(page.get_by_role("link", name="Watch the job")).to_be_visible(timeout=SOON)
        page.context.close()
        cli.parts.close()


def test_a_page_says_that_its_session_has_ended_and_goes_on_after_signing_in(
    new_tab: NewTab, site: PagesSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "RECHECK", 0.2)
    site.source("ending", records=0)
    page = new_tab("admin").open("/harvest/ending")
    other = page.context.new_page()
    other.goto(f"{site.url}/harvest")

    other.get_by_role("button", name="Sign out").click()
    banner = page.locator("#connection")
    expect(banner).to_contain_text("Your session has ended", timeout=SOON)
    expect(banner.get_by_role("link", name="Sign in again")).to_have_attribute("href", re.compile("then=%2Fharvest%2Fending"))
    other.goto(f"{site.url}/harvest/-/sign-in?then=/harvest/ending#{site.token('admin')}")
    other.get_by_role("button", name="Sign in").first.click()

    expect(banner).to_contain_text("Connected again", timeout=SOON)


def test_new_lines_dont_move_a_log_that_somebody_reads(new_tab: NewTab, site: PagesSite) -> None:
    run = Run(site, "logged", 60)
    run.fail(50)
    page = new_tab("admin").open(f"/harvest/-/log?job={run.id}&level=DEBUG")
    page.evaluate("scrollTo(0, 1000)")
    first = page.locator("[data-key=lines] tbody tr").first
    before = first.inner_text()

    run.fail()
    news = page.get_by_role("button", name="Something new at the top")
    expect(news).to_be_visible(timeout=SOON)
    kept = first.inner_text()
    news.click()

    expect(first).not_to_have_text(before, timeout=SOON)
    assert kept == before
    expect(news).to_be_hidden()
