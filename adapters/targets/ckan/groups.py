"""Groups and organisations of a CKAN: looked up once in a while, made where that is wanted."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from adapters.targets.kept import Kept
from domain.errors import TargetError
from harvesters.dataset.values import is_uuid

ASKERS = 64  # groups that may be asked for, or made, at the same time
FIELDS = ("id", "name", "title", "description", "image_url")
LEFT_OUT = dict.fromkeys(
    (
        "include_datasets",
        "include_dataset_count",
        "include_extras",
        "include_users",
        "include_groups",
        "include_tags",
        "include_followers",
    ),
    False,
)

Reference = Mapping[str, str]  # id and name


class Keys(NamedTuple):
    """What a group or organisation is looked up by; empty: unknown."""

    id: str
    name: str


class GroupDirectory:
    """The groups, or the organisations, of one CKAN. Safe to share between threads: one asks for each group, and makes it."""

    def __init__(
        self, api: ActionAPI, kind: Literal["group", "organization"], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._api = api
        self._kind = kind
        self._answers: Kept[Keys, Reference | None] = Kept(clock)
        self._asking = [threading.Lock() for _ in range(ASKERS)]

    def resolve(self, wanted: Mapping[str, Any], *, create: bool) -> Reference | None:
        """The one with that id, else with that name; see `harvesters.ckan.membership.ResolvesGroups`."""
        keys = Keys(*(value if isinstance(value := wanted.get(name), str) else "" for name in ("id", "name")))
        if not any(keys):
            return None
        answer = self._answers.get(keys)
        if answer is None or (answer.value is None and create):
            with self._asking[hash(keys) % ASKERS]:
                answer = self._answers.get(keys) or self._answers.put(keys, self._look_up(keys))
                if answer.value is None and create:
                    answer = self._answers.put(keys, self._create(wanted, keys))
        return answer.value

    def _look_up(self, keys: Keys) -> Reference | None:
        """CKAN finds ids and names by one parameter: the remote's id may be the name of somebody else here."""
        for kind, key in zip(("id", "name"), keys, strict=True):
            group = self._api.find(f"{self._kind}_show", {"id": key, **LEFT_OUT}) if key else None
            if group is not None and group.get("state", "active") == "active" and group[kind] == key:
                return {"id": group["id"], "name": group["name"]}
        return None

    def _create(self, wanted: Mapping[str, Any], keys: Keys) -> Reference:
        fields = {name: wanted[name] for name in FIELDS if wanted.get(name)}
        if not is_uuid(fields.get("id")):
            fields.pop("id", None)  # it could be a name here
        try:
            group = self._api.call(f"{self._kind}_create", fields)
        except Refusal as error:
            group = self._look_up(keys)  # another worker may have made it meanwhile
            if group is not None:
                return group
            message = f"{self._kind} {keys.name or keys.id} can't be made: {error}"
            raise TargetError(message, code=error.code, field=self._kind, retryable=error.retryable) from error
        return {"id": group["id"], "name": group["name"]}
