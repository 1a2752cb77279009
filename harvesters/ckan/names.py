"""The names that a remote's package_list gives, also where it gives them in pages and changes meanwhile.

Pages overlap by one name: where the last name doesn't come again, names were added or removed in between, others may have slid
past unseen, and all is read once more. The overlap also tells the end of a list from a limit: a remote that shows the last
name once more, and nothing behind it, has no more.
"""

from collections.abc import Callable, Sequence
from typing import Any

from domain.errors import RemoteError
from harvesters.ckan.listing import MAX_RECORDS
from harvesters.ckan.pages import WHOLLY, Unreadable
from harvesters.ckan.refusals import NO_SEARCH
from harvesters.dataset.values import as_list

PAGE_OF_NAMES = 1000  # asked for behind what package_list gave
MAX_PASSES = 3  # readings of a list that changes while it is read
SMALL_LIMITS = frozenset({10, 20, 25})  # names; larger limits are multiples of ROUND
ROUND = 50

Ask = Callable[[dict[str, int]], Any]
"""package_list with these parameters; raises RemoteError."""


class NameList:
    """The names of all datasets of one remote, `where` in words."""

    def __init__(self, ask: Ask, where: str) -> None:
        self._ask = ask
        self._where = where
        self._names: dict[str, Any] = {}  # as the remote gives them, by their text

    def read(self) -> list[Any] | None:
        """The names, each once; None where there is no such list. Where some may be missing, an Unreadable stands for those.

        Raises RemoteError when the remote is away after it gave some, or its list has no end.
        """
        try:
            first = as_list(self._ask({}))
        except RemoteError:
            return None
        if not isinstance(first, list):
            return None
        problem = self._problem(first)
        count = len(self._names)
        return [*self._names.values(), *([Unreadable(count, count, problem)] if problem else ())]

    def _problem(self, first: Sequence[Any]) -> str:
        """Read everything; why some names may be missing, empty where none are."""
        for _ in range(MAX_PASSES):
            names, count = self._added(first), len(self._names)
            if (problem := self._pass(first, names)) is not None:
                return problem
            try:
                before, first = first, self._page({})
            except RemoteError as error:
                return f"it changes while it is read: {error}"
            if first == before and count == len(self._names):  # nothing comes behind it, not even its last name
                return self._cut(count) if _looks_like_a_limit(len(first)) else ""
        return "it changes while it is read"

    def _pass(self, first: Sequence[Any], here: set[str]) -> str | None:
        """One reading: why names may be missing behind those that it gave, empty where none are; None: it has changed."""
        answer, position = first, len(first)
        while answer:
            try:
                page = self._page({"offset": position - 1, "limit": PAGE_OF_NAMES})
            except RemoteError as error:
                return self._refused(error, len(answer), paged=answer is not first, full=len(answer) == len(first))
            added, last = self._added(page), str(answer[-1])
            if last not in added:
                return "" if _begins_alike(page, first) else None
            if here >= added:
                return self._cut(len(page)) if _begins_alike(page, first) and PAGE_OF_NAMES <= len(page) > len(first) else ""
            here |= added
            answer, position = page, position - 1 + len(page)
            if position > MAX_RECORDS:
                raise RemoteError(f"package_list of {self._where} does not end", code="endless")
        return ""

    def _refused(self, error: RemoteError, count: int, *, paged: bool, full: bool) -> str:
        """Why names may be missing where asking for more fails; `count`: names of the last answer.

        A remote that refuses to list more knows no offset, unless its answer has a number of names that looks like a limit. One
        that has given pages and then forbids them, or refuses them behind a full one, has had enough of us.
        """
        if error.code in WHOLLY:
            raise error
        refused = error.code in NO_SEARCH or error.code == "refused"
        if refused and not _looks_like_a_limit(count) and not (paged and (full or error.code == "http_403")):
            return ""
        return f"{self._cut(len(self._names))}: {error}"

    @staticmethod
    def _cut(count: int) -> str:
        return f"it can't be asked whether there are more than {count}"

    def _page(self, params: dict[str, int]) -> Sequence[Any]:
        page = as_list(self._ask(params))
        return page if isinstance(page, list) else []

    def _added(self, names: Sequence[Any]) -> set[str]:
        texts = {str(name): name for name in names}
        self._names |= {text: name for text, name in texts.items() if text not in self._names}
        return texts.keys() | set()


def _begins_alike(page: Sequence[Any], first: Sequence[Any]) -> bool:
    """Whether a remote knows no offset, and sends the first names again."""
    return bool(page) and page[0] == first[0]


def _looks_like_a_limit(count: int) -> bool:
    return count > 0 and (count % ROUND == 0 or count in SMALL_LIMITS)
