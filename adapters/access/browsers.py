"""Finds out who calls by the cookie of a browser that signed in, and begins and ends what the cookie stands for."""

from ipaddress import IPv4Address, ip_address, ip_network
from typing import Protocol

from adapters.access import passwords
from adapters.access.headers import UNKNOWN, token_of
from adapters.postgres.tokens import SERVICE
from adapters.postgres.web_forms import WebForms
from adapters.postgres.web_sessions import WebSessions
from adapters.postgres.wrong_passwords import WrongPasswords
from domain.access import ANONYMOUS, Caller
from domain.errors import NotAuthorized, UnknownToken

FOR_ONE_NAME = 10.0  # wrong passwords a minute from one address, over all processes
FROM_EVERYWHERE = 100.0  # wrong passwords a minute for one name: so many guesses are no person any more
ONE_NETWORK = 64  # bits of an IPv6 address that a subscriber has in common
REFUSED = "That name and password, or that token, is not valid (any more)"


class Provider(Protocol):
    """Knows the tokens of persons."""

    def caller(self, token: str) -> Caller:
        """Whose a token is. Raises UnknownToken, ServiceUnavailable."""


class Browsers:
    """Sessions of browsers, and the forms that they sent.

    `ckan` knows the tokens of the configured CKAN; None: persons are our own.
    """

    def __init__(self, sessions: WebSessions, forms: WebForms, wrong: WrongPasswords, ckan: Provider | None) -> None:
        self.sessions = sessions
        self.forms = forms
        self._wrong = wrong
        self.ckan = ckan

    def caller(self, cookie: str) -> Caller | None:
        """Who signed in with this browser; None: nobody, or the session has ended. Raises ServiceUnavailable."""
        session = self.sessions.find(cookie)
        if session is None:
            return None
        if session.caller is not None:
            return session.caller if self.ckan is None else None
        try:
            return self.ckan.caller(session.ckan_token) if self.ckan else None
        except UnknownToken:
            return None

    def session_id(self, cookie: str) -> str:
        """The id of the session that a cookie stands for; empty for none."""
        session = self.sessions.find(cookie) if cookie else None
        return session.id if session else ""

    def begin_with_token(self, token: str, browser: str) -> str:
        """The cookie of a new session. Raises UnknownToken, ServiceUnavailable."""
        token = token_of({"x-ckan-api-key": token})
        if not token or token.startswith(SERVICE):
            raise UnknownToken(UNKNOWN)
        if self.ckan is not None:
            caller = self.ckan.caller(token)
            if caller == ANONYMOUS:
                raise UnknownToken(UNKNOWN)
            return self.sessions.begin_for_ckan(caller.name, token, browser)
        cookie = self.sessions.begin_with_token(token, browser)
        if cookie is None:
            raise UnknownToken(UNKNOWN)
        return cookie

    def begin_with_password(self, name: str, password: str, browser: str, address: str, a_minute: float) -> str:
        """The cookie of a new session. Raises NotAuthorized, after as long for a name that nobody has; TooManyCalls.

        Wrong passwords count for the address, which may send `a_minute` of them (0: any number), and for the name: few from one
        address, so that nobody keeps a person out from elsewhere, and many from all.
        """
        place = network_of(address)
        tries = (
            (f"address {place}", a_minute),
            (f"at {place}: {name}", FOR_ONE_NAME),  # the name, which may be any text, comes last
            (f"name {name}", FROM_EVERYWHERE),
        )
        for what, most in tries:
            self._wrong.take(what, most)
        row = self.sessions.password(name) if self.ckan is None else None
        if not passwords.is_right(password, row["password"] if row else "") or row is None:
            raise NotAuthorized(REFUSED)
        for what, most in tries:
            self._wrong.give_back(what, most)
        return self.sessions.begin_for_person(row["id"], row["name"], browser)

    def check_current(self, name: str, password: str, stored: str) -> bool:
        """Whether it is a person's current password, which whoever has their session may not guess: raises TooManyCalls."""
        what = f"current password of {name}"
        self._wrong.take(what, FOR_ONE_NAME)
        right = passwords.is_right(password, stored)
        if right:
            self._wrong.give_back(what, FOR_ONE_NAME)
        return right


def network_of(address: str) -> str:
    """Whose address it is: of IPv6 the network of a subscriber, who has any number of addresses in it."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, ONE_NETWORK), strict=False))
