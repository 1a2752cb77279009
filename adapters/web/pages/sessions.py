"""The viewer's own sessions: which browsers are signed in, and an end to one or to all others."""

from starlette.responses import Response

from adapters.web.pages.page import Page

HERE = "/harvest/-/me/sessions"


def show(page: Page) -> Response:
    """The list, last used first."""
    sessions = page.call("harvest_session_list")["sessions"]
    return page.render("sessions.html", sessions=sessions, own=page.site.parts.browsers.session_id(page.cookie))


def act(page: Page) -> Response:
    """End one session, or all but this one."""
    session = page.form.get("id", "")
    own = page.site.parts.browsers.session_id(page.cookie)
    ended = page.call("harvest_session_end", id=session or None, keep=None if session else own)["ended"]
    if session == own:
        return page.go("/harvest")
    said = page.language.ngettext("%(number)s session was ended.", "%(number)s sessions were ended.", ended)
    return page.go(HERE, said % {"number": ended})
