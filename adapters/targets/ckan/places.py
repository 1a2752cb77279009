"""Which fields of datasets a CKAN has a place for, by what it answers: no list of its plugins' schemas is needed.

CKAN takes a field that it doesn't know, and forgets it without a word.
"""

import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from adapters.targets.ckan.package import OWN, type_of, with_extras
from adapters.targets.kept import Kept
from harvesters.dataset.extras import FIELDS_OF_CKAN
from harvesters.dataset.storable import is_missing, json_text
from harvesters.dataset.values import Losses, shown
from harvesters.target import FieldPolicy, Loss

ALWAYS = FIELDS_OF_CKAN | {"metadata_created"}
ASKABLE = re.compile(r"(?!.*__)[A-Za-z][A-Za-z0-9_-]*")  # names that package_revise can be asked to answer


class Arranged(NamedTuple):
    """A package as it is sent, and what was left out of it."""

    sent: dict[str, Any]
    homeless: list[Loss]
    losses: Losses
    known: object  # `Places.state` that this follows from


class Places:
    """What is known of the fields of one CKAN. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._answers: Kept[tuple[str, str], bool] = Kept(clock)  # by type of dataset and name of field
        self.state = object()  # another one once something else is known

    def unsure(self, sent: Mapping[str, Any]) -> list[str]:
        """Fields of which nobody knows yet whether CKAN keeps them."""
        unknown = sent.keys() - ALWAYS
        if not unknown:
            return []
        kept = self._kept(sent, unknown)
        return [name for name in sorted(unknown) if name not in kept and not is_missing(sent[name])]

    def learn(self, sent: Mapping[str, Any], answer: Mapping[str, Any], *, whole: bool) -> None:
        """Take from CKAN's answer to a write which fields it has kept; `whole`: the answer has all fields."""
        for name in self.unsure(sent):
            if whole or ASKABLE.fullmatch(name):
                self._put((type_of(sent), name), name in answer)

    def learn_refused(self, sent: Mapping[str, Any], refused: Collection[str]) -> None:
        """Fields that CKAN has complained of by name are known to it."""
        for name in sent.keys() & set(refused) - ALWAYS:
            self._put((type_of(sent), name), True)

    def learn_homeless(self, sent: Mapping[str, Any], fields: Collection[str]) -> None:
        """Fields that CKAN has refused since it doesn't know them."""
        for name in fields:
            self._put((type_of(sent), name), False)

    def learn_schema(self, sent: Mapping[str, Any], names: Collection[str]) -> None:
        """A schema tells of all fields whether it has a place for them."""
        dataset_type, unknown = type_of(sent), sent.keys() - ALWAYS
        kept = self._kept(sent, unknown)
        for name in unknown:
            if kept.get(name) is not (has_place := name in names):
                self._put((dataset_type, name), has_place)
        for extra in sent["extras"]:
            if (key := extra["key"]) in names and key not in OWN and key not in ALWAYS:
                self._put((dataset_type, key), True)

    def arranged(self, sent: dict[str, Any], policy: FieldPolicy) -> tuple[dict[str, Any], list[Loss]]:
        """The package without fields that CKAN has no place for; they become extras, or are left out.

        Extras that it has a place for as fields, and takes only as such, become fields.
        """
        sent = self._with_fields(sent)
        unknown = sent.keys() - ALWAYS
        homeless = sorted(name for name, has_place in self._kept(sent, unknown).items() if not has_place)
        if not homeless:
            return sent, []
        fields = {name: value for name, value in sent.items() if name not in homeless}
        homeless = [name for name in homeless if not is_missing(sent[name])]
        if policy.unknown != "extras":
            return fields, [_loss(name, policy) for name in homeless]
        values = {extra["key"]: extra["value"] for extra in sent["extras"]}
        entries = [_as_extra(name, sent[name]) for name in homeless]
        more = [entry for entry in entries if entry["key"] not in values]
        odd = [entry["key"] for entry in entries if entry["value"] != values.get(entry["key"], entry["value"])]
        losses = [_loss(name, policy) for name in homeless if name not in odd] + [
            _loss_to_extra(name, sent[name]) for name in odd
        ]
        return with_extras(fields, [*sent["extras"], *more]), losses

    def _with_fields(self, sent: dict[str, Any]) -> dict[str, Any]:
        extras = {extra["key"]: extra["value"] for extra in sent["extras"]}
        fields = (key for key, has_place in self._kept(sent, extras).items() if has_place)
        moved = {key: extras[key] for key in fields if extras[key] and is_missing(sent.get(key))}
        if not moved:
            return sent
        return {**sent, **moved, "extras": [extra for extra in sent["extras"] if extra["key"] not in moved]}

    def _put(self, key: tuple[str, str], has_place: bool) -> None:
        before = self._answers.get(key)
        self._answers.put(key, has_place)
        if before is None or before.value is not has_place:
            self.state = object()

    def _kept(self, sent: Mapping[str, Any], names: Iterable[str]) -> dict[str, bool]:
        """Whether this CKAN has a place for those of the fields of which that is known."""
        dataset_type = type_of(sent)
        answers = self._answers.values_of((dataset_type, name) for name in names)
        return {name: has_place for (_, name), has_place in answers.items()}


def _as_extra(name: str, value: Any) -> dict[str, str]:
    return {"key": name, "value": value if isinstance(value, str) else json_text(value)}


def _loss(name: str, policy: FieldPolicy) -> Loss:
    fate = "kept as an extra" if policy.unknown == "extras" else 'left out ("unknown_fields": "extras" keeps it as an extra)'
    return Loss(f"{name}: this CKAN has no place for the field; {fate}", of_job=True)


def _loss_to_extra(name: str, value: Any) -> Loss:
    return Loss(
        f"{name}: this CKAN has no place for the field, and an extra of that name says something else; left out: {shown(value)}"
    )
