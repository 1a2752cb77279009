"""The description of the API: as OpenAPI, and as a page that needs nothing from elsewhere. Both are made from the table."""

from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.metadata import version
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from adapters.actions.parameters import is_needed
from adapters.actions.table import Action, api_actions
from adapters.web.answers import json_response

SUCCESS: dict[str, Any] = {
    "type": "object",
    "required": ["help", "success", "result"],
    "properties": {"help": {"type": "string"}, "success": {"const": True}, "result": {}},
    "additionalProperties": False,
}
AROUND: Mapping[str, dict[str, Any]] = {
    "next": {"type": ["string", "integer"], "description": "What to pass as `after`, or `before`, for the next page"},
    "count": {"type": "integer", "description": "How many there are, on all pages"},
    "left_out": {"type": "integer", "description": "How many were not kept"},
    "earlier_gone": {"type": "boolean", "description": "There were earlier ones, which are no longer kept"},
    "skipped": {"type": "array", "items": {"type": "object"}, "description": "What was skipped, with the reason"},
    "dataset": {"type": "object", "description": "What the list is about"},
    "rebuild": {"type": "object", "description": "How far a rebuild is"},
    "without_effect": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Settings of a file that mean nothing here",
    },
    "site": {"type": "string", "description": "The site's id"},
    "commands": {"type": "array", "items": {"type": "string"}, "description": "What an administrator of Kafka may run"},
    "requests": {"type": "array", "items": {"type": "object"}, "description": "What was asked for"},
}
"""What may stand next to a list."""
LISTED = {**SUCCESS, "properties": {**SUCCESS["properties"], "result": {"type": "array"}, **AROUND}}
MESSAGES = {"type": "array", "items": {"type": "string"}}
CHANGED = {
    "type": "object",
    "description": "Fields that somebody has changed since the version that was sent: as they were read, and as they are now",
    "additionalProperties": {
        "type": "object",
        "required": ["seen", "now"],
        "properties": {"seen": {"type": "string"}, "now": {"type": "string"}},
        "additionalProperties": False,
    },
}
FAILURE = {
    "type": "object",
    "required": ["help", "success", "error"],
    "properties": {
        "help": {"type": "string"},
        "success": {"const": False},
        "error": {
            "type": "object",
            "required": ["__type"],
            "properties": {
                "__type": {"type": "string"},
                "message": {"anyOf": [{"type": "string"}, MESSAGES]},
                # a parameter of the same name would have messages
                "changed": {"anyOf": [CHANGED, MESSAGES]},
            },
            "additionalProperties": MESSAGES,  # of a validation error: by field
        },
    },
    "additionalProperties": False,
}
NO_CALL = {"type": "string"}
ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "200": ("What the action returned", SUCCESS),
    "400": ("No call of an action", NO_CALL),
    "403": ("The caller may not", FAILURE),
    "404": ("No such thing", FAILURE),
    "409": ("Wrong parameters, by field; or a rule forbids it", FAILURE),
    "413": ("The request is too large", NO_CALL),
    "429": ("Too many calls", FAILURE),
    "503": ("A service is away", FAILURE),
}
PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
STYLE = (
    "body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "code{background:#eee}td{text-align:left;padding:.2em .8em}"
)


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document, version 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "harvestlog", "version": version("harvestlog"), "description": "CKAN's Action API of harvesting"},
        "paths": {f"/api/3/action/{name}": _path(action) for name, action in sorted(api_actions().items())},
        "components": {"securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "Authorization"}}},
        "security": [{}, {"token": []}],
    }


def _path(action: Action) -> dict[str, Any]:
    schema = _schema(action)
    responses = {
        status: {"description": text, "content": {"application/json": {"schema": answer}}}
        for status, (text, answer) in ANSWERS.items()
    }
    if action.listed:
        responses["200"] = {"description": ANSWERS["200"][0], "content": {"application/json": {"schema": LISTED}}}
    common = {"summary": action.summary, "responses": responses}
    content = {"application/json": {"schema": schema}}
    path: dict[str, Any] = {"post": {**common, "operationId": action.name, "requestBody": {"content": content}}}
    if action.reads:
        path["get"] = {**common, "operationId": f"{action.name}_get", "parameters": _query(schema)}
    return path


def _schema(action: Action) -> dict[str, Any]:
    """What a call sends."""
    model = action.parameters
    schema = model.model_json_schema()
    needed = [field.alias or name for name, field in model.model_fields.items() if is_needed(model, name)]
    return {**schema, "required": needed} if needed else schema


def _query(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": each}
        for name, each in schema.get("properties", {}).items()
    ]


async def openapi(_request: Request) -> Response:
    """The OpenAPI document."""
    return json_response(description())


async def page(_request: Request) -> Response:
    """All actions with their parameters, as a page."""
    return HTMLResponse(_page(), headers=PAGE_HEADERS)


@cache
def _page() -> str:
    sections = "".join(_section(action) for _, action in sorted(api_actions().items()))
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>harvestlog: Action API</title><style>{STYLE}</style>"
    about = "<h1>Action API</h1><p>For programs: <a href=openapi.json>openapi.json</a> (OpenAPI 3.1).</p>"
    return f"{head}{about}{sections}</html>"


def _section(action: Action) -> str:
    fields = action.parameters.model_fields
    rows = "".join(
        f"<tr><td><code>{escape(field.alias or name)}</code><td>{'required' if is_needed(action.parameters, name) else ''}"
        for name, field in fields.items()
    )
    method = "GET, POST" if action.reads else "POST"
    table = f"<table>{rows}</table>" if rows else ""
    return f"<h2 id={action.name}>{action.name}</h2><p>{method}: {escape(action.summary)}</p>{table}"


routes = [Route("/api/openapi.json", openapi), Route("/api/docs", page), Route("/api/docs/", page)]
