"""Whom a real CKAN names as its sysadmins and as admins of an organisation, with their addresses."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from adapters.targets.ckan.people import CkanPeople
from tests.support.ckan_site import CkanSite, ckan_site

pytestmark = pytest.mark.ckan


@pytest.fixture
def site() -> Iterator[CkanSite]:
    with ckan_site() as site:
        yield site


def user(site: CkanSite, role: str) -> str:
    """A new user with a role in the site's organisation; the address."""
    name = f"test-{uuid4().hex[:12]}"
    address = f"{name}@example.org"
    site.api.call("user_create", {"name": name, "email": address, "password": uuid4().hex})
    site.api.call("organization_member_create", {"id": site.organization, "username": name, "role": role})
    return address


def test_admins_of_an_organisation_get_mail_while_they_are_active_and_editors_get_none(site: CkanSite) -> None:
    admin, editor, gone = user(site, "admin"), user(site, "editor"), user(site, "admin")
    site.api.call("user_delete", {"id": gone.partition("@")[0]})
    try:
        people = CkanPeople(site.api)

        admins, sysadmins = people.admins_of(site.organization), people.sysadmins()

        assert admin in admins
        assert not {editor, gone} & {*admins, *sysadmins}
        assert admin not in sysadmins
        assert sysadmins  # the user of the token is one
        assert people.admins_of("no-such-organisation") == []
    finally:
        for address in (admin, editor):
            site.api.call("user_delete", {"id": address.partition("@")[0]})
