"""A site keeps a sysadmin who can sign in, whoever takes rights away; and nobody keeps others from signing in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.postgres.persons import Persons
from domain.errors import NotAuthorized, Refused, TooManyCalls
from domain.persons import PersonFields
from tests.support.pages_site import PagesSite, pages_site

PASSWORD = "correct horse battery"
ALONE = "admin is the only active sysadmin: make somebody else a sysadmin first"


@pytest.fixture
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("persons")) as site:
        yield site


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("harvest_person_patch", {"sysadmin": False}),
        ("harvest_person_patch", {"active": False}),
        ("harvest_person_delete", {}),
    ],
)
def test_the_right_of_the_last_sysadmin_cant_be_taken_until_there_is_another(
    site: PagesSite, action: str, values: dict[str, Any]
) -> None:
    site.cli.call("harvest_person_create", name="inactive", sysadmin=True)
    site.cli.call("harvest_person_patch", id="inactive", active=False)

    with pytest.raises(Refused, match=ALONE):
        site.cli.call(action, id="admin", **values)
    site.cli.call("harvest_person_patch", id="admin", title="Another title")
    kept = site.cli.call("harvest_person_show", id="admin")
    site.cli.call("harvest_person_patch", id="editor", sysadmin=True)
    site.cli.call(action, id="admin", **values)

    assert (kept["sysadmin"], kept["active"], kept["title"]) == (True, True, "Another title")


def test_of_two_sysadmins_who_take_the_right_from_each_other_one_keeps_it(site: PagesSite) -> None:
    site.cli.call("harvest_person_patch", id="editor", sysadmin=True)
    ids = {name: site.cli.call("harvest_person_show", id=name)["id"] for name in ("admin", "editor")}

    def take_from(name: str) -> str:
        parts = Parts(site.cli.parts.settings)
        try:
            Persons(parts.database).change_person(ids[name], PersonFields(name, sysadmin=False))
        except Refused:
            return "refused"
        finally:
            parts.close()
        return "taken"

    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(take_from, ids))

    assert outcomes == ["refused", "taken"]


def test_wrong_passwords_from_elsewhere_keep_nobody_out(site: PagesSite) -> None:
    site.cli.call("harvest_person_password_set", person="editor", password=PASSWORD)
    browsers = site.cli.parts.browsers

    for address in ("192.0.2.1", "2001:db8::1"):
        with suppress(TooManyCalls):
            while True:
                with pytest.raises(NotAuthorized):
                    browsers.begin_with_password("editor", "wrong", "", address, 0)

    with pytest.raises(TooManyCalls):
        browsers.begin_with_password("editor", PASSWORD, "", "2001:db8::2", 0)  # of the same subscriber
    assert browsers.begin_with_password("editor", PASSWORD, "", "192.0.2.2", 0)
