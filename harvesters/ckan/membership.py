"""Groups and organisation of a dataset from a remote CKAN, by the policies `remote_groups` and `remote_orgs`.

Without a policy, or with a target that can't look groups up, the remote's groups are left out and a dataset belongs to the
organisation of its source.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from domain.errors import RecordError, RemoteError, TargetError
from harvesters.base import HarvestSource
from harvesters.ckan.config import CKANConfig
from harvesters.ckan.facts import logo
from harvesters.ckan.package import group_reference
from harvesters.dataset.languages import by_language, in_one_language, opened
from harvesters.target import Target

TEXTS = ("title", "description")
KEPT = ("id", "name")
"""What a group or organisation that is made here takes over, with texts and logo: not its members, nothing that is counted."""

log = logging.getLogger(__name__)
Show = Callable[[str, str], Mapping[str, Any]]  # action, id; raises RemoteError


@runtime_checkable
class ResolvesGroups(Protocol):
    """A target that can look up groups, and make them."""

    def resolve_group(self, group: Mapping[str, Any], *, create: bool) -> Mapping[str, Any] | None:
        """The target's group with that id, else with that name, as {id, name}; None when there is none and `create` is not set.

        Raises TargetError when it is to be created and is refused; retryable when the target can't be asked now.
        """


@runtime_checkable
class ResolvesOrganizations(Protocol):
    """A target that can look up organisations, and make them."""

    def resolve_organization(self, organization: Mapping[str, Any], *, create: bool) -> Mapping[str, Any] | None:
        """As `resolve_group`, for organisations."""


class Memberships:
    """Groups and organisation for the datasets of one job; what the target said is remembered."""

    def __init__(self, config: CKANConfig, target: Target, show: Show, address: str) -> None:
        self._config = config
        self._address = address
        self._groups_target = target if isinstance(target, ResolvesGroups) else None
        self._organizations_target = target if isinstance(target, ResolvesOrganizations) else None
        self._show = show
        self._groups: dict[str, Mapping[str, Any] | None] = {}
        self._organizations: dict[str, Mapping[str, Any] | None] = {}
        self.refusals: list[str] = []
        """What couldn't be made here, in words; who tells them takes them out."""

    def apply(self, package: dict[str, Any], source: HarvestSource) -> None:
        """Replace the remote's groups and organisation by those that the dataset has here."""
        groups = [*self._remote_groups(package.pop("groups", [])), *self._default_groups()]
        distinct = {group.get("id") or group.get("name"): dict(group) for group in groups}
        if distinct:
            package["groups"] = list(distinct.values())
        organization = package.pop("organization", None)
        package["owner_org"] = self._owner_org(organization) or source.owner_org
        if not package["owner_org"]:
            del package["owner_org"]

    def _remote_groups(self, groups: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
        if not self._config.remote_groups or self._groups_target is None:
            return []
        resolve = self._groups_target.resolve_group
        create = ("group_show",) if self._config.remote_groups == "create" else ()
        resolved = (self._resolved(group, resolve, create, self._groups) for group in groups)
        return [group for group in resolved if group]

    def _owner_org(self, organization: Any) -> str | None:
        if not self._config.remote_orgs or self._organizations_target is None:
            return None
        if not isinstance(organization, dict):
            return None
        resolve = self._organizations_target.resolve_organization
        old_too = ("organization_show", "group_show")  # organisations were groups once
        create = old_too if self._config.remote_orgs == "create" else ()
        owner = self._resolved(organization, resolve, create, self._organizations)
        return str(owner["id"]) if owner else None

    def _resolved(
        self,
        wanted: Mapping[str, Any],
        resolve: Callable[..., Mapping[str, Any] | None],
        actions: tuple[str, ...],
        cache: dict[str, Mapping[str, Any] | None],
    ) -> Mapping[str, Any] | None:
        """The target's group or organisation; one that it lacks is made from what one of the remote's `actions` shows of it."""
        key = str(wanted.get("id") or wanted.get("name") or "")
        if not key:
            return None
        if key not in cache:
            group = resolve(wanted, create=False)
            shown = self._shown(key, actions) if group is None else None
            cache[key] = self._made(shown, resolve) if shown else group
        return cache[key]

    def _made(self, shown: Mapping[str, Any], resolve: Callable[..., Mapping[str, Any] | None]) -> Mapping[str, Any] | None:
        """What the target made of it, None where it can't be made: its name is another's here, or it is not allowed."""
        try:
            return resolve(shown, create=True)
        except TargetError as error:
            if error.retryable:
                raise
            instead = "its datasets go to the organisation of the source" if error.field == "organization" else "left out"
            self.refusals.append(f"{error}; {instead}")
            return None

    def _shown(self, key: str, actions: tuple[str, ...]) -> Mapping[str, Any] | None:
        for action in actions:
            try:
                shown = self._show(action, key)
            except RemoteError as error:
                log.warning("%s of %s failed: %s", action, key, error)
                continue
            if key not in (shown.get("id"), shown.get("name")):
                log.warning("%s of %s shows another one: %s", action, key, shown.get("name"))
                continue
            image = logo(shown, self._address)
            texts = {name: self._text(shown, name) for name in TEXTS}
            fields = {name: shown[name] for name in KEPT if name in shown} | {
                name: text for name, text in texts.items() if text
            }
            return fields | ({"image_url": image} if image else {})
        return None

    def _text(self, shown: Mapping[str, Any], name: str) -> Any:
        """A title or description in one language, also where the remote has it by language, maybe as `title_translated`."""
        values = (opened(shown.get(key)) for key in (name, f"{name}_translated"))
        languages = self._config.fields.languages
        texts = (in_one_language(value, languages) if by_language(value) else value for value in values)
        return next((text for text in texts if text), None)

    def _default_groups(self) -> list[Mapping[str, Any]]:
        if self._groups_target is None:
            return [group_reference(name) for name in self._config.default_groups]
        groups: list[Mapping[str, Any]] = []
        for name in self._config.default_groups:
            group = self._default_group(name)
            if group is None:
                raise RecordError(f"Default group not found: {name}")
            groups.append(group)
        return groups

    def _default_group(self, name: str) -> Mapping[str, Any] | None:
        assert self._groups_target is not None
        resolve = self._groups_target.resolve_group
        if not makes_default_groups(self._groups_target):
            return self._resolved({"id": name, "name": name}, resolve, (), self._groups)
        if name not in self._groups:
            self._groups[name] = resolve({"id": name, "name": name}, create=True)
        return self._groups[name]


def makes_default_groups(target: object) -> bool:
    """Whether a target has no way to make groups but a source that names them."""
    return getattr(target, "makes_default_groups", False) is True
