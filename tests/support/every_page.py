"""The addresses of all pages, on the site of the browser tests: whatever holds for every page is tested with these."""

from tests.support.history_site import ONE
from tests.support.pages_site import PagesSite

BULK, CAUSE, OBJECT = "(bulk)", "(cause)", "(object)"  # stand for ids that a site has only when it runs

PAGES = {
    "sources": "/harvest",
    "no hits": "/harvest?q=nothing+of+this",
    "new source": "/harvest/new?source_type=ckan",
    "source": "/harvest/failing",
    "about": "/harvest/about/hostile",
    "overview": "/harvest/-/overview",
    "statistics": "/harvest/statistics/failing",
    "timeline": "/harvest/timeline/one",
    "runs": "/harvest/one/job",
    "run": "/harvest/failing/job/last",
    "errors": "/harvest/failing/job/last/errors",
    "retry": f"/harvest/failing/job/last/retry?cause={CAUSE}",
    "admin": "/harvest/admin/one",
    "edit": "/harvest/edit/one",
    "clear": "/harvest/clear/one",
    "delete": "/harvest/delete/one",
    "several sources": f"/harvest/-/bulk/{BULK}",
    "record": f"/harvest/-/object/{OBJECT}",
    "jobs": "/harvest/-/jobs",
    "log": "/harvest/-/log",
    "system": "/harvest/-/system",
    "projections": "/harvest/-/system/projections",
    "tokens": "/harvest/-/tokens",
    "sessions": "/harvest/-/me/sessions",
    "persons": "/harvest/-/persons",
    "person": "/harvest/-/persons/editor",
    "organisations": "/harvest/-/organisations",
    "organisation": "/harvest/-/organisations/amt",
    "sign in": "/harvest/-/sign-in",
    "datasets": "/dataset",
    "dataset": "/dataset/hostile-dataset",
    "history": f"/harvest/-/dataset/{ONE}",
    "as it was": f"/harvest/-/dataset/{ONE}/version?number=2",
    "changes": f"/harvest/-/dataset/{ONE}/changes",
    "undo": "/harvest/failing/job/last/undo",
    "not there": "/harvest/-/nothing",
}


def every_page(site: PagesSite) -> dict[str, str]:
    """The addresses by name. Counts a set of sources, of which nothing is done."""
    counted = site.cli.call("harvest_bulk_create", what="delete", source_ids=["one", "hostile", "failing"])
    failed = site.cli.call("harvest_job_error_summary", id="failing")["object_error_summary"][0]
    ids = {BULK: counted["id"], CAUSE: failed["cause"], OBJECT: failed["examples"][0]["object_id"]}
    return {name: _filled_in(path, ids) for name, path in PAGES.items()}


def _filled_in(path: str, ids: dict[str, str]) -> str:
    for placeholder, value in ids.items():
        path = path.replace(placeholder, value)
    return path
