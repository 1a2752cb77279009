"""Pages about who may do what: persons, organisations, and the browsers that somebody is signed in with."""

from collections.abc import Iterator

import pytest

from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from domain.errors import NotAuthorized, NotFound
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import Visitor, forms, text

SESSIONS, PERSONS, ORGANISATIONS = "/harvest/-/me/sessions", "/harvest/-/persons", "/harvest/-/organisations"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("access")) as site:
        yield site


def do(visitor: Visitor, path: str, what: str, **values: str) -> str:
    """Send one of a page's forms with `do` set, and read the page that follows."""
    form = forms(visitor.get(path).text)[path]
    answer = visitor.post(path, {"form_token": form["form_token"], "form_key": form["form_key"], "do": what, **values})
    return text(visitor.get(answer.headers["Location"]) if answer.status_code == 303 else answer)


def test_who_signed_in_with_several_browsers_sees_them_and_ends_the_others(site: PagesSite) -> None:
    here, elsewhere = site.visitor("somebody"), site.visitor("somebody", **{"User-Agent": FIREFOX})
    listed = here.get(SESSIONS)

    ended = here.send(listed, SESSIONS, id="")

    assert "Firefox, Linux" in text(listed)
    assert "this browser" in text(listed)
    assert "1 session was ended." in text(ended)
    assert "Your session has ended" in text(elsewhere.get("/harvest"))
    assert "somebody" in text(here.get("/harvest"))


def test_nobody_sees_or_ends_sessions_of_others_but_sysadmins(site: PagesSite) -> None:
    site.visitor("editor")
    [*_, session] = site.cli.call("harvest_session_list", person="editor")["sessions"]
    somebody = Session(site.cli.parts, site.cli.parts.callers.caller({"authorization": site.token("somebody")}))

    with pytest.raises(NotAuthorized):
        somebody.call("harvest_session_list", person="editor")
    with pytest.raises(NotAuthorized):
        somebody.call("harvest_session_end", person="editor")
    with pytest.raises(NotFound):
        somebody.call("harvest_session_end", id=session["id"])
    assert site.cli.call("harvest_session_end", person="editor", id=session["id"]) == {"person": "editor", "ended": 1}


def test_a_person_is_invited_by_a_link_and_goes_through_a_life(site: PagesSite) -> None:
    admin, invited = site.visitor("admin"), site.visitor()
    page = admin.get(PERSONS)

    entered = admin.send(page, PERSONS, name="nina", title="Nina N.", email="nina@example.org")
    token = entered.text.partition("/harvest/-/sign-in#")[2].partition("<")[0]
    signed_in = invited.sign_in(token)
    here = f"{PERSONS}/nina"
    role = do(admin, here, "give", organisation="amt", role="editor")
    may_add = text(invited.get("/harvest"))
    taken = do(admin, here, "take", organisation="amt")
    inactive = do(admin, here, "change", title="Nina N.", email="nina@example.org")
    refused = text(invited.get("/harvest"))
    unsure = do(admin, here, "remove", name="nin")
    removed = do(admin, here, "remove", name="nina")

    assert signed_in.status_code == 303
    assert "amt : editor" in role or "amt: editor" in role.replace(" :", ":")
    assert "Add a source" in may_add
    assert "No role in any organisation." in taken
    assert "inactive" in inactive
    assert "Your session has ended" in refused
    assert "Type the name of the person: nina" in unsure
    assert "nina was removed." in removed


def test_a_wrong_person_is_refused_next_to_the_field_and_stays_filled_in(site: PagesSite) -> None:
    admin = site.visitor("admin")

    answer = admin.send(admin.get(PERSONS), PERSONS, name="Not A Name", title="Kept as typed", email="nowhere")

    assert answer.status_code == 422
    assert "There is a problem" in text(answer)
    assert forms(answer.text)[PERSONS]["title"] == "Kept as typed"


def test_nobody_locks_themselves_out(site: PagesSite) -> None:
    admin, here = site.visitor("admin"), f"{PERSONS}/admin"

    saved = do(admin, here, "change", title="The admin", email="")
    removed = do(admin, here, "remove", name="admin")

    assert "The changes were saved." in saved
    assert "another sysadmin can" in removed
    assert site.cli.call("harvest_person_show", id="admin")["sysadmin"]


def test_a_sysadmin_signs_somebody_out_everywhere_and_sets_a_password(site: PagesSite) -> None:
    admin, somebody, here = site.visitor("admin"), site.visitor("somebody"), f"{PERSONS}/somebody"

    ended = do(admin, here, "sign-out")
    password = do(admin, here, "password", password="long enough for anybody")
    signed_in = site.visitor().post("/harvest/-/sign-in", {"name": "somebody", "password": "long enough for anybody"})

    assert "They are signed out everywhere." in ended
    assert "Your session has ended" in text(somebody.get("/harvest"))
    assert "The password was set." in password
    assert signed_in.status_code == 303


def test_an_organisations_admin_gives_roles_in_it_and_nowhere_else(site: PagesSite) -> None:
    site.cli.call("harvest_person_create", name="chief")
    for name in ("bureau", "elsewhere"):
        site.cli.call("harvest_organization_create", name=name)
    site.cli.call("harvest_organization_member_create", id="bureau", username="chief", role="admin")
    chief, here = site.visitor("chief"), f"{ORGANISATIONS}/bureau"

    listed = text(chief.get(ORGANISATIONS))
    given = do(chief, here, "give", username="somebody", role="member")
    unknown = do(chief, here, "give", username="nobody-of-this-name", role="member")
    taken = do(chief, here, "take", username="somebody")

    assert "bureau" in listed
    assert "elsewhere" not in listed
    assert "The role counts from now on." in given
    assert "There is no person nobody-of-this-name" in unknown
    assert "The role was taken away." in taken
    assert chief.get(f"{ORGANISATIONS}/elsewhere").status_code == 403
    assert chief.get(PERSONS).status_code == 403


def test_an_organisation_goes_through_a_life(site: PagesSite) -> None:
    admin = site.visitor("admin")

    entered = admin.send(admin.get(ORGANISATIONS), ORGANISATIONS, name="museum", title="The museum")
    renamed = do(admin, f"{ORGANISATIONS}/museum", "title", title="The old museum")
    removed = do(admin, f"{ORGANISATIONS}/museum", "remove")
    owning = do(admin, f"{ORGANISATIONS}/amt", "remove")

    assert "The museum" in text(entered)
    assert "The old museum" in renamed
    assert "museum was removed." in removed
    assert "sources belong to amt" in owning
