"""Answers are sent compressed to browsers that can unpack them, unless somebody else may have made the browser ask.

Whoever can make a signed-in browser ask again and again, with a text that the page shows, could guess what else is on the page
by how long the compressed answer is (BREACH, https://www.breachattack.com). Two things keep that from working: form tokens are
masked differently in each answer (`cookies.form_token`), and for who is known only what the browser says was asked from our own
pages or by hand is compressed (Sec-Fetch-Site, https://www.w3.org/TR/fetch-metadata/). Decision 0108.
"""

import gzip
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

LEAST = 1000  # bytes; smaller ones fit into a packet anyway
LEVEL = 4  # of 9: twice as fast as 6, and 5 % larger
TYPES = ("text/html", "application/json")
OURS = ("same-origin", "none")
"""Of Sec-Fetch-Site: a page of this origin asked, or a person who typed the address or took it from the bookmarks."""


def accepts_gzip(headers: Mapping[str, str]) -> bool:
    """Whether a client says that it can unpack gzip (RFC 9110, section 12.5.3)."""
    for part in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def pack(request: Request, response: Response, *, known: bool) -> None:
    """Compress an answer, if that may be done. `known`: it may hold what not everybody sees, whoever made the browser ask."""
    kind = response.headers.get("content-type", "")
    if not kind.startswith(TYPES) or len(response.body) < LEAST:
        return
    response.headers.add_vary_header("Accept-Encoding")
    if accepts_gzip(request.headers) and (not known or request.headers.get("sec-fetch-site") in OURS):
        response.body = gzip.compress(bytes(response.body), LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
