"""The system: which roles are alive and how busy, how far projections are, what is paused, and what needs a person."""

from starlette.responses import Response

from adapters.web.pages.page import Page
from domain.errors import Refused, ValidationError

HERE = "/harvest/-/system"


def show(page: Page) -> Response:
    """All parts, and what is wrong with them."""
    queues = page.call("harvest_queues_show")["jobs"] if page.may("harvest_queues_show") else []
    status, projections = page.call("harvest_status_show"), page.call("harvest_projection_list")
    return page.render("system.html", status=status, projections=projections, queues=queues)


def act(page: Page) -> Response:
    """Pause or resume everything, a host or the target."""
    scope, name = page.form.get("scope", ""), page.form.get("name", "")
    try:
        if page.form.get("do") == "resume":
            page.call("harvest_site_resume", scope=scope, name=name)
            return page.go(HERE, page.text("It goes on. One job per source catches up on the times that were missed."))
        page.call("harvest_site_pause", scope=scope, name=name, until=page.form.get("until", ""))
    except (Refused, ValidationError) as error:
        return page.go(HERE, str(error), "failed")
    return page.go(HERE, page.text("It is paused. No scheduled job starts until it is resumed."))
