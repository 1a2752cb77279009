"""Before a source is entered its first records can be looked at; and people of our own can sign in with a password."""

from collections.abc import Iterator

import pytest

from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from domain.errors import NotAuthorized, ValidationError
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import Response, forms, text

NEW, TOKENS, SIGN_IN = "/harvest/new", "/harvest/-/tokens", "/harvest/-/sign-in"
PASSWORD, OTHER = "correct horse battery staple", "another four words here"


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("entering")) as site:
        yield site


def _look(site: PagesSite, source_type: str, url: str = "http://127.0.0.1:1/looked-at", **values: str) -> Response:
    visitor = site.visitor("editor")
    page = visitor.get(NEW, source_type=source_type)
    return visitor.send(page, NEW, then="preview", url=url, owner_org="amt", **values)


def test_the_first_records_are_shown_and_nothing_is_stored(site: PagesSite) -> None:
    before = site.cli.call("harvest_projection_list")["projections"][0]["log"]

    page = _look(site, "noop", config='{"records": 30}', title="Looked at")

    assert "20 of the first 20 records would be imported. Nothing was stored." in text(page)
    assert "record-19" in text(page)
    assert "record-20" not in text(page)
    assert forms(page.text)[NEW]["title"] == "Looked at"
    assert site.cli.call("harvest_projection_list")["projections"][0]["log"] == before


def test_records_that_would_fail_say_why(site: PagesSite) -> None:
    page = _look(site, "raising", config='{"records": 3, "poison": ["record-1"], "false": ["record-2"]}')

    assert "1 of the first 3 records would be imported." in text(page)
    assert "no title in record-1" in text(page)
    assert "first error" in text(page)


def test_an_address_that_does_not_answer_says_what_to_try(site: PagesSite) -> None:
    page = _look(site, "ckan")

    assert page.status_code == 200
    assert "no connection to http://127.0.0.1:1/looked-at" in text(page)
    assert "Check the address and the type." in text(page)


def test_a_form_that_is_wrong_is_not_looked_at(site: PagesSite) -> None:
    page = _look(site, "ckan", url="no address")

    assert page.status_code == 422
    assert "What would be imported" not in text(page)


def test_only_who_may_enter_a_source_may_have_a_remote_asked(site: PagesSite) -> None:
    values = {"url": "http://127.0.0.1:1/x", "source_type": "noop", "owner_org": "amt"}
    answers = {}

    for person in ("", "somebody", "editor"):
        headers = {"Authorization": site.token(person)} if person else {}
        url = f"{site.url}/api/3/action/harvest_source_preview"
        answers[person] = site.visitor().session.post(url, json=values, headers=headers, timeout=30).status_code

    assert answers == {"": 403, "somebody": 403, "editor": 200}


def test_a_password_is_set_and_signs_in_until_it_is_another(site: PagesSite) -> None:
    visitor = site.visitor("somebody")

    short = visitor.send(visitor.get(TOKENS), TOKENS, do="password", password="short")
    done = visitor.send(visitor.get(TOKENS), TOKENS, do="password", password=PASSWORD)
    by_password = site.visitor()
    signed_in = by_password.post(SIGN_IN, {"name": "somebody", "password": PASSWORD, "then": "/harvest"})
    wrong = site.visitor().post(SIGN_IN, {"name": "somebody", "password": OTHER})
    nobody = site.visitor().post(SIGN_IN, {"name": "nobody", "password": PASSWORD})
    without_current = visitor.send(visitor.get(TOKENS), TOKENS, do="password", password=OTHER)
    changed = visitor.send(visitor.get(TOKENS), TOKENS, do="password", password=OTHER, current=PASSWORD)

    assert "Must be 12 to 1000 characters" in text(short)
    assert "The password was set." in text(done)
    assert signed_in.status_code == 303
    assert (wrong.status_code, nobody.status_code) == (403, 403)
    assert "is not valid (any more)" in text(wrong)
    assert text(wrong).replace("somebody", "") == text(nobody).replace("nobody", "")
    assert "Is not your current password" in text(without_current)
    assert "The password was set." in text(changed)
    assert "Your session has ended" in text(by_password.get("/harvest"))


def test_only_sysadmins_set_passwords_of_others(site: PagesSite) -> None:
    editor = Session(site.cli.parts, site.cli.parts.callers.caller({"authorization": site.token("editor")}))

    with pytest.raises(NotAuthorized):
        editor.call("harvest_person_password_set", person="admin", password=PASSWORD)
    with pytest.raises(ValidationError):
        site.cli.call("harvest_person_password_set", person="admin", password="short")
    assert site.cli.call("harvest_person_password_set", person="admin", password=PASSWORD) == {"name": "admin"}


def test_an_address_is_taken_as_people_type_it_and_names_the_source_once_its_records_are_shown(site: PagesSite) -> None:
    visitor = site.visitor("admin")
    page = visitor.get("/harvest/new", source_type="noop")

    looked = visitor.send(page, "/harvest/new", url="data.example.org/path", then="preview")

    form = forms(looked.text)["/harvest/new"]
    assert (form["url"], form["title"], form["name"]) == (
        "https://data.example.org/path",
        "data.example.org",
        "data-example-org",
    )
    assert "press Save and harvest" in text(looked)
