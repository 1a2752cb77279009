"""What a source's options name in the target has to be there: checked when the source is entered, as in ckanext-harvest."""

import logging
from typing import Protocol, runtime_checkable

from domain.errors import TargetError
from harvesters.ckan.config import CKANConfig
from harvesters.ckan.membership import ResolvesGroups, makes_default_groups
from harvesters.target import Target

log = logging.getLogger(__name__)


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


def check_with_target(target: Target | None, config: CKANConfig) -> None:
    """Raises ValueError that names what is missing. While the target can't be asked nothing is missing: imports will tell."""
    try:
        _check(target, config)
    except TargetError as error:
        log.warning("groups, vocabularies and users of the configuration are not checked: %s", error)


def _check(target: Target | None, config: CKANConfig) -> None:
    if isinstance(target, ResolvesGroups) and not makes_default_groups(target):
        for name in config.default_groups:
            if target.resolve_group({"id": name, "name": name}, create=False) is None:
                raise ValueError(f"Default group not found: {name}")
    if isinstance(target, ResolvesVocabularies):
        for tag in config.default_tags:
            if (name := tag.get("vocabulary_id")) and target.resolve_vocabulary(name) is None:
                raise ValueError(f"default_tags: vocabulary not found: {name}")
    if config.user and isinstance(target, HasUsers) and not target.has_user(config.user):
        raise ValueError(f"User not found: {config.user}")
