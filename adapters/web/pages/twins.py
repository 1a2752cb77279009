"""Each page as JSON: what the actions answered that it called, by the same rights.

A page shows nothing else, so its twin needs no code of its own. `Accept: application/json` asks for it, or `?format=json`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.web.answers import json_response


def wanted(request: Request) -> bool:
    """Whether somebody who only looks asks for JSON, and not for a page."""
    accept = request.headers.get("accept", "")
    asks = "application/json" in accept and "text/html" not in accept
    return request.method in ("GET", "HEAD") and (asks or request.query_params.get("format") == "json")


def answer(path: str, answers: Sequence[Mapping[str, Any]], status: int, headers: Mapping[str, str]) -> Response:
    """A page's twin: the calls of the Action API with which a program gets the same, and what they answered."""
    return json_response({"success": status < 400, "page": path, "calls": answers}, status, headers)
