"""Lists as a whole, read page by page."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # commands that show one page need not load it
    from adapters.postgres.read_model.queries import Page, Row

AT_A_TIME = 1000  # rows


def all_rows(read: "Callable[[str], Page]") -> "Iterator[Row]":
    """The rows of all pages of the read model; `read` gives the page after the one that said so, the first for ""."""
    after: str | None = ""
    while after is not None:
        page = read(after)
        yield from page
        after = page.next


def all_pages(actions: Any, action: str, rows: str, **which: Any) -> "Iterator[Row]":
    """The rows of all pages of an action's list, from the page that is asked for on; `rows`: where they stand in its answer."""
    which["limit"] = AT_A_TIME
    while True:
        page = actions.call(action, **which)
        yield from page[rows]
        if not page["next"]:
            return
        which = {**which, "after": page["next"]} | ({"offset": 0} if "offset" in which else {})
