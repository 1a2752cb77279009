"""The parts of a page that follow what happens: elements with `data-key`, and when they change."""

import re
from dataclasses import dataclass
from functools import cache

KEYED = re.compile(r'<([a-z0-9]+)\b[^>]*\bdata-key="([^"]*)"[^>]*>')
ABOUT = re.compile(r'\bdata-live="([^"]*)"')
EVERY = re.compile(r'\bdata-every="([0-9]{1,5})"')
HIDDEN = re.compile(r'(<input type="hidden"[^>]*\bvalue=")[^"]*')
FORM = 'method="post"'


@dataclass(frozen=True)
class LiveParts:
    """What is inside each part, by its key. `about`: "job=<id>", "source=<id>" or "" for everything; None: it has ended.

    `every`: seconds after which the parts may be out of date although nothing was announced; None: never.
    """

    inside: dict[str, str]
    about: str | None
    every: float | None


def live_parts(html: str) -> LiveParts:
    """The parts of a page as a template wrote it: texts are escaped, and every element but void ones has an end tag.

    Of forms the values of hidden fields are left out: they are one viewer's.
    """
    inside: dict[str, str] = {}
    at = 0
    while opening := KEYED.search(html, at):
        at = _end(html, opening[1], opening.end())
        text = html[opening.end() : at]
        inside[opening[2]] = HIDDEN.sub(r"\1", text) if FORM in text else text
    about, every = ABOUT.search(html), EVERY.search(html)
    return LiveParts(inside, about[1] if about else None, float(every[1]) if every else None)


def _end(html: str, name: str, start: int) -> int:
    """Where the end tag of an element begins whose content begins at `start`."""
    depth = 1
    for tag in _tags(name).finditer(html, start):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.start()
    return len(html)


@cache
def _tags(name: str) -> re.Pattern[str]:
    return re.compile(rf"<(/?){name}\b")
