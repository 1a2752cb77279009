"""How far the records of one job may be sent ahead of what workers have done with the earlier ones.

Workers read a topic in its order, and what was sent is never taken back. So what a job of slow records has under way is what
everybody who comes next waits for; how slow they are, only their own outcomes tell.
"""

from dataclasses import dataclass

from domain.rules import BUDGET_SECONDS, GROWTH, MAX_BUDGET, MIN_BUDGET


@dataclass(slots=True)
class Pace:
    """Of one job; times are monotonic seconds."""

    since: float  # when `done` began to count
    ahead: int = MIN_BUDGET  # objects that may be under way
    done: int = 0  # objects that ended since then

    def sent(self, now: float, under_way: int) -> None:
        """Objects are sent; `under_way` is before that. A time in which workers had none of them says nothing about them."""
        if not under_way:
            self.since, self.done = now, 0

    def ended(self, number: int, now: float) -> None:
        """So many of them have an outcome. Once half of what was let out is done, as many may be out as end in two seconds, but
        no more than four times as many as before: a few quick records don't make a job a quick one."""
        self.done += number
        if self.done * 2 < self.ahead:
            return
        rate = self.done / max(now - self.since, 0.001)
        self.ahead = max(MIN_BUDGET, min(int(rate * BUDGET_SECONDS), self.ahead * GROWTH, MAX_BUDGET))
        self.since, self.done = now, 0
