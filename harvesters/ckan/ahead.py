"""The next page of a listing, asked for while the records of the last one are being stored: the remote and we work at once."""

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread

from harvesters.ckan.pages import SearchPage

GIVEN_BEFORE = 100  # records of a page, before the next one is asked for: who only looks at a few costs the remote no more

Ask = Callable[[int], SearchPage]  # raises RemoteError


class Ahead:
    """At most one request is under way at a time. What goes wrong with it is raised when the page is taken."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._start = 0
        self._page: Future[SearchPage] | None = None

    def begin(self, start: int) -> None:
        """Ask for the page at `start`, in a thread that ends with the request."""
        page: Future[SearchPage] = Future()
        context = copy_context()  # what is logged names the job

        def ask() -> None:
            try:
                page.set_result(context.run(self._ask, start))
            except BaseException as error:
                page.set_exception(error)

        self._start, self._page = start, page
        Thread(target=ask, daemon=True, name="next page").start()

    def take(self, start: int) -> SearchPage:
        """The page at `start`, also where another one was begun. Raises RemoteError."""
        page, self._page = self._page, None
        if page is None:
            return self._ask(start)
        if self._start == start:
            return page.result()
        page.exception()  # waits for it
        return self._ask(start)
