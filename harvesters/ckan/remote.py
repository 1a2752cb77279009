"""The Action API of one remote CKAN, as far as harvesting reads it."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from domain.errors import RemoteError
from domain.text import kind_of
from harvesters.ckan.config import quoted
from harvesters.ckan.drupal import Drupal
from harvesters.ckan.forms import of_data_json
from harvesters.ckan.listing import MAX_RECORDS, Listing, usable_id
from harvesters.ckan.pages import WHOLLY, SearchPage, Unreadable
from harvesters.ckan.rest import RestAPI
from harvesters.ckan.whole import WholePages
from harvesters.dataset.values import as_list, shown
from harvesters.http import PoliteSession
from harvesters.http.credentials import blotted
from harvesters.http.failures import excerpt, redact

NO_SEARCH = frozenset({"http_400", "http_403", "http_404", "http_405", "http_410", "http_501", "not_json"})
"""Answers of sites that have no package_search; many of those have package_list and package_show."""
GONE = frozenset({"http_404", "http_405", "http_410", "http_501"})
PAGE = 500  # datasets asked for at a time by current_package_list_with_resources
ROUND = 100  # names: limits are multiples of that
PAGE_OF_NAMES = 1000  # of those asked for behind what package_list gave
NO_SUCH_ACTION = re.compile(r"not (found|known|supported|implemented|exist)|unknown|no such|invalid action", re.IGNORECASE)

log = logging.getLogger(__name__)


class RemoteCKAN:
    """One remote; `params` go with each package_search."""

    def __init__(
        self, http: PoliteSession, address: str, headers: Mapping[str, str], params: Mapping[str, str] | None = None
    ) -> None:
        self.shown = redact(address)
        self._http = http
        self._address = address
        self._headers = headers
        self._params = params or {}
        self._drupal = Drupal()

    def action(self, name: str, params: Mapping[str, Any], *, hasty: bool = False) -> Any:
        """The `result` of an action. Raises RemoteError `refused` or `bad_answer` when the answer isn't CKAN's success."""
        how = {"retries": 0} if hasty else {}
        answer = self._http.get_json(f"{self._address}/api/3/action/{name}", params, self._headers, **how)
        if not isinstance(answer, dict):
            raise self._bad_answer(name, f"JSON that is {kind_of(answer)}")
        if not _is_true(answer.get("success")):
            message = excerpt(blotted(str(answer.get("error") or answer), self._headers))
            raise RemoteError(f"{self.shown} refused {name}: {message}", code="refused")
        return answer.get("result")

    def show(self, action: str, id_or_name: str, *, hasty: bool = False) -> Mapping[str, Any]:
        """What package_show, organization_show or group_show gives; DKAN gives a list of one. Raises RemoteError."""
        result = self.action(action, {"id": id_or_name}, hasty=hasty)
        if isinstance(result, list) and len(result) == 1 and isinstance(result[0], dict):
            return self._drupal.dataset(result[0])
        if not isinstance(result, dict):
            raise self._bad_answer(action, f"a result that is {kind_of(result)}")
        return result

    def search(self, start: int, rows: int, *, terms: str = "", fields: Sequence[str] = (), hasty: bool = False) -> SearchPage:
        """A page of the datasets sorted by id, by `fq` terms; only some of their fields where the remote can do that."""
        params: dict[str, Any] = {**self._params, "rows": rows, "start": start, "sort": "id asc"}
        params |= {"fq": terms} if terms else {}
        params |= {"fl": list(fields)} if fields else {}
        result = self.action("package_search", params, hasty=hasty)
        if not isinstance(result, dict):
            raise self._bad_answer("package_search", f"a result that is {kind_of(result)}")
        results, count = as_list(result.get("results")), _whole(result.get("count"))
        if not isinstance(results, list):
            raise self._bad_answer("package_search", f"results that are {kind_of(results)}, not a list")
        if count is None:
            what = f"the count {shown(result['count'])}" if "count" in result else "no count"
            raise self._bad_answer("package_search", what)
        return SearchPage(start, count, results)

    def count(self, terms: str) -> int:
        """How many datasets there are. Raises RemoteError."""
        return self.search(0, 0, terms=terms).count

    def listing(self, terms: str, rows: int, fields: Sequence[str] = ()) -> Listing:
        """All datasets that these terms find."""
        search: Callable[..., SearchPage] = partial(self.search, terms=terms, fields=fields)
        look = None if fields else partial(self._look, terms)
        return Listing(search, rows, self.shown, partial(search, hasty=True), look)

    def by_ids(self, terms: str, guids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Datasets by their ids, as far as one search by these terms gives them."""
        wanted = f"+id:({' OR '.join(quoted(guid) for guid in guids)})"
        try:
            results = self.search(0, len(guids), terms=" ".join(filter(None, (terms, wanted)))).results
        except RemoteError as error:
            log.info("asking for each dataset by its id, since a search failed: %s", error)
            return {}
        packages = {guid: package for package in results if (guid := usable_id(package)) is not None}
        return {guid: packages[guid] for guid in guids if guid in packages}

    def names(self) -> list[Any] | None:
        """Names of all datasets by package_list; None where there is no such list either. Raises RemoteError later.

        A remote may limit how many it lists: it is asked for more as long as that brings some. Where asking for more fails, an
        Unreadable stands for those.
        """
        try:
            names = as_list(self.action("package_list", {}))
        except RemoteError:
            return None
        if not isinstance(names, list):
            return None
        names = list(names)
        listed = {str(name) for name in names}
        first = last = len(names)
        while last:
            try:
                page = self._names_from(len(names))
            except RemoteError as error:
                names += self._not_listed(error, last, len(names), full=last == first, paged=len(names) > first)
                break
            last = len(page)
            if not (news := [name for name in page if str(name) not in listed]):
                break
            names += news
            listed.update(map(str, news))
        return names

    def _names_from(self, offset: int) -> list[Any]:
        """Names behind so many; some remotes know no offset, and send the first ones again."""
        if offset > MAX_RECORDS:
            raise RemoteError(f"package_list of {self.shown} does not end", code="endless")
        page = as_list(self.action("package_list", {"offset": offset, "limit": PAGE_OF_NAMES}))
        return page if isinstance(page, list) else []

    def _not_listed(self, error: RemoteError, last: int, count: int, *, full: bool, paged: bool) -> list[Unreadable]:
        """Stands for names that may be missing behind `count`, where asking for more fails; `last`: names of the last answer.

        A remote that refuses to list more has no more, or knows no offset, unless its last answer has a round number of names:
        that looks like a limit. One that has given pages and then forbids them, or refuses them behind a full one, has had
        enough of us.
        """
        if error.code in WHOLLY or error.code == "endless":
            raise error
        refused = error.code in NO_SEARCH or error.code == "refused"
        if refused and last % ROUND and not (paged and (full or error.code == "http_403")):
            return []
        return [Unreadable(count, count, f"it can't be asked whether there are more than {count}: {error}")]

    def whole_packages(self) -> Iterator[Any] | None:
        """All datasets by current_package_list_with_resources; None where there is no such list. Raises RemoteError later."""
        try:
            first = self._whole_page(0)
        except RemoteError:
            return None
        return iter(WholePages(self._whole_page, first, PAGE, self.shown))

    def _whole_page(self, offset: int) -> Sequence[Any]:
        result = self.action("current_package_list_with_resources", {"limit": PAGE, "offset": offset})
        if not isinstance(result, list):
            raise self._bad_answer("current_package_list_with_resources", f"a result that is {kind_of(result)}")
        if len(result) == 1 and isinstance(result[0], list):  # DKAN's is a list in a list
            packages = result[0]
            for package in packages:
                if isinstance(package, dict):
                    self._drupal.learn(package)
            return [self._drupal.dataset(package) if isinstance(package, dict) else package for package in packages]
        return result

    def data_json(self) -> list[Any] | None:
        """The datasets of the site's DCAT-US catalogue; None where it has none."""
        try:
            catalogue = self._http.get_json(f"{self._address}/data.json", None, self._headers)
        except RemoteError:
            return None
        datasets = catalogue.get("dataset") if isinstance(catalogue, dict) else None
        if not isinstance(datasets, list):
            return None
        return [of_data_json(dataset) if isinstance(dataset, dict) else dataset for dataset in datasets]

    def rest(self, version: int = 2, *, names_groups: bool = True) -> RestAPI:
        """The remote's REST API, as far as it has one."""
        return RestAPI(self._http, self._address, self._headers, version, names_groups=names_groups)

    def _look(self, terms: str, position: int) -> Mapping[str, Any] | None:
        """The dataset at a position that package_search doesn't show: by package_show, else only its id and name."""
        results = self.search(position, 1, terms=terms, fields=("id", "name"), hasty=True).results
        obj = results[0] if results else None
        if not isinstance(obj, dict) or not isinstance(obj.get("id"), str):
            return None
        identity = {name: obj[name] for name in ("id", "name") if name in obj}
        try:
            package = self.show("package_show", obj["id"], hasty=True)
        except RemoteError:
            return identity
        return package if package.get("id") == obj["id"] else identity

    def _bad_answer(self, action: str, what: str) -> RemoteError:
        return RemoteError(f"{self.shown} answered {action} with {what}: is it a CKAN?", code="bad_answer")


def _is_true(value: Any) -> bool:
    """Whether a remote says true, or writes it as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _whole(value: Any) -> int | None:
    """A count, also as 30.0 or as text, as PHP's databases give numbers; None when it is none."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or value < 0 or value % 1:
        return None
    return int(value)


def has_no_search(error: RemoteError) -> bool:
    """Whether this answer to a package_search may be that of a site that has none."""
    return error.code in NO_SEARCH or (error.code == "refused" and bool(NO_SUCH_ACTION.search(str(error))))


def lacks_search(error: RemoteError) -> bool:
    """Whether it says that there is no package_search; other failures may pass, and a search that worked may work again."""
    return error.code in GONE or (error.code in ("refused", "http_400") and bool(NO_SUCH_ACTION.search(str(error))))
