"""The base of the pages over HTTP: signing in, forms, rights, errors, languages, and what every answer carries."""

from collections.abc import Iterator
from urllib.robotparser import RobotFileParser

import pytest

from adapters.embedded import EmbeddedPostgres
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import Visitor, forms, text

SIGN_IN, SIGN_OUT = "/harvest/-/sign-in", "/harvest/-/sign-out"


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("pages")) as site:
        yield site


def test_the_list_shows_the_sources_that_the_visitor_may_see(site: PagesSite) -> None:
    anonymous, admin = text(site.visitor().get("/harvest")), text(site.visitor("admin").get("/harvest"))

    assert "2 sources" in anonymous
    assert "One source" in anonymous
    assert "Geheim" not in anonymous
    assert "Add a source" not in anonymous
    assert "3 sources" in admin
    assert "Geheim" in admin
    assert "Add a source" in admin


def test_pages_show_the_source_and_its_jobs_as_those_of_ckanext_harvest(site: PagesSite) -> None:
    """Rows 80 to 88 of its test suite."""
    visitor = site.visitor("admin")
    job = site.cli.call("harvest_job_list", source_id="one")["jobs"][0]["id"]
    named = ("/harvest", "/harvest/one", "/harvest/about/one", "/harvest/admin/one")
    with_job = ("/harvest/admin/one", "/harvest/one/job", "/harvest/one/job/last", f"/harvest/one/job/{job}")

    pages = {path: visitor.get(path).text for path in (*named, *with_job, "/harvest/new", "/harvest/edit/one")}

    assert [path for path in named if "One source" not in pages[path]] == []
    assert [path for path in with_job if job not in pages[path]] == []
    assert 'value="One source"' in pages["/harvest/edit/one"]
    assert 'name="url"' in pages["/harvest/new"]


def test_the_list_can_be_searched_and_narrowed_down(site: PagesSite) -> None:
    visitor = site.visitor()

    found = text(visitor.get("/harvest", q="one source"))
    fine = text(visitor.get("/harvest", health="ok"))
    nothing = visitor.get("/harvest", q='nothing "of this', source_type='no\\"op')

    assert "1 source " in found
    assert "2 sources" in fine
    assert nothing.status_code == 200
    assert "Nothing found" in text(nothing)


@pytest.mark.parametrize("query", [{"sort": "xx"}, {"start": "-1"}, {"start": "99999999"}, {"start": "x"}, {"health": "("}])
def test_a_strange_address_shows_the_list_all_the_same(site: PagesSite, query: dict[str, str]) -> None:
    assert site.visitor().get("/harvest", **query).status_code == 200


def test_texts_of_remotes_are_only_ever_text(site: PagesSite) -> None:
    page = site.visitor().get("/harvest")

    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert '<bdi class="remote">&lt;script&gt;alert(1)&lt;/script&gt;' in page.text


def test_a_page_carries_a_strict_policy_and_is_not_kept(site: PagesSite) -> None:
    headers = site.visitor().get("/harvest").headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert {"Cookie", "Accept-Language"} <= {part.strip() for part in headers["Vary"].split(",")}


def test_style_and_scripts_are_kept_for_a_year_at_an_address_that_changes(site: PagesSite) -> None:
    visitor = site.visitor()
    page = visitor.get("/harvest").text
    path = page.partition('rel="stylesheet" href="')[2].partition('"')[0]

    style = visitor.get(path)
    old = visitor.get(path.replace(path.split("/")[-2], "0123456789ab"))

    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in style.headers["Cache-Control"]
    assert old.text == style.text
    assert old.headers["Cache-Control"] == "no-cache"
    assert visitor.get(path.replace("style.css", "..%2fapp.py")).status_code == 404


def test_pages_and_style_come_compressed_and_a_session_only_when_a_page_of_ours_asks(site: PagesSite) -> None:
    anonymous, admin = site.visitor(), site.visitor("admin")
    path = anonymous.get("/harvest").text.partition('rel="stylesheet" href="')[2].partition('"')[0]

    def encoding(visitor: Visitor, path: str, **headers: str) -> str | None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return visitor.session.get(site.url + path, headers=named, timeout=30).headers.get("Content-Encoding")

    assert encoding(anonymous, "/harvest") == encoding(anonymous, path) == "gzip"
    assert encoding(anonymous, path, Accept_Encoding="br") is encoding(anonymous, "/harvest", Accept_Encoding="br") is None
    assert encoding(admin, "/harvest", Sec_Fetch_Site="same-origin") == "gzip"
    assert encoding(admin, "/harvest", Sec_Fetch_Site="cross-site") is encoding(admin, "/harvest") is None


def test_crawlers_are_kept_from_combinations_of_filters_and_not_from_datasets(site: PagesSite) -> None:
    rules = RobotFileParser()
    rules.parse(site.visitor().get("/robots.txt").text.splitlines())

    assert rules.can_fetch("crawler", f"{site.url}/dataset/trees")
    assert rules.can_fetch("crawler", f"{site.url}/harvest")
    assert not rules.can_fetch("crawler", f"{site.url}/harvest/-/log")
    assert not rules.can_fetch("crawler", f"{site.url}/api/3/action/package_search")
    assert "Disallow: /*?tags=" in site.visitor().get("/robots.txt").text  # with a wildcard, which this parser doesn't know


def test_signing_in_with_a_token_lasts_until_signing_out(site: PagesSite) -> None:
    visitor = site.visitor()
    page = visitor.get(SIGN_IN, then="/harvest?q=one")

    signed_in = visitor.send(page, SIGN_IN, token=site.token())
    cookie = visitor.session.cookies["harvestlog"]
    signed_out = visitor.send(signed_in, SIGN_OUT)
    visitor.session.cookies.set("harvestlog", cookie)

    assert signed_in.url == f"{site.url}/harvest?q=one"
    assert "admin" in text(signed_in)
    assert "Sign in" in text(signed_out)
    assert "Your session has ended" in text(visitor.get("/harvest"))


def test_the_session_is_out_of_reach_of_scripts_and_other_sites(site: PagesSite) -> None:
    cookie = site.visitor().sign_in(site.token()).headers["Set-Cookie"]

    assert cookie.startswith("harvestlog=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize("token", ["hl_wrong", "", "with blank", "ü", "x" * 5000])
def test_a_wrong_token_is_refused_in_the_same_words(site: PagesSite, token: str) -> None:
    answer = site.visitor().post(SIGN_IN, {"token": token})

    assert answer.status_code == 403
    assert "is not valid (any more)" in text(answer)
    assert "Set-Cookie" not in answer.headers


def test_a_services_token_signs_nobody_in(site: PagesSite) -> None:
    token = site.cli.call("harvest_token_create", service=True, name="a CKAN", scope=["read"])["token"]

    assert site.visitor().post(SIGN_IN, {"token": token}).status_code == 403


def test_a_session_ends_with_the_token_that_it_began_with(site: PagesSite) -> None:
    token = site.cli.call("harvest_token_create", person="somebody", name="tests")
    visitor = site.visitor()
    visitor.sign_in(token["token"])
    before = text(visitor.get("/harvest"))

    site.cli.call("harvest_token_revoke", id=token["id"])

    assert "somebody" in before
    assert "Your session has ended" in text(visitor.get("/harvest"))


def test_a_session_ends_with_its_person(site: PagesSite) -> None:
    visitor = site.visitor("removed")

    site.cli.call("harvest_person_delete", id="removed")

    assert "Your session has ended" in text(visitor.get("/harvest"))


def test_a_form_of_another_port_of_this_host_is_refused(site: PagesSite) -> None:
    visitor = site.visitor("admin")
    form = forms(visitor.get("/harvest").text)[SIGN_OUT]

    by_origin = visitor.post(SIGN_OUT, form, Origin="http://127.0.0.1:1")
    by_browser = visitor.post(SIGN_OUT, form, Sec_Fetch_Site="same-site")

    assert (by_origin.status_code, by_browser.status_code) == (403, 403)
    assert "did not come from a page of this site" in text(by_origin)
    assert "admin" in text(visitor.get("/harvest"))


def test_a_form_without_its_sessions_token_is_refused(site: PagesSite) -> None:
    visitor, other = site.visitor("admin"), site.visitor("admin")
    form = forms(other.get("/harvest").text)[SIGN_OUT]

    assert visitor.post(SIGN_OUT, form).status_code == 403
    assert visitor.post(SIGN_OUT, {}).status_code == 403
    assert "admin" in text(visitor.get("/harvest"))


def test_a_form_can_not_be_sent_by_a_link(site: PagesSite) -> None:
    assert site.visitor("admin").get(SIGN_OUT).status_code == 405


def test_the_cookie_is_no_token_of_the_api(site: PagesSite) -> None:
    visitor = site.visitor("admin")
    values = {"name": "two", "url": "http://127.0.0.1/two", "source_type": "noop"}

    answer = visitor.session.post(f"{site.url}/api/3/action/harvest_source_create", json=values, timeout=30)

    assert answer.status_code == 403


def test_whose_session_has_ended_gets_the_form_back_after_signing_in(site: PagesSite) -> None:
    visitor = site.visitor("admin")
    visitor.session.cookies.clear()

    refused = visitor.post("/harvest/-/tokens", {"reason": 'a "reason"\nof two lines'})
    again = visitor.send(refused, SIGN_IN, token=site.token())

    assert refused.status_code == 401
    assert "Nothing was changed yet" in text(refused)
    assert forms(again.text)["/harvest/-/tokens"]["reason"] == 'a "reason"\nof two lines'


def test_an_address_that_is_not_there_says_so_to_people_and_programs(site: PagesSite) -> None:
    page = site.visitor().get("/harvest/-/nothing")
    program = Visitor(site.url, Accept="application/json").get("/harvest/-/nothing")

    assert page.status_code == program.status_code == 404
    assert "There is nothing here" in text(page)
    assert program.json()["error"]["__type"] == "Not Found Error"


def test_the_language_is_the_browsers_until_another_is_chosen(site: PagesSite) -> None:
    visitor = Visitor(site.url, **{"Accept-Language": "de-DE,de;q=0.9"})

    german = visitor.get("/harvest")
    english = visitor.get("/harvest", lang="en")
    later = visitor.get("/harvest")

    assert "Quellen" in text(german)
    assert german.headers["Content-Language"] == "de"
    assert '<html lang="de">' in german.text
    assert "Sources" in text(english)
    assert "Sources" in text(later)
