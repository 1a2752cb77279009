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
from harvesters.ckan.listing import Listing, usable_id
from harvesters.ckan.names import NameList
from harvesters.ckan.pages import SearchPage
from harvesters.ckan.rest import RestAPI
from harvesters.ckan.whole import WholePages
from harvesters.dataset.storable import json_text
from harvesters.dataset.values import as_list, shown
from harvesters.http import PoliteSession
from harvesters.http.credentials import blotted
from harvesters.http.failures import excerpt, redact

PAGE = 500  # datasets asked for at a time by current_package_list_with_resources

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
            text = json_text({"error": answer.get("error")})
            raise RemoteError(f"{self.shown} refused {name}: {message}", code="refused", answer=text)
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
        """Names of all datasets by package_list; None where there is no such list either. See `NameList.read`."""
        return NameList(partial(self.action, "package_list"), self.shown).read()

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
