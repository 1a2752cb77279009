"""The pages of the web UI. `routes` lists their addresses: those of ckanext-harvest where it has the page."""

from starlette.routing import Route

from adapters.web.pages import (
    admin,
    datasets,
    jobs,
    log,
    objects,
    sign_in,
    source,
    source_form,
    sources,
    static,
    system,
    tokens,
    undoing,
)
from adapters.web.pages.page import open_form, page

FORM, BOTH = ["POST"], ["GET", "POST"]

routes = [
    Route("/harvest/-/static/{version}/{name}", static.serve),
    Route("/robots.txt", static.robots),
    Route("/harvest/-/sign-in", open_form(sign_in.sign_in), methods=BOTH),
    Route("/harvest/-/sign-out", open_form(sign_in.sign_out), methods=FORM),
    Route("/harvest/-/jobs", page(jobs.every)),
    Route("/harvest/-/log", page(log.show)),
    Route("/harvest/-/system", page(system.show), methods=["GET"]),
    Route("/harvest/-/system", page(system.act), methods=FORM),
    Route("/harvest/-/tokens", page(tokens.show), methods=["GET"]),
    Route("/harvest/-/tokens", page(tokens.act), methods=FORM),
    Route("/dataset", page(datasets.search)),
    Route("/dataset/", page(datasets.search)),
    Route("/dataset/{name}", page(datasets.show)),
    Route("/harvest/-/object/{id}", page(objects.show)),
    Route("/harvest", page(sources.search)),
    Route("/harvest/", page(sources.search)),
    Route("/harvest/new", page(source_form.new), methods=BOTH),
    Route("/harvest/edit/{id}", page(source_form.edit), methods=BOTH),
    Route("/harvest/about/{id}", page(source.about)),
    Route("/harvest/statistics/{id}", page(source.statistics)),
    Route("/harvest/timeline/{id}", page(source.timeline)),
    Route("/harvest/admin/{id}", page(admin.show), methods=["GET"]),
    Route("/harvest/admin/{id}", page(admin.act), methods=FORM),
    Route("/harvest/refresh/{id}", page(source.harvest), methods=FORM),
    Route("/harvest/clear/{id}", page(admin.clear), methods=BOTH),
    Route("/harvest/delete/{id}", page(admin.delete), methods=BOTH),
    Route("/harvest/{id}", page(source.datasets)),
    Route("/harvest/{id}/job", page(source.jobs)),
    Route("/harvest/{id}/job/{job}", page(jobs.show)),
    Route("/harvest/{id}/job/{job}/errors", page(jobs.errors)),
    Route("/harvest/{id}/job/{job}/errors.csv", jobs.errors_as_csv),
    Route("/harvest/{id}/job/{job}/abort", page(jobs.abort), methods=FORM),
    Route("/harvest/{id}/job/{job}/retry", page(jobs.retry), methods=FORM),
    Route("/harvest/{id}/job/{job}/undo", page(undoing.undo), methods=BOTH),
]
