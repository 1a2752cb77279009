"""What actions on persons, organisations and tokens share: access to them, and the refusal when a CKAN has its own."""

from adapters.actions.session import Session
from adapters.postgres.persons import Persons
from domain.errors import Refused


def own_persons(session: Session) -> Persons:
    """Our own persons and organisations. Raises Refused where a CKAN's are used."""
    if session.parts.settings.ckan_url:
        raise Refused(
            "HARVEST_CKAN_URL is set, so the users, organisations and API tokens of that CKAN say who may do what: "
            "change them there (`ckan user`, `ckan sysadmin`, CKAN's pages)"
        )
    return Persons(session.parts.database)
