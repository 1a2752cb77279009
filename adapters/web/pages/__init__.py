"""The pages of the web UI. `routes` lists their addresses: those of ckanext-harvest where it has the page."""

from starlette.routing import Route

from adapters.web.pages import datasets, sign_in, sources, static
from adapters.web.pages.page import open_form, page

GET, FORM, BOTH = ["GET"], ["POST"], ["GET", "POST"]

routes = [
    Route("/harvest/-/static/{version}/{name}", static.serve),
    Route("/harvest/-/sign-in", open_form(sign_in.sign_in), methods=BOTH),
    Route("/harvest/-/sign-out", page(sign_in.sign_out), methods=FORM),
    Route("/harvest", page(sources.search)),
    Route("/harvest/", page(sources.search)),
    Route("/dataset", page(datasets.search)),
    Route("/dataset/", page(datasets.search)),
    Route("/dataset/{name}", page(datasets.show)),
]
