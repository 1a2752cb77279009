"""The action that sets a password, with which one of our own persons signs in with a browser."""

from adapters.access import passwords
from adapters.actions.own_persons import own_persons
from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.read_model.queries import Row
from domain.access import Right
from domain.errors import NotAuthorized, ValidationError


class PasswordSet(Parameters):
    """`current`: the caller's present password, if there is one. `person`: whose password; the caller's if not given."""

    password: str
    current: str = ""
    person: str = ""


@action(Right.PERSON, PasswordSet)
def harvest_person_password_set(session: Session, parameters: PasswordSet) -> Row:
    """Set the password of one of our own persons; this ends browser sessions that began with the old one."""
    name = parameters.person or session.caller.name
    if name != session.caller.name and not session.caller.sysadmin:
        raise NotAuthorized("Only sysadmins may set passwords of others")
    person = own_persons(session).person(name)
    browsers = session.parts.browsers
    sessions = browsers.sessions
    before = sessions.password(person["name"])
    own = name == session.caller.name
    if own and before and not browsers.check_current(name, parameters.current, before["password"]):
        raise ValidationError({"current": "Is not your current password"})
    sessions.set_password(person["id"], passwords.hashed(passwords.checked_password(parameters.password)))
    return {"name": person["name"]}
