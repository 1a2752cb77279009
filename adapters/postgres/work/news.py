"""What the work projection has changed since somebody last looked: so nobody needs to look through all jobs."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True)
class News:
    """Jobs whose rows changed, and how many objects and gathers were finished. Not `complete`: any job may have changed."""

    jobs: set[UUID] = field(default_factory=set)
    gathered: set[UUID] = field(default_factory=set)  # jobs whose gather ended
    outcomes: int = 0  # objects
    created: bool = False  # there are new jobs
    complete: bool = True


class WorkNews:
    """Collects news from the projector's thread for that of the dispatcher, and wakes those who wait for some."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._news = News(complete=False)
        self._listeners: list[threading.Event] = []

    def listener(self) -> threading.Event:
        """An event that is set whenever there is news; whoever waits for it clears it."""
        event = threading.Event()
        self._listeners.append(event)
        return event

    def add(self, jobs: Iterable[UUID], gathered: Iterable[UUID], outcomes: int, *, created: bool = False) -> None:
        """A batch was committed."""
        with self._lock:
            self._news.jobs.update(jobs)
            self._news.gathered.update(gathered)
            self._news.outcomes += outcomes
            self._news.created |= created
        self.wake()

    def unknown(self) -> None:
        """Somebody else moved the projection: any job may have changed."""
        with self._lock:
            self._news.complete = False
        self.wake()

    def wake(self) -> None:
        """Wake all who wait."""
        for listener in self._listeners:
            listener.set()

    def take(self) -> News:
        """The news since the last call."""
        with self._lock:
            news, self._news = self._news, News()
            return news
