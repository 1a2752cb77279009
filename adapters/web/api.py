"""CKAN's Action API: `/api/3/action/<name>` calls an action of the table.

GET for actions that only read, with parameters in the address; POST for all, with JSON or a form. What CKAN answers when a
call is none (unknown action, no JSON, GET of a write) is answered alike: status 400 and a text.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.actions.forms import around, in_form
from adapters.actions.given import given
from adapters.actions.table import Action, allowed, api_actions
from adapters.web.answers import bad_request, failure, json_response, success
from adapters.web.site import Site, site_of
from domain.access import Caller

VERSION = 3
GET_TOO = ("harvest_source_reindex", "harvest_sources_reindex")  # as in ckanext-harvest: they change nothing that is shown
SHOWN_WITHIN = 60.0  # seconds that a write waits at most until it can be read
PATHS = ("/api/3/action/{name}", "/api/action/{name}")
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class BadCall(Exception):
    """What came is no call of an action; the text says why."""


async def call_by_name(request: Request) -> Response:
    """Call one action and answer in CKAN's envelope."""
    name = request.path_params["name"]
    action = api_actions().get(name)
    if action is None:
        return bad_request(f"Action name not known: {name}")
    try:
        values = await _values(request, action)
    except BadCall as bad:
        return bad_request(str(bad))
    site = site_of(request)
    return (await site.run(lambda: answered(site, request, action, values))).response


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a call, and whether it may be kept."""

    response: Response
    keep: bool


def answered(site: Site, request: Request, action: Action, values: Mapping[str, Any], caller: Caller | None = None) -> Answered:
    """Call an action, in a thread, and answer in CKAN's envelope; who calls is found out unless it is known already."""
    try:
        session = site.session(caller or site.caller(request), writes=not action.reads)
        parameters = allowed(session, action, given(action.name, values))
        result = action.run(session, parameters)
        session.show_current(SHOWN_WITHIN)  # after a write: the next read sees it, whichever process it asks
        shown = in_form(session, action, parameters, result)
        response = success(request, action.name, shown, around(action, result, shown))
        return Answered(response, action.kept is not None and action.kept(parameters))
    except Exception as error:
        return Answered(failure(request, action.name, error), keep=False)


def values_of_query(request: Request) -> dict[str, Any]:
    """The parameters in the address of a GET."""
    return _pairs(request.query_params.multi_items())


async def _values(request: Request, action: Action) -> dict[str, Any]:
    """The parameters of a call. Raises BadCall."""
    if request.method in ("GET", "HEAD"):
        if not action.reads and action.name not in GET_TOO:
            raise BadCall("JSON Error: Invalid request. Please use POST method for your request")
        return values_of_query(request)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == MULTIPART:
        return await _multipart(request)
    body = await request.body()
    if not body.strip():
        return values_of_query(request) if action.reads else {}
    if content_type == FORM and not body.lstrip().startswith((b"{", b"%7B", b"%7b")):
        return _pairs(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if content_type == FORM and not body.lstrip().startswith(b"{"):
        [(text, _), *_] = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        body = text.encode()
    return _json(body)


def _pairs(items: list[tuple[str, str]]) -> dict[str, Any]:
    """Names with their texts; one that is given several times has a list of them."""
    values: dict[str, Any] = {}
    for name, text in items:
        if name not in values:
            values[name] = text
        elif isinstance(values[name], list):
            values[name].append(text)
        else:
            values[name] = [values[name], text]
    return values


async def _multipart(request: Request) -> dict[str, Any]:
    from starlette.exceptions import HTTPException

    if not (await request.body()).rstrip().endswith(b"--"):  # the parser takes a form that is cut off for a shorter one
        raise BadCall("Bad request data: The form isn't complete: its last boundary is missing")
    try:
        form = await request.form(max_files=0, max_fields=100)
    except HTTPException as error:
        raise BadCall(f"Bad request data: {error.detail}") from error
    return _pairs([(name, str(value)) for name, value in form.multi_items()])


def _json(body: bytes) -> dict[str, Any]:
    """An object. What is wrong inside it, halves of surrogates among it, is said by field later. Raises BadCall."""
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError:
        values = _lenient_json(body)
    if not isinstance(values, dict):
        raise BadCall(
            f"Bad request data: Request data JSON decoded to {type(values).__name__} but it needs to be a dictionary."
        )
    return values


def _lenient_json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_constant)
    except RecursionError as error:
        raise BadCall("JSON Error: Error decoding JSON data. It is nested too deep") from error
    except ValueError as error:
        raise BadCall(f"JSON Error: Error decoding JSON data. Error: {error}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


async def listing(request: Request) -> Response:
    """The names of all actions."""
    return success(request, "help_show", sorted(api_actions()))


async def version(request: Request) -> Response:
    """The version of the API, as CKAN says it."""
    return json_response({"version": VERSION})


routes = [
    Route("/api", version),
    Route("/api/", version),
    Route("/api/3", version),
    Route("/api/3/", version),
    Route("/api/3/action", listing),
    Route("/api/3/action/", listing),
    *(Route(path, call_by_name, methods=["GET", "POST"]) for path in PATHS),
]
