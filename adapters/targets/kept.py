"""What a target has answered, kept for a few minutes, so that what is added to it while workers run is seen soon."""

import threading
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, NamedTuple, TypeVar

KEPT_FOR = 300.0  # seconds that an answer is relied on
MOST_KEPT = 10_000  # answers

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Answer(NamedTuple, Generic[V]):
    """An answer, and when it was given (by the clock of `Kept`)."""

    value: V
    given: float


class Kept(Generic[K, V]):
    """Answers by key; where there are too many, the oldest one goes. Safe to share between threads.

    Nothing is locked here while a target is asked: threads that ask the same at the same time may all ask it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, seconds: float = KEPT_FOR, most: int = MOST_KEPT) -> None:
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._answers: dict[K, Answer[V]] = {}  # the oldest first
        self._lock = threading.Lock()

    def get(self, key: K) -> Answer[V] | None:
        """The answer, None where there is none or it is too old."""
        with self._lock:
            answer = self._answers.get(key)
        return answer if answer and self._counts(answer) else None

    def values_of(self, keys: Iterable[K]) -> dict[K, V]:
        """The values of those keys that have an answer which isn't too old."""
        oldest = self._clock() - self._seconds
        with self._lock:
            answers = [(key, self._answers.get(key)) for key in keys]
        return {key: answer.value for key, answer in answers if answer and answer.given > oldest}

    def put(self, key: K, value: V) -> Answer[V]:
        """Keep an answer that was given now."""
        with self._lock:
            return self._put(key, value)

    def drop(self, key: K, older_than: float = 0.0) -> None:
        """Forget an answer that is at least so many seconds old."""
        with self._lock:
            answer = self._answers.get(key)
            if answer and answer.given + older_than <= self._clock():
                del self._answers[key]

    def _counts(self, answer: Answer[V]) -> bool:
        return answer.given + self._seconds > self._clock()

    def _put(self, key: K, value: V) -> Answer[V]:
        self._answers.pop(key, None)
        self._answers[key] = answer = Answer(value, self._clock())
        if len(self._answers) > self._most:
            del self._answers[next(iter(self._answers))]
        return answer
