"""The address of a CKAN, out of what people paste: its start page, a list, a dataset, a call of its API."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from domain.secrets import mask_url

API = re.compile(r"/api(?:/\d+)?(?:/(?:action|rest|search|util|i18n)(?:/.*)?)?/?$", re.IGNORECASE)
PAGE = re.compile(r"/(dataset|package|organi[sz]ation|group|harvest)(?:/(.*))?$", re.IGNORECASE)
OTHER = re.compile(
    r"/(?:(?:about|stats|home|login|register|index\.\w{3,5})|(?:user|dashboard|feeds|ckan-admin|revision|uploads)(?:/.*)?)/?$",
    re.IGNORECASE,
)
"""Further pages of a CKAN."""
VERBS = re.compile(r"(?:about|activity|changes|edit|history|members|read)/", re.IGNORECASE)
"""Before the name in the address of a page: /organization/about/parks."""
DOCUMENT = re.compile(r"/([^/]+\.(?:json|jsonld|rdf|xml|ttl|n3|nt|csv|xlsx?|zip|atom|rss|txt))$", re.IGNORECASE)
OPTIONS = {"organization": "organizations_filter_include", "groups": "groups_filter_include"}
"""Parameters of CKAN's dataset page, and the options that do the same."""
HARMLESS = re.compile(r"page|sort|limit|offset|rows|start|lang|locale|_|utm_\w+|fbclid|gclid", re.IGNORECASE)


def site_address(url: str) -> str:
    """The address below which the API is, without slash at its end, query and fragment."""
    parts = urlsplit(url.strip())
    path = OTHER.sub("", PAGE.sub("", API.sub("", parts.path))).rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def public_address(url: str) -> str:
    """The same without user name and password."""
    parts = urlsplit(site_address(url))
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def checked_site(url: str) -> str:
    """The address of the site. Raises ValueError where less than the site is meant, with what to enter in its place."""
    parts = urlsplit(url)
    site = mask_url(site_address(url))
    page = PAGE.search(API.sub("", parts.path))
    kind, name = (page[1].lower(), VERBS.sub("", unquote((page[2] or "").strip("/")), count=1)) if page else ("", "")
    if kind in ("dataset", "package") and name and not name.lower().startswith("new"):
        raise ValueError(f"Is the page of one dataset: {mask_url(url)}. To harvest its site, enter {site}")
    if kind.startswith("organi") and name:
        raise ValueError(_hint("an organisation", url, site, "organizations_filter_include", name))
    if kind == "group" and name:
        raise ValueError(_hint("a group", url, site, "groups_filter_include", name))
    if document := DOCUMENT.search(urlsplit(site).path):
        root = urlunsplit((*urlsplit(site)[:2], "", "", ""))
        raise ValueError(
            f"Is a document, {document[1]}, and no CKAN: {mask_url(url)}. Enter the address of the site, such as {root}"
        )
    _check_query({name: values for name, values in parse_qs(parts.query).items() if not HARMLESS.fullmatch(name)}, url, site)
    return site_address(url)


def _check_query(query: Mapping[str, list[str]], url: str, site: str) -> None:
    for name, option in OPTIONS.items():
        if name in query and len(query) == 1:
            raise ValueError(_hint("a filter", url, site, option, *query[name]))
    if query:
        names = ", ".join(sorted(query))
        raise ValueError(
            f"Has a query ({names}) that a harvest of a CKAN does not use: {mask_url(url)}. Enter {site}; "
            "its options can limit what is harvested to organizations or groups"
        )


def _hint(what: str, url: str, site: str, option: str, *names: str) -> str:
    listed = ", ".join(f'"{name.partition("/")[0]}"' for name in names)
    return f'Is the page of {what}: {mask_url(url)}. Enter {site} with the option {{"{option}": [{listed}]}}'
