"""The application that `harvester serve` runs: routers, what every request passes, and the parts behind them."""

import multiprocessing
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from adapters import bootstrap
from adapters.embedded.process import end_with_parent
from adapters.logs import to_standard_error
from adapters.settings import Settings, load
from adapters.web import api, content, events, health, live_pages, metrics, openapi, pages
from adapters.web.answers import json_response, problem
from adapters.web.border import Border, local_path
from adapters.web.ending import told_to_end
from adapters.web.kept import KeptAnswers
from adapters.web.live_pages import LivePages
from adapters.web.pages.page import no_such_page, opened
from adapters.web.site import Callers, Site, site_of
from adapters.web.streams import Streams

TITLE = "harvestlog"


def create_app(settings: Settings, callers: Callers | None = None) -> FastAPI:
    """The application on these settings; `callers` finds out who calls, unless it is what the settings say."""
    site = Site(settings, callers)

    streams, latencies, states = Streams(site), bootstrap.latency_book(settings), bootstrap.read_states(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        latencies.start()
        states.start()
        async with streams.running():
            with told_to_end(streams.end):
                yield
        await states.stop()
        site.close()
        latencies.stop()

    app = FastAPI(
        title=TITLE, version=version("harvestlog"), openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan
    )
    app.state.site, app.state.streams, app.state.latencies = site, streams, latencies
    app.state.live_pages = LivePages(site, streams)
    for module in (openapi, api, content, events, health, live_pages, metrics, pages):
        app.router.routes.extend(module.routes)
    app.add_exception_handler(Exception, _unexpected)
    app.add_exception_handler(HTTPException, _refused)
    app.add_middleware(KeptAnswers, site=site, states=states)
    if origins := [origin.strip() for origin in settings.serve_cors_origins.split(",") if origin.strip()]:
        app.add_middleware(CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"], allow_headers=["*"])
    app.add_middleware(metrics.Measured, book=latencies)
    app.add_middleware(Border, max_body=settings.serve_max_body)
    return app


def configured() -> FastAPI:
    """The application as this process is configured; each worker process makes its own."""
    settings = load()
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid:
        end_with_parent(parent.pid, signal.SIGTERM)
        to_standard_error(settings.log_level, settings.log_format)
    return create_app(settings)


async def _unexpected(_request: Request, error: Exception) -> Response:
    status, description = problem(error)
    return json_response({"success": False, "error": description}, status)


async def _refused(request: Request, error: Exception) -> Response:
    """What no route takes: an address that isn't there, a method that isn't allowed."""
    assert isinstance(error, HTTPException)
    if _wants_page(request):
        return await site_of(request).run(lambda: no_such_page(opened(request), error.status_code))
    description = {"__type": "Not Found Error" if error.status_code == 404 else "Bad Request", "message": error.detail}
    return json_response({"success": False, "error": description}, error.status_code, error.headers)


def _wants_page(request: Request) -> bool:
    """Whether a person asks, with a browser."""
    return not local_path(request.scope).startswith("/api") and "text/html" in request.headers.get("accept", "")
