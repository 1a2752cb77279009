"""Blackout windows: times of the week in which no scheduled job of a source starts.

Written as `Mon-Fri 08:00-18:00; Sat,Sun 10:00-12:00; 23:30-00:30`: windows are parted by semicolons, days may be left out (all
days), and a window that ends before it begins goes on into the next day. Times are wall times of the source's zone.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY, WEEK = 1440, 10_080  # minutes
WINDOW = re.compile(r"(?:(?P<days>[A-Za-z,\- ]+?)\s+)?(?P<start>\d{1,2}:\d{2})\s*-\s*(?P<end>\d{1,2}:\d{2})")
EXAMPLE = "write for example `Mon-Fri 08:00-18:00; Sat 10:00-12:00`"


@dataclass(frozen=True, slots=True)
class Windows:
    """`spans`: (minute of the week at which a window begins, how many minutes it lasts)."""

    zone: tzinfo
    spans: Sequence[tuple[int, int]] = ()

    def free_from(self, instant: datetime) -> datetime:
        """The instant, or the end of the windows that it lies in (aware UTC)."""
        for _ in range(len(self.spans) + 1):
            minutes = self._minutes_left(instant)
            if not minutes:
                break
            instant = self._after(instant, minutes)
        return instant

    def _minutes_left(self, instant: datetime) -> int:
        local = instant.astimezone(self.zone)
        minute = local.weekday() * DAY + local.hour * 60 + local.minute
        return max((0, *(length - (minute - start) % WEEK for start, length in self.spans)))

    def _after(self, instant: datetime, minutes: int) -> datetime:
        """The wall time that many minutes later, as an instant."""
        local = instant.astimezone(self.zone).replace(second=0, microsecond=0)
        end = (local.replace(tzinfo=None) + timedelta(minutes=minutes)).replace(tzinfo=self.zone, fold=local.fold)
        return max(end.astimezone(UTC), instant + timedelta(minutes=1))


def parse_windows(text: str, zone: tzinfo) -> Windows:
    """Read windows. Raises ValueError that names the one that isn't understood."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    spans = [span for part in parts for span in _spans(part)]
    if spans and _covers_all(spans):
        raise ValueError(f"Blackout {text} leaves no time of the week: set the frequency to MANUAL, or pause the source")
    return Windows(zone, spans)


def _spans(part: str) -> Iterable[tuple[int, int]]:
    match = WINDOW.fullmatch(part)
    if match is None:
        raise ValueError(f"Blackout window {part} not understood: {EXAMPLE}")
    start, end = (_minute(match[name], part) for name in ("start", "end"))
    length = (end - start) % DAY or DAY
    return [(day * DAY + start, length) for day in _days(match["days"] or "mon-sun", part)]


def _minute(text: str, part: str) -> int:
    hours, minutes = map(int, text.split(":"))
    if minutes > 59 or hours * 60 + minutes > DAY:
        raise ValueError(f"Blackout window {part}: {text} is no time of day")
    return hours * 60 + minutes


def _days(text: str, part: str) -> list[int]:
    days: list[int] = []
    for word in text.replace(" ", "").split(","):
        first, _, last = word.lower().partition("-")
        if first[:3] not in DAYS or (last or first)[:3] not in DAYS:
            raise ValueError(f"Blackout window {part}: {word} is no day: use Mon, Tue, Wed, Thu, Fri, Sat, Sun, or Mon-Fri")
        begin, end = DAYS.index(first[:3]), DAYS.index((last or first)[:3])
        days += [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]
    return days


def _covers_all(spans: Sequence[tuple[int, int]]) -> bool:
    minutes = {(start + minute) % WEEK for start, length in spans for minute in range(length)}
    return len(minutes) == WEEK
