"""Fits a dataset to what a catalogue can hold: the one step that every target runs before it stores anything.

Most datasets pass as they are, so the way for them is short: a lookup and a comparison for each field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import TargetError
from harvesters.dataset import values
from harvesters.dataset.extras import fit_extras
from harvesters.dataset.languages import in_one_language_too, moved_to_translated
from harvesters.dataset.resources import fit_resources
from harvesters.dataset.storable import storable
from harvesters.dataset.tags import fit_tags
from harvesters.dataset.values import SURELY_SHORT, VALID_NAME, Carries, Losses, Odd, nowhere, shown
from harvesters.target import FieldPolicy, Loss

TEXTS = frozenset(("title", "notes", "author", "maintainer", "url", "license_id"))
RULES = {
    **dict.fromkeys(("notes", "author", "maintainer"), values.text),
    **dict.fromkeys(("title", "url", "license_id"), values.indexed),
    **dict.fromkeys(("author_email", "maintainer_email"), values.email),
    "version": values.version,
    "type": values.word,
    "private": values.truth,
    "owner_org": values.identity,
    **dict.fromkeys(("metadata_modified", "metadata_created"), values.time),
    **dict.fromkeys(("issued", "modified"), values.time_or_text),
}
TRANSLATED = {"title_translated": "title", "notes_translated": "notes"}
"""What portals with ckanext-fluent have by language, and CKAN's own field for it in one language."""
OBJECTS_OF_CKAN = ("organization", "tracking_summary")
LISTS = ("resources", "tags", "extras", "groups")
NAMES_OF_ENTRIES = ("id", "name")  # of a group


@dataclass(frozen=True, slots=True)
class Fitted:
    """A dataset that can be stored, and what of it can't."""

    package: dict[str, Any]
    losses: tuple[Loss, ...] = ()


def fit(package: Mapping[str, Any], policy: FieldPolicy, carries: Carries = nowhere) -> Fitted:
    """The dataset with values that CKAN's own schema takes; see the rules of each kind of field in this package.

    Odd values of optional fields are left out and reported, or the dataset is refused, as `policy` says. Fields that CKAN
    doesn't know stay as they are. Raises TargetError `validation` for a name that can't be one.
    """
    losses = Losses(policy, carries)
    package = storable(package)
    _check_name(package.get("name"))
    is_translated = any(name in package for name in TRANSLATED)
    if is_translated:
        package = {**package, **moved_to_translated(package, losses.translated("dataset", TRANSLATED), policy.languages)}
    fitted: dict[str, Any] = {}
    for name, value in package.items():
        if not name:
            losses.drop("fields", f"one has no name, its value is {shown(value)}")
        elif value is None or (value.__class__ is str and name in TEXTS and len(value) <= SURELY_SHORT and value[:1] != "{"):
            fitted[name] = value
        elif (rule := RULES.get(name)) is not None:
            try:
                fitted[name] = rule(value, losses, "dataset", name)
            except Odd as why:
                losses.drop(name, why)
        elif name in LISTS:
            _fit_list(fitted, name, value, losses, package)
        else:
            of_plugin = value.__class__ is not str and name not in OBJECTS_OF_CKAN
            fitted[name] = values.of_plugin(value, losses, "dataset", name) if of_plugin else value
    if is_translated:
        fitted |= in_one_language_too(fitted, TRANSLATED, policy.languages)
    if not (title := fitted.get("title")) or (title.__class__ is str and title.isspace()):
        fitted["title"] = fitted["name"]  # as CKAN's own schema does; a schema of a site may not
    return Fitted(fitted, losses.all())


def _fit_list(fitted: dict[str, Any], name: str, value: Any, losses: Losses, package: Mapping[str, Any]) -> None:
    if name == "extras" and isinstance(value, Mapping):
        fitted[name] = fit_extras(value, losses)
    elif not isinstance(value, list | tuple):
        losses.drop(name, f"must be a list, is {shown(value)}")
    elif name == "resources":
        fitted[name] = fit_resources(value, losses, package.get("id"))
    else:
        fitted[name] = FITS[name](value, losses)


def fit_groups(groups: Any, losses: Losses) -> list[dict[str, Any]]:
    """Groups with an id or a name that is a text."""
    fitted = []
    for position, group in enumerate(groups):
        entry = {"name": group} if isinstance(group, str) else group
        named = isinstance(entry, Mapping) and any(entry.get(key) for key in NAMES_OF_ENTRIES)
        if named and all(isinstance(entry.get(key) or "", str) for key in NAMES_OF_ENTRIES):
            fitted.append(dict(entry))
        else:
            losses.drop("groups", f"entry {position} has neither id nor name, {shown(group)}")
    return fitted


FITS: dict[str, Callable[[Any, Losses], list[dict[str, Any]]]] = {
    "tags": fit_tags,
    "extras": fit_extras,
    "groups": fit_groups,
}


def _check_name(name: Any) -> None:
    """A name that CKAN refuses must be one that is taken."""
    if not isinstance(name, str) or not VALID_NAME.fullmatch(name):
        message = f"name: must be 2 to 100 of a-z, 0-9, - and _, is {shown(name)}"
        raise TargetError(message, code="validation", field="name")
