"""Actions on packages, in CKAN's own names and forms: sources as datasets of type harvest, and the local catalogue's datasets.

The local catalogue is where datasets go when no CKAN is configured.
"""

import time
from typing import Annotated, Any, Literal

import orjson
from pydantic import BeforeValidator, Field

from adapters.actions.forms import source_dict, with_statuses
from adapters.actions.parameters import ById, Limit, Offset, Parameters
from adapters.actions.reading import source_row
from adapters.actions.session import Session
from adapters.actions.sources import harvest_source_show
from adapters.actions.table import action, authorise, even_out
from adapters.postgres.read_model.api_queries import ApiReads
from adapters.postgres.read_model.queries import Row
from adapters.postgres.read_model.source_search import FACETS as SOURCE_FACETS
from adapters.postgres.read_model.source_search import FIELDS as SOURCE_FIELDS
from adapters.postgres.read_model.source_search import SORTS as SOURCE_SORTS
from adapters.postgres.read_model.source_search import Matches, Question, search_sources
from adapters.targets.catalogue_search import FIELDS, SORTS, CatalogueSearch
from domain.access import Right, sight
from domain.errors import NotAuthorized, NotFound
from domain.search import Filter, filters, orders, words

HARVEST = "harvest"
TYPE_FIELDS = ("type", "dataset_type")


def _fields(value: Any) -> Any:
    """A list. Text is read as JSON, or else split at commas."""
    if not isinstance(value, str):
        return value
    try:
        parsed = orjson.loads(value.replace("'", '"'))
    except orjson.JSONDecodeError:
        parsed = [part.strip() for part in value.split(",") if part.strip()]
    return parsed


def _terms(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class PackageList(Parameters):
    """A page of names; `after`: the last name of the page before. `type`: `dataset`, or `harvest` for sources."""

    limit: Limit = 100
    offset: Offset = 0
    after: str = ""
    type: Literal["dataset", "harvest"] = "dataset"


class PackageSearch(Parameters):
    """As in CKAN's package_search: words that a package must contain (`q`), filters (`fq`), order and facets.

    With `dataset_type:harvest` in `fq` it searches sources, otherwise datasets of the local catalogue. `source_id`: only
    datasets of this source (id or name). `rows`: at most 1,000. `facet.limit`: at most 1,000, too, which is what -1 stands for.
    """

    q: str = ""
    fq: str = ""
    fq_list: Annotated[list[str], BeforeValidator(_terms)] = Field(default_factory=list)
    sort: str = ""
    rows: Annotated[int, Field(ge=0, le=1000)] = 10
    start: Offset = 0
    facet: bool = True
    facet_field: Annotated[list[str], BeforeValidator(_fields)] = Field(default_factory=list, alias="facet.field")
    facet_limit: Annotated[int, Field(ge=-1, le=1000)] = Field(default=50, alias="facet.limit")
    facet_mincount: int = Field(default=1, alias="facet.mincount")
    source_id: str = ""
    include_private: bool = False
    include_drafts: bool = False
    use_default_schema: bool = False


@action(Right.ANYONE, PackageList, reads=True)
def package_list(session: Session, parameters: PackageList) -> list[str]:
    """Names of the datasets in the local catalogue, or of the sources."""
    if parameters.type == HARVEST:
        question = Question(sort=[("name", False)], rows=parameters.limit, start=parameters.offset)
        return [row["name"] for row in _rows(session, search_sources(session.model, question, sight(session.caller)))]
    return list(session.parts.catalogue.list(parameters.limit, parameters.offset, parameters.after, sight(session.caller)))


@action(Right.ANYONE, ById, reads=True)
def package_show(session: Session, parameters: ById) -> dict[str, Any]:
    """One dataset of the local catalogue, or a source as a dataset of type harvest, by id or name."""
    package = session.parts.catalogue.show(parameters.id, sight(session.caller))
    return package if package is not None else _shown_source(session, parameters)


def _shown_source(session: Session, parameters: ById) -> Row:
    """A source that the caller may not see is reported like one that doesn't exist."""
    session.show_current()
    try:
        authorise(session, harvest_source_show, parameters)
        return source_dict(session, source_row(session, parameters.id))
    except (NotFound, NotAuthorized) as error:
        raise NotFound(f"Dataset {parameters.id} not found in the local catalogue, nor a source") from error


def _fq(parameters: PackageSearch) -> str:
    return " ".join([parameters.fq, *parameters.fq_list])


def _of_sources(parameters: PackageSearch) -> bool:
    """Whether to search sources instead of datasets."""
    terms = filters(_fq(parameters), {*SOURCE_FIELDS, *FIELDS, *TYPE_FIELDS})
    return any(HARVEST in term.values and not term.none for term in terms if term.field in TYPE_FIELDS)


@action(Right.ANYONE, PackageSearch, reads=True, kept=_of_sources)
def package_search(session: Session, parameters: PackageSearch) -> dict[str, Any]:
    """Datasets of the local catalogue, or sources, that contain all words of `q` and match `fq`."""
    search = _sources if _of_sources(parameters) else _datasets
    return search(session, parameters, _fq(parameters))


def _sources(session: Session, parameters: PackageSearch, fq: str) -> dict[str, Any]:
    terms = [term for term in filters(fq, {*SOURCE_FIELDS, *TYPE_FIELDS}) if term.field not in TYPE_FIELDS]
    session.show_current()
    question = Question(
        words=words(parameters.q),
        filters=terms,
        sort=orders(parameters.sort, SOURCE_SORTS),
        facets=[name for name in parameters.facet_field if name in SOURCE_FACETS] if parameters.facet else [],
        rows=parameters.rows,
        start=parameters.start,
    )
    matches = search_sources(session.model, question, sight(session.caller))
    results = with_statuses(session, _rows(session, matches))
    return _answer(parameters, matches.count, results, matches.facets)


def _rows(session: Session, matches: Matches) -> list[Row]:
    return ApiReads(session.model).sources(matches.ids) if matches.ids else []


def _datasets(session: Session, parameters: PackageSearch, fq: str) -> dict[str, Any]:
    terms = filters(fq, FIELDS)
    if parameters.source_id:
        terms.append(Filter("harvest_source_id", (seen_source_id(session, parameters.source_id),)))
    matches = CatalogueSearch(session.parts.database, session.parts.site_rules).search(
        parameters.q,
        terms,
        orders(parameters.sort, SORTS),
        sight=sight(session.caller),
        rows=parameters.rows,
        start=parameters.start,
        facets=parameters.facet_field if parameters.facet else [],
        facet_limit=parameters.facet_limit if parameters.facet_limit >= 0 else 1000,
    )
    return _answer(parameters, matches["count"], matches["results"], matches["facets"])


def _answer(
    parameters: PackageSearch, count: int, results: list[dict[str, Any]], facets: dict[str, dict[str, int]]
) -> dict[str, Any]:
    """In CKAN's form: facets twice, the second time with titles for a page."""
    return {
        "count": count,
        "facets": facets,
        "results": results,
        "sort": parameters.sort,
        "search_facets": {
            name: {
                "title": name,
                "items": [{"name": value, "display_name": value, "count": number} for value, number in values.items()],
            }
            for name, values in facets.items()
        },
    }


def seen_source_id(session: Session, id_or_name: str) -> str:
    """The id of a source that the caller may see. Raises NotFound; a hidden source is reported like one that doesn't exist."""
    started, seen = time.monotonic(), sight(session.caller)
    try:
        source = session.source(id_or_name)
        if seen.sees(source.fields):
            return str(source.id)
    except NotFound:
        if seen.everything:
            raise
    even_out(started)
    raise NotFound(f"Source {id_or_name} not found")
