"""Cookies over https, behind a proxy that says so, and over plain http."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from adapters.embedded import EmbeddedPostgres
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import Visitor, text

SIGN_IN = "/harvest/-/sign-in"


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("scheme"), serve_proxies="127.0.0.1") as site:
        yield site


def signed_in(site: PagesSite, scheme: str) -> SimpleCookie:
    """The cookies that signing in sets, behind a proxy that serves this scheme."""
    headers = {"X-Forwarded-Proto": scheme, "Origin": site.url.replace("http:", f"{scheme}:")}
    answer = Visitor(site.url).post(SIGN_IN, {"token": site.token("admin")}, **headers)
    assert answer.status_code == 303, text(answer)
    return SimpleCookie(answer.headers["Set-Cookie"])


def test_over_https_the_session_is_bound_to_this_host_and_never_sent_unencrypted(site: PagesSite) -> None:
    cookies = signed_in(site, "https")
    sent = {"Cookie": "__Host-harvestlog=" + cookies["__Host-harvestlog"].value, "X-Forwarded-Proto": "https"}
    visitor = Visitor(site.url, **sent)

    cookie = cookies["__Host-harvestlog"]
    assert list(cookies) == ["__Host-harvestlog"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
    assert cookie["samesite"].lower() == "lax"
    assert "admin" in text(visitor.get("/harvest"))


def test_over_plain_http_the_cookie_has_no_prefix_that_browsers_would_drop(site: PagesSite) -> None:
    cookie = signed_in(site, "http")["harvestlog"]

    assert (cookie["secure"], cookie["httponly"]) == ("", True)


def test_a_form_that_comes_unencrypted_to_a_site_served_over_https_is_refused(site: PagesSite) -> None:
    headers = {"X-Forwarded-Proto": "https", "Origin": site.url}

    assert Visitor(site.url).post(SIGN_IN, {"token": site.token("admin")}, **headers).status_code == 403


def test_who_is_no_known_proxy_can_not_say_that_it_is_https(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    with pages_site(postgres, tmp_path) as open_site:
        answer = Visitor(open_site.url).post(SIGN_IN, {"token": open_site.token()}, X_Forwarded_Proto="https")

    assert answer.headers["Set-Cookie"].startswith("harvestlog=")
