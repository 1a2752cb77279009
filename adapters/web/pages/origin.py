"""Where a form came from: only from our own pages, not even from another port of the same host.

Cookies don't know ports, and `SameSite` counts all ports of a host as one site: a page on another port sent both a Strict and
a `__Host-` cookie with its form. Browsers say where a request comes from in `Sec-Fetch-Site`, and where they don't (plain
http on other machines) in `Origin`.
"""

from starlette.requests import Request

from domain.errors import NotAuthorized

REFUSED = "This form did not come from a page of this site, so nothing was done: open the page again and send it from there"


def check_origin(request: Request) -> None:
    """Raises NotAuthorized for a form of another origin, and for one that doesn't say where it is from."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise NotAuthorized(REFUSED)
        return
    own = f"{request.url.scheme}://{request.url.netloc}"
    if request.headers.get("origin", "").lower() != own.lower():
        raise NotAuthorized(REFUSED)
