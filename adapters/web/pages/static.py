"""Style sheet, scripts and icon, under an address that holds a hash of all of them: browsers keep them for a year."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from adapters.web.pages.packing import accepts_gzip

FOLDER = Path(__file__).resolve().parent.parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
"""A worker may do what the answer with its script allows."""
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def files() -> dict[str, bytes]:
    """All files by name."""
    return {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


@cache
def packed() -> dict[str, bytes]:
    """All files by name, compressed once."""
    return {name: gzip.compress(body, 9, mtime=0) for name, body in files().items()}


@cache
def version() -> str:
    """Changes whenever one of the files does."""
    together = hashlib.sha256()
    for name, body in files().items():
        together.update(name.encode() + b"\0" + body + b"\0")
    return together.hexdigest()[:12]


def path(name: str) -> str:
    """Where a file is, without the prefix of a proxy."""
    return f"/harvest/-/static/{version()}/{name}"


NARROWED = (
    "q",
    "sort",
    "lang",
    "organization",
    "groups",
    "tags",
    "res_format",
    "license_id",
    "source_type",
    "frequency",
    "health",
)
ROBOTS = "User-agent: *\nDisallow: /api/\nDisallow: /harvest/-/\nDisallow: /harvest/object/\n" + "".join(
    f"Disallow: /*?{name}=\nDisallow: /*&{name}=\n" for name in NARROWED
)
"""For crawlers (RFC 9309): each combination of filters is a page of its own, and there is no end of them."""


async def robots(_request: Request) -> Response:
    """What crawlers should leave out; pages of lists and of datasets are theirs."""
    return Response(ROBOTS, headers={"Cache-Control": "public, max-age=86400"}, media_type="text/plain")


async def serve(request: Request) -> Response:
    """One file. An older address gives the file as it is now, and isn't kept."""
    name = request.path_params["name"]
    body = files().get(name)
    if body is None:
        raise HTTPException(404, f"There is no file {name}")
    keep = FOR_EVER if request.path_params["version"] == version() else "no-cache"
    kind = TYPES[Path(name).suffix]
    headers = {"Cache-Control": keep, "Content-Type": f"{kind}; charset=utf-8", "Content-Security-Policy": POLICY}
    headers["Vary"] = "Accept-Encoding"
    if accepts_gzip(request.headers):
        body, headers["Content-Encoding"] = packed()[name], "gzip"
    return Response(body, headers=headers)
