"""Harvested documents as they were received: `/harvest/object/<id>`, and `/dataset/harvest_object/<dataset id>`.

The addresses are ckanext-harvest's. A browser never runs what a remote sent: every answer is sandboxed, and what may contain
script is offered as a download. Whoever may not see a document gets the same answer as for one that doesn't exist.
"""

from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from email.utils import format_datetime, parsedate_to_datetime
from mimetypes import guess_extension
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from adapters.actions.content import PART
from adapters.actions.table import call
from adapters.web.answers import failure
from adapters.web.site import site_of
from domain.access import Caller
from domain.errors import HarvestError, NotAuthorized, NotFound
from domain.media_types import may_be_shown

ACTION = "harvest_object_content_show"
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
OF_UNCHANGED = ("ETag", "Last-Modified", "Cache-Control", "Vary", "Content-Security-Policy")
EXTENSIONS = {"application/json": ".json", "text/turtle": ".ttl", "application/rdf+xml": ".rdf", "application/xml": ".xml"}


async def of_object(request: Request) -> Response:
    """The document of an object."""
    return await _content(request, [{"id": request.path_params["id"]}])


async def of_dataset(request: Request) -> Response:
    """The document of a dataset's current object; an object's id works too."""
    identity = request.path_params["id"]
    return await _content(request, [{"dataset_id": identity}, {"id": identity}])


async def _content(request: Request, ways: list[dict[str, Any]]) -> Response:
    """The document that the first matching parameters in `ways` identify."""
    site = site_of(request)
    headers = dict(request.headers)
    length = 0 if request.method == "HEAD" or "if-none-match" in headers or "if-modified-since" in headers else PART

    def read(caller: Caller, way: dict[str, Any], offset: int, length: int) -> dict[str, Any]:
        shown: dict[str, Any] = call(site.session(caller), ACTION, {**way, "offset": offset, "length": length})
        return shown

    def first() -> dict[str, Any]:
        caller = site.visitor(request)  # refuses an invalid token, rather than answering "not found"
        for way in ways:
            try:
                return read(caller, way, 0, length)
            except (NotAuthorized, NotFound):
                continue
        raise NotFound("There is no such document, or you may not see it")

    try:
        document = await site.run(first)
    except HarvestError as error:
        return failure(request, ACTION, error)

    document_headers = _headers(document)
    if _unchanged(headers, document_headers):
        return Response(
            status_code=304,
            headers={name: document_headers[name] for name in OF_UNCHANGED},
        )
    if request.method == "HEAD":
        return Response(headers=document_headers)

    async def part(offset: int) -> bytes:
        reply = await site.run(lambda: read(site.visitor_of(headers), {"id": document["id"]}, offset, PART))
        return b64decode(reply["content"]) if reply["content_hash"] == document["content_hash"] else b""

    return StreamingResponse(_parts(document, part), headers=document_headers)


async def _parts(document: dict[str, Any], read: Callable[[int], Awaitable[bytes]]) -> AsyncIterator[bytes]:
    """A whole document, part by part; if it is removed meanwhile it ends early, which a client notices by its length."""
    part, offset = b64decode(document["content"]) or await read(0), 0
    while part:
        yield part
        offset += len(part)
        part = await read(offset) if offset < document["size"] else b""


def _headers(document: dict[str, Any]) -> dict[str, str]:
    media = document["media_type"]
    kind = media.partition(";")[0]
    extension = EXTENSIONS.get(kind) or guess_extension(kind) or ".bin"
    disposition = "inline" if may_be_shown(media) else "attachment"
    return {
        "Content-Type": media,
        "Content-Length": str(document["size"]),
        "Content-Disposition": f'{disposition}; filename="{document["id"]}{extension}"',
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{document["content_hash"]}"',
        "Last-Modified": format_datetime(document["modified"], usegmt=True),
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization, X-CKAN-API-Key, Cookie",
    }


def _unchanged(request_headers: dict[str, str], document_headers: dict[str, str]) -> bool:
    """Whether the client has the document already: RFC 9110, section 13.2.2, where an ETag outweighs a time."""
    if tags := request_headers.get("if-none-match"):
        return any(tag.strip().removeprefix("W/") in ("*", document_headers["ETag"]) for tag in tags.split(","))
    try:
        return parsedate_to_datetime(request_headers["if-modified-since"]) >= parsedate_to_datetime(
            document_headers["Last-Modified"]
        )
    except (KeyError, ValueError, TypeError):
        return False


routes = [Route("/harvest/object/{id}", of_object), Route("/dataset/harvest_object/{id}", of_dataset)]
