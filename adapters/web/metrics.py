"""`/metrics` for Prometheus: the site's numbers as the action gives them, and how long answers took.

No number is about this process: every process of a site gives the same answer, so scraping one address is enough.
"""

import hmac
import ipaddress
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.actions.table import api_actions, call, find
from adapters.process.latency_book import LIMITS, LatencyBook
from adapters.process.latency_book import Latencies as Latencies
from adapters.web.answers import failure
from adapters.web.border import local_path
from adapters.web.site import site_of
from domain.access import Caller, may
from domain.errors import HarvestError, NotAuthorized

HTTP = "harvestlog_http_request_duration_seconds"
HTTP_HELP = "How long answers took, by route, method and status; without event streams."
NOT_YOURS = "Metrics are for this machine itself (without HARVEST_METRICS_TOKEN), for who bears that token, and for sysadmins"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MONITORING = Caller("monitoring", sysadmin=True)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
STREAMS = ("/api/events", "/harvest/-/live")


class Measured:
    """Measures how long each answer takes. Plain ASGI, so streams pass through unchanged."""

    def __init__(self, app: ASGIApp, book: LatencyBook) -> None:
        self._app = app
        self._book = book

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.monotonic(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            if (route := route_of(scope)) not in STREAMS:
                method = scope["method"] if scope["method"] in METHODS else "other"
                self._book.record(route, method, status, time.monotonic() - started)


def route_of(scope: Scope) -> str:
    """The route that a request matched, with names of parameters instead of ids; names of actions stay."""
    if "endpoint" not in scope:
        return "other"
    names = {str(value): name for name, value in scope.get("path_params", {}).items()}
    segments = local_path(scope).split("/")
    return "/".join(_segment(segment, names) for segment in segments)


def _segment(segment: str, names: Mapping[str, str]) -> str:
    name = names.get(segment)
    return segment if name is None or (name == "name" and segment in api_actions()) else f"{{{name}}}"


class _Site(Collector):
    """Metrics of the site, in the client library's form."""

    def __init__(self, metrics: Iterable[Mapping[str, Any]], latencies: Sequence[Latencies]) -> None:
        self._metrics = metrics
        self._latencies = latencies

    def collect(self) -> Iterator[Metric]:
        """All metrics."""
        for metric in self._metrics:
            family = CounterMetricFamily if metric["type"] == "counter" else GaugeMetricFamily
            labels = list(metric["samples"][0]["labels"]) if metric["samples"] else []
            metric_family = family(metric["name"], metric["help"], labels=labels)
            for sample in metric["samples"]:
                metric_family.add_metric(list(sample["labels"].values()), sample["value"])
            yield metric_family
        durations = HistogramMetricFamily(HTTP, HTTP_HELP, labels=["route", "method", "status"])
        for entry in self._latencies:
            limits = [*map(str, LIMITS), "+Inf"]
            buckets = list(zip(limits, map(float, accumulate(entry.buckets)), strict=True))
            durations.add_metric([entry.route, entry.method, str(entry.status)], buckets, entry.seconds)
        yield durations


def exposition(metrics: Iterable[Mapping[str, Any]], latencies: Sequence[Latencies], accept: str) -> tuple[bytes, str]:
    """The metrics in the format that the client accepts, and its media type."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Site(metrics, latencies))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


async def show(request: Request) -> Response:
    """The metrics, for those who may see them."""
    site = site_of(request)
    headers = dict(request.headers)
    is_monitoring = _is_monitoring(request, site.settings.metrics_token)

    def answer() -> Response:
        try:
            if not is_monitoring and not may(site.caller(request), find("harvest_metrics_show")):
                raise NotAuthorized(NOT_YOURS)
            metrics = call(site.session(MONITORING), "harvest_metrics_show", {})["metrics"]
            body, media_type = exposition(metrics, request.app.state.latencies.read(), headers.get("accept", ""))
            return Response(body, media_type=media_type)
        except HarvestError as error:
            return failure(request, "harvest_metrics_show", error)

    return await site.run(answer)


def _is_monitoring(request: Request, token: str) -> bool:
    """Whether a request carries the token; if none is set, whether it comes from this machine and not through a proxy."""
    if token:
        authorization = request.headers.get("authorization", "")
        return hmac.compare_digest(authorization.removeprefix("Bearer ").strip().encode(), token.encode())
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


routes = [Route("/metrics", show)]
