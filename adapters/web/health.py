"""Whether the process lives, and whether it can serve: for supervisors and load balancers."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.actions.table import call
from adapters.web.answers import json_response
from adapters.web.site import site_of
from domain.access import ANONYMOUS

PATIENCE = 5.0  # seconds; callers usually don't wait longer
SILENT = {"ready": False, "checks": {"database": f"does not answer within {PATIENCE:.0f} s", "read_model": "not known"}}


async def live(_request: Request) -> Response:
    """The process answers; nothing else is checked."""
    return json_response({"status": "ok"})


async def ready(request: Request) -> Response:
    """200 when the database answers and the read model is current enough, else 503 that says which of them is not."""
    site = site_of(request)
    try:
        async with asyncio.timeout(PATIENCE):
            readiness = await site.run(lambda: call(site.session(ANONYMOUS), "harvest_readiness_show", {}))
    except TimeoutError:
        readiness = SILENT
    return json_response(readiness, 200 if readiness["ready"] else 503)


routes = [Route("/health/live", live), Route("/health/ready", ready)]
