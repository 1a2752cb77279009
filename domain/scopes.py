"""What a token allows of what its person may do.

A scope is a set of words: `read`, `write`, `admin`, or names of actions, in which `*` stands for anything
(`harvest_job_*`). It takes from its person's rights and never adds to them.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from domain.errors import ValidationError
from domain.nearest import did_you_mean

Scope = frozenset[str]

READ, WRITE, ADMIN = "read", "write", "admin"
KINDS = {
    READ: "actions that change nothing",
    WRITE: "those, and what editors and admins of an organisation do to its sources and jobs",
    ADMIN: "all that the person may do",
}
EVERYTHING: Scope = frozenset({ADMIN})
GRANTING = ("harvest_person_", "harvest_organization_", "harvest_token_")
"""Actions that hand out rights: only `admin` allows those of them that change something."""


def covers(scope: Iterable[str], name: str, *, reads: bool, for_sysadmins: bool) -> bool:
    """Whether a scope allows an action. `for_sysadmins`: nobody else may call it."""
    words = set(scope)
    if ADMIN in words:
        return True
    if reads and words & {READ, WRITE}:
        return True
    if not reads and name.startswith(GRANTING):
        return False
    if WRITE in words and not for_sysadmins:
        return True
    return any(fnmatchcase(name, word) for word in words if word not in KINDS)


def checked_scope(words: Iterable[str], actions: Iterable[str]) -> Scope:
    """A scope, if each of its words is a kind or fits an action. Raises ValidationError."""
    names = list(actions)
    scope = frozenset(word.strip() for word in words if word.strip())
    if not scope:
        raise ValidationError({"scope": f"Missing value: {_choices()}"})
    for word in sorted(scope - KINDS.keys()):
        if not any(fnmatchcase(name, word) for name in names):
            raise ValidationError({"scope": f"No action fits {word}{did_you_mean(word, [*KINDS, *names])}: {_choices()}"})
    return scope


def _choices() -> str:
    return f"use {', '.join(KINDS)}, or names of actions, where * stands for anything (harvest_job_*)"
