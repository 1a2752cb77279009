"""Answers in the envelope of CKAN's Action API, and the errors of ours as its types and status codes.

https://docs.ckan.org/en/latest/api/#making-an-api-request
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from adapters.web.border import request_id
from domain.errors import (
    HarvestError,
    NotAuthorized,
    NotFound,
    Outdated,
    Refused,
    ServiceUnavailable,
    TooManyCalls,
    ValidationError,
)
from domain.secrets import mask_text

log = logging.getLogger("harvestlog.serve")

JSON = "application/json;charset=utf-8"
OTHER = "parameters"  # the field of an error about what can't be a field of an error
NOT_NOW = {"Retry-After": "5"}  # seconds


def json_response(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Data as JSON; times as ISO 8601 unless they are texts already."""
    return Response(orjson.dumps(data, default=_plain), status, headers, media_type=JSON)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def help_url(request: Request, name: str) -> str:
    """Where the help of an action is."""
    base = str(request.base_url).rstrip("/")
    return f"{base}/api/3/action/help_show?name={name}"


def success(request: Request, name: str, result: Any, around: Mapping[str, Any] | None = None) -> Response:
    """What an action returned; `around`: what stands next to a list that is shown bare."""
    return json_response({"help": help_url(request, name), "success": True, "result": result, **(around or {})})


def failure(request: Request, name: str, error: Exception) -> Response:
    """Why an action didn't do what it was asked."""
    status, description = problem(error)
    headers = NOT_NOW if isinstance(error, ServiceUnavailable) else None
    if isinstance(error, TooManyCalls):
        headers = {"Retry-After": str(max(1, round(error.wait)))}
    return json_response({"help": help_url(request, name), "success": False, "error": description}, status, headers)


def bad_request(message: str) -> Response:
    """CKAN's answer to what is no call of an action: a text as JSON."""
    return json_response(f"Bad request - {message}", 400)


def problem(error: Exception) -> tuple[int, dict[str, Any]]:
    """The status code of an error, and CKAN's description of it. An unexpected one is logged, and told by its request's id."""
    if isinstance(error, ValidationError):
        named = {OTHER if field == "__type" else field: [message] for field, message in error.errors.items()}
        return 409, {"__type": "Validation Error", **named}
    if isinstance(error, NotAuthorized):
        return 403, {"__type": "Authorization Error", "message": f"Access denied: {error}"}
    if isinstance(error, NotFound):
        return 404, {"__type": "Not Found Error", "message": f"Not found: {error}"}
    if isinstance(error, TooManyCalls):
        return 429, {"__type": "Too Many Requests", "message": str(error)}
    if isinstance(error, Outdated):
        changed = {field: {"seen": mask_text(seen), "now": mask_text(now)} for field, (seen, now) in error.changes.items()}
        return 409, {"__type": "Validation Error", "message": [mask_text(str(error))], "changed": changed}
    if isinstance(error, Refused):
        return 409, {"__type": "Validation Error", "message": [mask_text(str(error))]}
    if isinstance(error, HarvestError):
        return 503, {"__type": "Service Unavailable Error", "message": mask_text(str(error))}
    log.error("request %s failed", request_id.get(), exc_info=error)
    message = f"Something went wrong on our side: the server's log has it under request id {request_id.get()}"
    return 500, {"__type": "Internal Server Error", "message": message}
