"""When it is worth asking the embedded broker for commands: it never wakes those who wait, so what is sent is announced.

A look that finds nothing costs the broker and the client some milliseconds. All that was announced has come, as a rule, with
the first look after it. Times are monotonic seconds. No input or output.
"""

OWED, UNANNOUNCED_INTERVAL = 0.05, 10.0  # seconds between looks for what was announced (then twice as long), and wasn't
EARLY = 2.0  # seconds within which commands that came before their announcement are announced
CONFIRMED_AFTER = 1.0  # seconds until one more look when all of an announcement seems to have come before it


class FetchTimes:
    """Counts what was announced, and what came."""

    def __init__(self) -> None:
        self.due = 0.0  # when the next look is worth it, without a further announcement
        self._owed = 0  # announced commands that did not come yet, as far as we know
        self._delay = OWED  # seconds until they are asked for again
        self._early, self._early_until = 0, 0.0  # commands that came and were not announced yet
        self._discounted = 0  # announced since the last look, and taken for commands that came early
        self._unheard = False  # an announcement may have been missed
        self._in_doubt = True  # there may be commands that nobody will announce

    def announced(self, number: int, now: float) -> None:
        """So many commands were sent."""
        early = self._early if now < self._early_until else 0
        expected = min(early, number)
        self._discounted += expected
        self._early, self._unheard = early - expected, False
        self._owed += number - expected
        if number > expected:
            self.due, self._delay = 0.0, OWED
        else:  # those that came may have been others
            self.due = min(self.due, now + CONFIRMED_AFTER)

    def missed(self) -> None:
        """Announcements may have been missed."""
        self._unheard, self._delay = True, OWED
        self.doubt()

    def doubt(self) -> None:
        """There may be commands that are not announced any more: look until there are none."""
        self._in_doubt, self.due = True, 0.0

    def forget(self) -> None:
        """The broker came back empty."""
        self._owed, self._early, self._discounted, self._unheard = 0, 0, 0, False
        self.doubt()

    def fetched(self, commands: int, now: float) -> None:
        """What a look brought. Nothing may mean that the answer is late: what is owed is asked for again soon."""
        discounted, self._discounted = self._discounted, 0
        if commands:
            surplus = commands - self._owed
            surplus -= max(0, min(surplus, discounted))  # it was announced, and others had come early
            if surplus > 0:
                self._early = (self._early if now < self._early_until else 0) + surplus
                self._early_until = now + EARLY
            self._owed, self._delay, self._unheard = max(0, -surplus), OWED, False
            is_all = surplus == 0 and not self._in_doubt
            self.due = now + UNANNOUNCED_INTERVAL if is_all else 0.0
        elif (self._owed or self._unheard) and self._delay < UNANNOUNCED_INTERVAL:
            self.due = now + self._delay
            self._delay *= 2
        else:  # others have read it
            self.due = now + UNANNOUNCED_INTERVAL
            self._owed, self._unheard, self._in_doubt = 0, False, False
