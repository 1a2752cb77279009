"""The local catalogue as a small portal: search with facets, a page for each dataset, and its description for machines."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from adapters.web.pages import linked_data
from adapters.web.pages.dataset_view import DatasetView
from adapters.web.pages.page import HEADERS, Page
from adapters.web.pages.search_terms import quoted, start_of_page, whole_number
from domain.errors import HarvestError, NotFound, ValidationError

ROWS = 20
RESOURCES = 100  # on one page
FACETS = ("organization", "groups", "tags", "res_format", "license_id")
VALUES_SHOWN = 12
SORTS = ("metadata_modified desc", "title asc")
PUBLIC = {"Cache-Control": "public, max-age=60"}  # a visitor's page; Vary keeps languages and people apart


def search(page: Page) -> Response:
    """Datasets that fit the search and the chosen facets; a site with a CKAN leads to its list."""
    if page.site.settings.ckan_url:
        return _at_the_ckan(page, "/dataset")
    chosen = {name: page.query[name][:500] for name in FACETS if page.query.get(name)}
    sort = page.query.get("sort", "") if page.query.get("sort") in SORTS else SORTS[0]
    start, q = whole_number(page.query.get("start")), page.query.get("q", "")[:500]
    answer = page.call(
        "package_search",
        q=q,
        fq=" ".join(f"{name}:{quoted(value)}" for name, value in chosen.items()),
        sort=sort,
        rows=ROWS,
        start=start,
        **{"facet.field": [*FACETS], "facet.limit": VALUES_SHOWN},
    )
    return page.render(
        "datasets.html",
        headers=_kept(page),
        answer=answer,
        datasets=[DatasetView(package) for package in answer["results"]],
        chosen=chosen,
        sort=sort,
        q=q,
        following=start + ROWS if start + ROWS < answer["count"] else None,
        before=max(0, start - ROWS) if start else None,
    )


def show(page: Page) -> Response:
    """One dataset by name or id; with a suffix of `linked_data.FORMS`, its description in that form."""
    named = page.path("name")
    if page.site.settings.ckan_url:
        return _at_the_ckan(page, f"/dataset/{named}")
    package, form = _package(page, named)
    dataset = DatasetView(package)
    start = start_of_page(page.query.get("start"), dataset.resource_count, RESOURCES)
    address = f"{page.request.url.scheme}://{page.request.url.netloc}{page.url(dataset.path)}"
    if form:
        media_type, written = linked_data.FORMS[form]
        return Response(written(dataset, address), headers={**HEADERS, **_kept(page)}, media_type=media_type)
    links = ", ".join(f'<{address}{suffix}>; rel="alternate"; type="{kind}"' for suffix, (kind, _) in linked_data.FORMS.items())
    return page.render(
        "dataset.html",
        headers={**_kept(page), "Link": links},
        dataset=dataset,
        start=start,
        resources=dataset.some_resources(start, RESOURCES),
        following=page.here(start=start + RESOURCES) if start + RESOURCES < dataset.resource_count else None,
        before=page.here(start=max(0, start - RESOURCES)) if start else None,
        source=_source(page, dataset),
        forms={suffix: kind for suffix, (kind, _) in linked_data.FORMS.items()},
    )


def _package(page: Page, named: str) -> tuple[Mapping[str, Any], str]:
    """The package, and the form that the address asks for. Raises NotFound."""
    for form in linked_data.FORMS:
        if named.endswith(form):
            return _dataset(page, named.removesuffix(form)), form
    return _dataset(page, named), ""


def _dataset(page: Page, named: str) -> Mapping[str, Any]:
    try:
        package: Mapping[str, Any] = page.call("package_show", id=named)
    except ValidationError as error:  # no dataset can be named so
        raise NotFound(f"Dataset {named} not found") from error
    if package.get("type") == "harvest":
        raise NotFound(f"Dataset {named} not found")
    return package


def _source(page: Page, dataset: DatasetView) -> Mapping[str, Any] | None:
    """Where it was harvested, if that is still there and the viewer may see it."""
    if not dataset.source_id:
        return None
    try:
        source: Mapping[str, Any] = page.call("harvest_source_show", id=dataset.source_id)
    except HarvestError:
        return None
    return source


def _kept(page: Page) -> dict[str, str]:
    return {} if page.caller.name or page.cookie else PUBLIC


def _at_the_ckan(page: Page, path: str) -> Response:
    return RedirectResponse(page.site.settings.ckan_url.rstrip("/") + path, 302)
