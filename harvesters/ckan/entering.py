"""What is checked when a source is entered, and not again when it is harvested.

What its options name in the target has to be there, as in ckanext-harvest; and what would be lost of each dataset is refused.
"""

import logging
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from domain.errors import TargetError
from domain.nearest import did_you_mean
from harvesters.ckan.config import FILTERS, NO_WORDS, POLICIES, YES_WORDS, CKANConfig
from harvesters.ckan.membership import ResolvesGroups, makes_default_groups
from harvesters.dataset.extras import FIELDS_OF_CKAN
from harvesters.dataset.tags import why_no_tag
from harvesters.dataset.values import VALID_NAME, is_uuid
from harvesters.target import Target

log = logging.getLogger(__name__)

MISSPELT = 0.9  # likeness of a word to one with a meaning; recreate or do_not_create are ignored, as they always were


@runtime_checkable
class ResolvesVocabularies(Protocol):
    """A target that has vocabularies of tags."""

    def resolve_vocabulary(self, id_or_name: str) -> str | None:
        """The id of a vocabulary, None when there is none. Raises TargetError."""


@runtime_checkable
class HasUsers(Protocol):
    """A target that has users."""

    def has_user(self, id_or_name: str) -> bool:
        """Whether there is a user of that name. Raises TargetError."""


def check_words(options: Mapping[str, Any]) -> None:
    """Raises ValueError for what surely is not meant so, though it has a meaning that ckanext-harvest gave it."""
    version = options.get("api_version")
    if isinstance(version, float) and version != int(version):
        raise ValueError("api_version must be an integer: 1, 2 or 3")
    for name in ("clean_tags", "override_extras"):
        value = options.get(name)
        if value and str(value).strip().lower() not in YES_WORDS | NO_WORDS:
            raise ValueError(f"{name} must be boolean")
    for name in ("remote_groups", "remote_orgs"):
        value = options.get(name)
        if isinstance(value, str) and value not in POLICIES and (near := did_you_mean(value, POLICIES, MISSPELT)):
            raise ValueError(f'{name} must be "only_local" or "create", not {value!r}{near}')
    for name in (f"{kind}_filter_{way}" for kind in FILTERS for way in ("include", "exclude")):
        if not all(value.strip() for value in options.get(name) or ()):
            raise ValueError(f"{name} must be a list of names; one of them is empty")
    if not all(name.strip() for name in options.get("default_groups") or ()):
        raise ValueError("default_groups must be a list of group names/ids (i.e. strings); one of them is empty")


def check_defaults(config: CKANConfig) -> None:
    """Raises ValueError for a default tag or extra that no dataset could have, where nothing changes datasets afterwards."""
    for position, tag in enumerate(config.default_tags):
        if not config.clean_tags and not tag.get("vocabulary_id") and (why := why_no_tag(tag["name"], position)):
            raise ValueError(f"default_tags: {why}")
    for key in config.default_extras:
        if not key.strip():
            raise ValueError("default_extras: every extra needs a key")
        if key in FIELDS_OF_CKAN:
            rule = '{"rule": "constant", "field": "' + key + '", "value": ...}'
            raise ValueError(f"default_extras, {key}: datasets have a field of that name; a rule of mapping sets it: {rule}")


def check_with_target(target: Target | None, config: CKANConfig) -> None:
    """Raises ValueError that names what is missing. While the target can't be asked nothing is missing: imports will tell."""
    try:
        _check(target, config)
    except TargetError as error:
        log.warning("groups, vocabularies and users of the configuration are not checked: %s", error)


def _check(target: Target | None, config: CKANConfig) -> None:
    if isinstance(target, ResolvesGroups):
        for name in config.default_groups:
            if makes_default_groups(target):
                _check_name_of_group(name)
            elif target.resolve_group({"id": name, "name": name}, create=False) is None:
                raise ValueError(f"Default group not found: {name}")
    if isinstance(target, ResolvesVocabularies):
        for tag in config.default_tags:
            if (name := tag.get("vocabulary_id")) and target.resolve_vocabulary(name) is None:
                raise ValueError(f"default_tags: vocabulary not found: {name}")
    if config.user and isinstance(target, HasUsers) and not target.has_user(config.user):
        raise ValueError(f"User not found: {config.user}")


def _check_name_of_group(name: str) -> None:
    """A group that is made has to have a name that could be in an address."""
    if not VALID_NAME.fullmatch(name) and not is_uuid(name):
        raise ValueError(f"default_groups: {name!r} is no name of a group: 2 to 100 of a-z, 0-9, - and _")
