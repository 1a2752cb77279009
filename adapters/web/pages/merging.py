"""Two people edit one source at the same time: what the first one saved is kept where the second changed nothing.

Three versions are compared field by field: the one that the form of the second began with, what is saved now, and what that
form holds. Where only one of the two changed something, that counts; where both did, the form keeps its own, next to the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Values = Mapping[str, str]


@dataclass(frozen=True)
class Merged:
    """What the form holds now; fields taken over from what is saved, and those that both changed, each (saved, form's)."""

    values: dict[str, str]
    taken: dict[str, tuple[str, str]]
    both: dict[str, tuple[str, str]]


def merged(base: Values, saved: Values, form: Values) -> Merged:
    """The form with what others have saved meanwhile. A field that isn't there is empty."""
    values, taken, both = dict(form), {}, {}
    for name in {**base, **saved, **form}:
        before, theirs, own = (_text(version, name) for version in (base, saved, form))
        if theirs in (before, own):
            continue
        if own == before:
            values[name] = theirs
            taken[name] = (theirs, own)
        else:
            both[name] = (theirs, own)
    return Merged(values, taken, both)


def _text(version: Values, name: str) -> str:
    return version.get(name, "").strip()
