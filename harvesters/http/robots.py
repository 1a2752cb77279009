"""What a remote's robots.txt lets us do (RFC 9309), and how long apart (its Crawl-delay, which many sites state).

A file that isn't there (HTTP 4xx) allows everything. One that can't be got at present disallows everything, says section
2.3.1.4: then the error stands for the request that was to follow, and is tried again as that would be.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from urllib.parse import quote, urlsplit

KEPT = 3600.0  # seconds that a file counts before it is read again; RFC 9309 allows a day
MOST_KEPT = 1000  # files
MAX_BYTES = 512_000  # read of a file, as RFC 9309 asks at least
LONGEST_DELAY = 600.0  # seconds between two requests that are honoured


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for one kind of client: (pattern, whether it allows)."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay: float = 0.0  # seconds between the beginnings of two requests

    def allows(self, url: str) -> bool:
        """Whether a URL may be asked for: the longest pattern that matches it decides, and of two an allowing one."""
        parts = urlsplit(url)
        path = _normal(parts.path or "/") + (f"?{_normal(parts.query)}" if parts.query else "")
        matching = [(len(pattern), allows) for pattern, allows in self.rules if _matches(pattern, path)]
        return max(matching)[1] if matching else True


EVERYTHING = Robots()


def read_robots(text: str, agent: str) -> Robots:
    """The rules for a client: of the groups that name it, else of those for `*`. What can't be read is left out."""
    groups = _groups(text.removeprefix("\ufeff"))
    lines = groups.get(agent.lower(), groups.get("*", []))
    rules = [(_normal(value), name == "allow") for name, value in lines if name in ("allow", "disallow") and value]
    delays = [float(value) for name, value in lines if name == "crawl-delay" and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value)]
    return Robots(tuple(rules), min(max(delays, default=0.0), LONGEST_DELAY))


def product_token(user_agent: str) -> str:
    """What a client is called in robots.txt: the first word of how it presents itself, letters, `_` and `-` only."""
    word = re.match(r"[A-Za-z_-]+", user_agent)
    return word[0].lower() if word else "*"


def _groups(text: str) -> dict[str, list[tuple[str, str]]]:
    """The lines of all groups by the clients that they are for, lower case; groups for one client are one."""
    groups: dict[str, list[tuple[str, str]]] = {}
    agents: list[str] = []
    in_rules = False
    for line in text.splitlines():
        name, colon, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        name = name.lower()
        if name == "user-agent" and colon:
            agents = [] if in_rules else agents
            agents.append(value.lower() if value == "*" else product_token(value))
            groups.setdefault(agents[-1], [])
            in_rules = False
        elif name in ("allow", "disallow", "crawl-delay"):
            in_rules = True
            for agent in agents:
                groups[agent].append((name, value))
    return groups


def _normal(path: str) -> str:
    """One spelling for what can be spelt in several ways: `%7e` and `%7E`, `ä` and `%C3%A4`."""
    encoded = quote(path, safe="/%*$?&=+:@!'(),;~-._[]")
    return re.sub("%[0-9a-fA-F]{2}", lambda escape: escape[0].upper(), encoded)


def _matches(pattern: str, path: str) -> bool:
    """Whether a path begins as the pattern says: `*` is any text, `$` at the end is the end of the path."""
    anchored = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    position = len(first)
    for number, part in enumerate(others, 1):
        if anchored and number == len(others):
            return path.endswith(part) and len(path) - len(part) >= position
        index = path.find(part, position)
        if index < 0:
            return False
        position = index + len(part)
    return position == len(path) if anchored else True


class RobotsFiles:
    """What the robots.txt of remotes say, read once an hour for a process. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[float, Robots]] = OrderedDict()
        self._lock = Lock()

    def of(self, origin: str, agent: str, read: Callable[[], str]) -> Robots:
        """The rules of an origin (`https://host:port/`) for a client; `read` gets the file. Raises what that raises."""
        key = origin, agent
        with self._lock:
            until, robots = self._known.get(key, (0.0, EVERYTHING))
            if self._clock() < until:
                return robots
        robots = read_robots(read(), agent)
        with self._lock:
            self._known[key] = self._clock() + KEPT, robots
            self._known.move_to_end(key)
            if len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return robots


PROCESS_ROBOTS = RobotsFiles()
