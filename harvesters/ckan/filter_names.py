"""Names in a source's filters that its remote doesn't have: no search tells of them, datasets are only missing, or too many."""

from collections.abc import Iterator
from contextlib import suppress

from domain.errors import RemoteError
from domain.nearest import did_you_mean
from harvesters.ckan.config import CKANConfig, Filter
from harvesters.ckan.refusals import hides_dataset
from harvesters.ckan.remote import RemoteCKAN

LISTS = {"organizations": ("organization_list", "organization_show"), "groups": ("group_list", "group_show")}
WORDS = {"organizations": "organisation", "groups": "group"}
MOST = 5  # names that are asked for one by one; a list may be cut off


def strange_names(remote: RemoteCKAN, config: CKANConfig) -> list[str]:
    """A sentence for each name that the remote surely doesn't have; none where it doesn't say what it has.

    The first question that fails is the last one: failures count against the remote, whose harvest doesn't depend on this.
    """
    sentences: list[str] = []
    with suppress(RemoteError):
        for choice in config.filters:
            sentences.extend(_strange(remote, choice))
    return sentences


def _strange(remote: RemoteCKAN, choice: Filter) -> Iterator[str]:
    names = _listed(remote, choice.kind)
    for way, wanted in (("include", choice.include), ("exclude", choice.exclude)):
        for name in sorted(wanted - names)[:MOST] if names else ():
            if reason := _reason(remote, choice.kind, name, names):
                yield f"{choice.kind}_filter_{way}: {reason}"


def _listed(remote: RemoteCKAN, kind: str) -> frozenset[str]:
    names = remote.action(LISTS[kind][0], {}, hasty=True)
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()


def _reason(remote: RemoteCKAN, kind: str, name: str, names: frozenset[str]) -> str:
    """Why a name that isn't listed finds nothing; empty where it may yet."""
    try:
        shown = remote.show(LISTS[kind][1], name, hasty=True).get("name")
    except RemoteError as error:
        if not hides_dataset(error):
            raise
        return f"the remote has no {WORDS[kind]} {name}{did_you_mean(name, names)}"
    return f"{name} is the {WORDS[kind]} {shown}; filters take that name" if isinstance(shown, str) and shown != name else ""
