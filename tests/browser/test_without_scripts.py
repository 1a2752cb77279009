"""Pages without scripts, and forms of other servers on the same host, in a real browser."""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.support.browser import NewTab
from tests.support.pages_site import PagesSite
from tests.support.served import served

pytestmark = pytest.mark.browser


def test_searching_entering_refused_forms_and_signing_out_work_without_scripts(new_tab: NewTab, site: PagesSite) -> None:
    tab = new_tab(java_script_enabled=False)
    page = tab.open("/harvest/-/sign-in?then=/harvest/new%3Fsource_type%3Dnoop")

    page.get_by_label("API token").fill(site.token("admin"))
    page.get_by_role("button", name="Sign in").first.click()
    page.get_by_label("Address").fill("no address")
    page.get_by_label("Title").fill("Without scripts")
    page.get_by_role("button", name="Save", exact=True).click()
    refused = page.locator("#problems").inner_text()
    page.get_by_label("Address").fill("http://127.0.0.1/without-scripts")
    page.get_by_role("button", name="Save and harvest").click()
    expect(page.get_by_text("The source was added.")).to_be_visible()
    tab.open("/harvest")
    page.get_by_role("searchbox").fill("without scripts")
    page.get_by_role("button", name="Search").click()
    shown = page.locator("main").inner_text()
    page.get_by_role("button", name="Sign out").click()

    assert "There is a problem" in refused
    assert "Without scripts" in shown
    assert "1 source" in shown
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_list_is_searched_and_narrowed_down_without_scripts(new_tab: NewTab) -> None:
    page = new_tab(java_script_enabled=False).open("/dataset")

    page.get_by_role("searchbox").fill("another")
    page.get_by_role("button", name="Search").click()
    shown = page.locator("main").inner_text()
    page.get_by_role("link", name="nature").first.click()

    assert "Another" in shown
    assert "q=another" in page.url
    assert "tags=nature" in page.url


@contextmanager
def another_server(body: str) -> Iterator[str]:
    """A server on another port of this host with one page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    with served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"http://127.0.0.1:{server.server_port}/"


def test_a_form_of_another_port_of_this_host_does_nothing_even_with_the_sessions_own_token(
    new_tab: NewTab, site: PagesSite
) -> None:
    tab = new_tab("admin")
    page = tab.open("/harvest/-/persons/somebody")
    token = page.locator("input[name=form_token]").first.get_attribute("value") or ""
    body = (
        f'<form method="post" action="{html.escape(site.url)}/harvest/-/persons/somebody">'
        f'<input name="form_token" value="{token}">'
        '<input name="do" value="change"><input name="title" value="Taken over"><button>Win a prize</button></form>'
    )

    with another_server(body) as address:
        page.goto(address)
        page.get_by_role("button", name="Win a prize").click()
        expect(page.get_by_text("did not come from a page of this site")).to_be_visible()

    assert site.cli.call("harvest_person_show", id="somebody")["title"] == ""
    assert site.cli.call("harvest_person_show", id="somebody")["active"]
    expect(tab.open("/harvest").get_by_role("button", name="Sign out")).to_be_visible()
