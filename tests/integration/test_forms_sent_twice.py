"""A form that is sent twice is carried out once and answered twice; wrong passwords are counted for all processes together."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from itertools import islice

import pytest

from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from adapters.postgres.database import Database
from adapters.postgres.wrong_passwords import WrongPasswords
from adapters.web.pages import once, routes
from domain.errors import TooManyCalls, ValidationError
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import Response, forms, text

NEW, TOKENS, SIGN_IN, SIGN_OUT = "/harvest/new", "/harvest/-/tokens", "/harvest/-/sign-in", "/harvest/-/sign-out"


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("twice")) as site:
        yield site


def source_form(site: PagesSite, page: Response, name: str) -> dict[str, str]:
    return {**forms(page.text)[NEW], "source_type": "noop", "url": f"http://127.0.0.1/{name}", "title": name, "name": name}


def test_a_source_is_entered_once_however_often_its_form_is_sent(site: PagesSite) -> None:
    visitor = site.visitor("admin")
    form = source_form(site, visitor.get(NEW), "pressed-often")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: visitor.post(NEW, form), range(4)))
    later = visitor.post(NEW, form)

    assert [(answer.status_code, answer.headers["Location"]) for answer in [*answers, later]] == [
        (303, "/harvest/pressed-often")
    ] * 5
    assert "The source was added." in text(visitor.get("/harvest/pressed-often"))
    assert site.cli.call("harvest_source_list", url="http://127.0.0.1/pressed-often")["count"] == 1


def test_a_token_is_created_once_and_shown_to_the_second_form_too(site: PagesSite) -> None:
    visitor = site.visitor("somebody")
    form = {**forms(visitor.get(TOKENS).text)[TOKENS], "do": "create", "name": "once", "scope": "read", "expires": "1d"}

    first, second = visitor.post(TOKENS, form), visitor.post(TOKENS, form)

    token = first.text.partition("<pre")[2].partition(">")[2].partition("<")[0]
    assert token.startswith("hl_")
    assert token in second.text
    assert [row["name"] for row in site.cli.call("harvest_token_list", person="somebody")["tokens"]].count("once") == 1


def test_a_form_that_was_refused_or_is_filled_in_otherwise_is_carried_out(site: PagesSite) -> None:
    visitor = site.visitor("admin")
    page = visitor.get(NEW)
    wrong = {**source_form(site, page, "once-wrong"), "url": ""}
    right = source_form(site, page, "once-wrong")

    statuses = [visitor.post(NEW, form).status_code for form in (wrong, wrong, right)]

    assert statuses == [422, 422, 303]


def test_a_form_whose_outcome_nobody_knows_says_so_and_is_not_carried_out_again(
    site: PagesSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = site.visitor("admin")
    form = source_form(site, visitor.get(NEW), "never-answered")
    fields = {name: value for name, value in form.items() if name not in ("form_token", "form_key")}
    sessions = site.cli.parts.browsers
    sessions.forms.begin(visitor.session.cookies["harvestlog"], form["form_key"], {**fields, "": NEW})
    monkeypatch.setattr(once, "ANSWERED_WITHIN", 0.1)

    answer = visitor.post(NEW, form)

    assert answer.status_code == 409
    assert "This form was sent" in text(answer)
    assert "never-answered" not in text(visitor.get("/harvest"))


def test_who_signs_out_twice_is_told_nothing_about_a_session_that_ended(site: PagesSite) -> None:
    visitor = site.visitor("somebody")
    form = forms(visitor.get("/harvest").text)[SIGN_OUT]

    answers = [visitor.post(SIGN_OUT, form) for _ in range(2)]

    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(303, "/harvest")] * 2


def test_wrong_passwords_of_a_name_are_counted_by_all_processes_together(site: PagesSite) -> None:
    here, elsewhere = (WrongPasswords(Database(site.cli.parts.database.url)) for _ in range(2))

    here.take("name anna", 1)
    with pytest.raises(TooManyCalls) as refused:
        elsewhere.take("name anna", 1)
    elsewhere.take("name bert", 1)
    here.give_back("name anna", 1)
    elsewhere.take("name anna", 1)

    assert 0 < refused.value.wait <= 60


def test_whose_name_was_tried_too_often_is_asked_to_wait_and_not_checked(site: PagesSite) -> None:
    wrong = WrongPasswords(site.cli.parts.database)
    with suppress(TooManyCalls):
        while True:
            wrong.take("at 127.0.0.1: editor", 10)

    answer = site.visitor().post(SIGN_IN, {"name": "editor", "password": "a password that is wrong"})

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1


FORMS = sorted(route.path for route in routes if "POST" in (route.methods or ()) and route.path not in (SIGN_IN, SIGN_OUT))


def test_every_form_comes_back_filled_in_when_the_session_has_ended_meanwhile(site: PagesSite) -> None:
    job = site.cli.call("harvest_job_list", source_id="one")["jobs"][0]["id"]
    lost = {}

    for route in FORMS:
        path = route.format(id="one", job=job, name="somebody")
        visitor = site.visitor()
        refused = visitor.post(path, {"typed": 'kept "as" typed', "password": "never shown again"})
        again = visitor.send(refused, SIGN_IN, token=site.token("admin"))
        if forms(again.text).get(path, {}).get("typed") != 'kept "as" typed' or "never shown again" in again.text:
            lost[path] = refused.status_code

    assert len(FORMS) > 15
    assert lost == {}


def test_forms_that_are_sent_again_and_again_leave_threads_for_others(site: PagesSite) -> None:
    visitor = site.visitor("admin")
    form = source_form(site, visitor.get(NEW), "never-ends")
    fields = {name: value for name, value in form.items() if name not in ("form_token", "form_key")}
    forms_of_all = site.cli.parts.browsers.forms
    sent = (visitor.session.cookies["harvestlog"], form["form_key"], {**fields, "": NEW})
    forms_of_all.begin(*sent)
    with ThreadPoolExecutor(12) as pool:
        answers = [pool.submit(visitor.post, NEW, form) for _ in range(12)]
        at_once = [answer.result() for answer in islice(as_completed(answers), 8)]
        page = site.visitor().get("/harvest")
        still_waiting = [answer for answer in answers if not answer.done()]
        forms_of_all.answered(*sent, '["/harvest/never-ends", "done", "It was done", ""]')

    assert [answer.status_code for answer in at_once] == [409] * 8
    assert page.status_code == 200
    assert len(still_waiting) == 4
    assert {answer.result().headers["Location"] for answer in still_waiting} == {"/harvest/never-ends"}


def test_the_current_password_cant_be_guessed_by_whoever_has_the_session(site: PagesSite) -> None:
    caller = site.cli.parts.callers.caller({"authorization": site.token("somebody")})
    session = Session(site.cli.parts, caller)
    session.call("harvest_person_password_set", password="the first of all passwords")

    guesses = 0
    with suppress(TooManyCalls):
        while guesses < 20:
            with suppress(ValidationError):
                session.call("harvest_person_password_set", current=f"guess {guesses}", password="a password of the thief")
            guesses += 1

    assert 5 < guesses < 20
    with pytest.raises(TooManyCalls):
        session.call("harvest_person_password_set", current="the first of all passwords", password="another one of mine")
