"""A CKAN as target, by its Action API.

What CKAN does that this stands on (2.10 to 2.12):

* package_create with an id that any package has, deleted ones too, is refused on `id`: so a new dataset costs one call, and
  what is there is looked up only then.
* package_revise compares `match` with the package in the transaction that writes it: so a package is changed only as long as it
  is still of the source and the object that it was seen with, without a lock held between two calls.
* package_update, to which package_revise hands on, leaves the resources as they are when it gets no list of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any

from adapters.targets.ckan import check as ckan_check
from adapters.targets.ckan.api import ActionAPI, Encoded
from adapters.targets.ckan.errors import OtherType, Refusal, about, busy, name_taken
from adapters.targets.ckan.groups import GroupDirectory
from adapters.targets.ckan.limits import within_limits
from adapters.targets.ckan.names import Names
from adapters.targets.ckan.package import (
    HASH,
    ORDERS,
    OWN,
    UNSURE,
    WANTED,
    Extras,
    Order,
    expected,
    extra,
    fields_of_update,
    form,
    marked,
    match,
    origin,
    other_type,
    seen,
    type_of,
    with_extra,
    with_fields_kept,
    with_name,
    with_own_ids,
)
from adapters.targets.ckan.places import ASKABLE, Arranged, Places
from adapters.targets.ckan.refused import as_fields, unexpected, with_texts, without_refused
from adapters.targets.ckan.schema import Schema, Sent
from adapters.targets.ckan.schemas import Schemas
from adapters.targets.ckan.settling import Settling, freed_name
from adapters.targets.ckan.vocabularies import Vocabularies
from domain.errors import TargetError
from harvesters.dataset import fit
from harvesters.dataset.numbers import RANDOM_HEX, numbered, stands_in, with_hexes
from harvesters.dataset.values import Losses, nowhere
from harvesters.target import USUAL_RULES, Fitting, Loss, NameAppend, Owner, SiteRules, Stored

ATTEMPTS = 4  # at a package that others change at the same time
ROUNDS = 8  # of leaving out what CKAN refuses
HIDDEN = "draft"  # the state of a package that only its editors see
ANSWERED = ["+package__id", "+package__name", "-package__*"]  # of package_revise
KEPT = ["+id", "+name", "-*"]  # of a package that is overwritten


class CKANTarget:
    """Datasets, groups and organisations of one CKAN. Safe to share between threads."""

    def __init__(self, api: ActionAPI, rules: SiteRules = USUAL_RULES) -> None:
        self._api = api
        self.rules = rules
        self._names = Names(api)
        self._orders = list(ORDERS)
        self._settling = Settling(api, self._names, self._revise, self._orders, self._append)
        self._places = Places()
        self._schemas = Schemas(api)
        self._vocabularies = Vocabularies(api)
        self._groups = GroupDirectory(api, "group")
        self._organizations = GroupDirectory(api, "organization")

    def check(self) -> str:
        """One line about this CKAN. Raises SettingError that says how to set it right, ServiceUnavailable when it is down."""
        return ckan_check.check(self._api)

    def resolve_group(self, group: Mapping[str, Any], *, create: bool) -> Mapping[str, Any] | None:
        """See `harvesters.ckan.membership.ResolvesGroups`."""
        return self._groups.resolve(group, create=create)

    def resolve_organization(self, organization: Mapping[str, Any], *, create: bool) -> Mapping[str, Any] | None:
        """See `harvesters.ckan.membership.ResolvesOrganizations`."""
        return self._organizations.resolve(organization, create=create)

    def resolve_vocabulary(self, id_or_name: str) -> str | None:
        """The id of a vocabulary of tags, None when there is none. Raises TargetError."""
        return self._vocabularies.resolve(id_or_name)

    def has_user(self, id_or_name: str) -> bool:
        """Whether there is a user of that name. Raises TargetError."""
        user = self._api.find("user_show", {"id": id_or_name})
        return user is not None and user.get("state") != "deleted"

    def show(self, id_or_name: str) -> dict[str, Any] | None:
        """package_show: a package that isn't deleted."""
        package = self._find(id_or_name)
        return package if package and package["state"] == "active" else None

    # saving

    def save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        """Create or update a package; see `harvesters.target.Target`."""
        return self.prepared(package, owner)()

    def prepared(self, package: Mapping[str, Any], owner: Owner) -> Callable[[], Stored]:
        """See `harvesters.target.Prepares`."""
        with about(str(package.get("name")), owner):
            fitted = self._sent(package, owner)
            ready = self._arranged(owner, *fitted)
            ready = ready if owner.held else ready._replace(sent=Encoded(ready.sent))

        def store() -> Stored:
            with about(str(package.get("name")), owner):
                try:
                    current = ready if ready.known is self._places.state else self._arranged(owner, *fitted)
                    return self._save_arranged(current, owner)
                except OtherType as kept:
                    return self._save_as(kept, package, owner)

        return store

    def preview(self, package: Mapping[str, Any], owner: Owner) -> Fitting:
        """See `harvesters.target.Previews`. Nothing is written; what only CKAN's own validators know is not told."""
        with about(str(package.get("name")), owner):
            there = self._find(str(package.get("id"))) or package
            sent, losses, schema = self._sent(package, owner, other_type(there, package))
            sent, homeless, losses, _ = self._arranged(owner, sent, losses, schema)
            extras = [extra for extra in sent["extras"] if extra["key"] not in OWN]
            return Fitting({**sent, "extras": extras}, (*homeless, *losses.all()), schema.dataset_type if schema else "")

    def _sent(self, package: Mapping[str, Any], owner: Owner, kept: OtherType | None = None) -> Sent:
        """The package as CKAN's own fields take it, what notes the losses from here on, and the schema of its type."""
        dataset_type = kept.dataset_type if kept else type_of(package)
        schema = self._schemas.of(dataset_type)
        losses = Losses(owner.fields, schema.carries if schema else nowhere)
        if kept:
            package = {**package, "type": dataset_type}
            losses.note(str(kept))
        own: Mapping[str, Any] = {}
        if schema:
            own = schema.in_own_form(package)
            package = schema.prepared({name: value for name, value in package.items() if name not in own}, losses)
        fitted = fit(package, owner.fields, losses.carries)
        losses.add(fitted.losses)
        return form({**fitted.package, **own}, owner, self.resolve_vocabulary), losses, schema

    def _arranged(self, owner: Owner, sent: dict[str, Any], losses: Losses, schema: Schema | None) -> Arranged:
        """The package with what this CKAN is known to have a place for, in the form that its schema takes."""
        losses = losses.copy()
        if schema:
            self._places.learn_schema(sent, schema.names)
        known = self._places.state
        sent, homeless = self._places.arranged(sent, owner.fields)
        if schema:
            kept = (*self.rules.kept_fields, *owner.kept_fields) if owner.held else ()
            sent = schema.fitted(sent, losses, may_lack=kept)
        return Arranged(within_limits(sent, losses), homeless, losses, known)

    def _save_arranged(self, arranged: Arranged, owner: Owner) -> Stored:
        """Write what this CKAN has a place for; fields of unknown fate are asked after by a first write without its hash."""
        lost: list[Loss] = []
        sent, homeless, losses, _ = arranged
        unsure = bool(self._places.unsure(sent))
        if unsure and owner.fields.unknown == "extras":
            sent, lost, _ = self._write_what_is_taken(with_extra(sent, HASH, UNSURE), owner)
            sent, more = self._places.arranged(with_extra(sent, HASH, owner.content_hash), owner.fields)
            sent, homeless = within_limits(sent, losses), [*homeless, *more]
        sent, dropped, stored = self._write_what_is_taken(sent, owner)
        if unsure:
            homeless = [*homeless, *self._places.arranged(sent, owner.fields)[1]]  # what CKAN's answer has just shown
        return replace(stored, losses=(*homeless, *losses.all(), *lost, *dropped))

    def _save_as(self, kept: OtherType, package: Mapping[str, Any], owner: Owner) -> Stored:
        """Update a package of another type by what CKAN has places for in that type."""
        try:
            return self._save_arranged(self._arranged(owner, *self._sent(package, owner, kept)), owner)
        except OtherType as error:  # somebody has purged it and created another one meanwhile
            raise busy(str(package.get("id"))) from error

    def _write_what_is_taken(self, sent: dict[str, Any], owner: Owner) -> tuple[dict[str, Any], list[Loss], Stored]:
        """Write, without the optional fields that CKAN refuses; what was sent in the end, and what wasn't."""
        lost: list[Loss] = []
        dropped: dict[str, Refusal] = {}  # why, by field
        for _ in range(ROUNDS):
            try:
                return sent, lost, self._write(sent, owner)
            except Refusal as error:
                if error.code != "validation":
                    raise
                self._places.learn_refused(sent, error.errors)
                self._schemas.doubt(type_of(sent))
                if homeless := unexpected(sent, error):
                    self._places.learn_homeless(sent, homeless)
                    sent, more = self._places.arranged(sent, owner.fields)
                    lost, problem = [*lost, *more], error
                    continue
                if moved := as_fields(sent, error) or with_texts(sent, error):
                    sent, problem = moved, error
                    continue
                smaller, refused = without_refused(sent, error)
                if not refused or owner.fields.on_invalid == "fail":
                    raise _needed(dropped, error) or error from None
                dropped |= dict.fromkeys(sent.keys() - smaller.keys(), error)
                sent, problem = smaller, error
                lost += refused
        raise problem

    def _write(self, sent: dict[str, Any], owner: Owner) -> Stored:
        problem: TargetError = busy(sent["id"])
        for attempt in (self._first_try, *repeat(self._informed_try, ATTEMPTS)):
            try:
                stored = attempt(sent, owner)
            except Refusal as error:
                problem = error
                if places := error.places("resources", "id"):
                    sent = with_own_ids(sent, places)  # another dataset has a resource with that id
                elif "id" not in error.errors:
                    raise
            else:
                if stored is not None:
                    return self._settled(stored, sent["name"], owner)
        raise problem

    def _settled(self, stored: Stored, wanted: str, owner: Owner) -> Stored:
        """A package with a numbered name gets the one that it wants, if that has become free or is its by order."""
        waits = numbered(stored.name, wanted)
        renamed = self._settling.settle(wanted, owner) if waits and not stored.already else {}
        if not owner.held and (stands_in(stored.name, wanted) or stored.already):
            renamed |= self._settling.arrange(wanted, owner, stored.name)
        return replace(stored, name=renamed[stored.package_id]) if stored.package_id in renamed else stored

    def _first_try(self, sent: Mapping[str, Any], owner: Owner) -> Stored | None:
        """What is right as a rule, without a look at what CKAN has."""
        if not owner.held:
            return self._create(sent, owner)
        if not owner.previous or self.rules.kept_fields or owner.kept_fields:
            return None
        return self._replace(sent, owner, expected(sent, owner), self._orders[:1])

    def _informed_try(self, sent: Mapping[str, Any], owner: Owner) -> Stored | None:
        package = self._find(sent["id"])
        if package is None:
            return self._create(sent, owner)
        if origin(package).holds(package["id"], owner):
            return Stored(package["id"], package["name"], already=True)
        if kept := other_type(package, sent):
            raise kept
        if package["state"] != "deleted":
            sent = with_fields_kept(sent, package, self.rules, owner)
        if extra(package, WANTED) == sent["name"] and stands_in(package["name"], sent["name"]):
            sent = with_extra(sent, WANTED, sent["name"])
        return self._replace(sent, owner, seen(package), self._orders, restore=package["state"] != "active")

    def _find(self, id_or_name: str) -> dict[str, Any] | None:
        return self._api.find("package_show", {"id": id_or_name})

    def _create(self, sent: Mapping[str, Any], owner: Owner) -> Stored:
        """The new package. Raises Refusal on `id` when there is one with its id."""
        return self._names.write(sent["name"], lambda name: self._create_as(name, sent), self._others(sent["name"], owner))

    def _others(self, wanted: str, owner: Owner) -> Iterator[str] | None:
        """The names that a record may have when another has the one that it wants; None: that with numbers."""
        by_hex = self._append(owner) == RANDOM_HEX
        return with_hexes(wanted, owner.source_id, owner.guid) if by_hex else None

    def _append(self, owner: Owner) -> NameAppend:
        return owner.name_append or self.rules.name_append

    def _create_as(self, name: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        created: Mapping[str, Any]
        sent = with_name(name, sent)
        with self._names.alone(name):
            try:
                created = self._api.call("package_create", sent)
            except Refusal as error:
                if not error.internal:
                    raise
                # CKAN answers so when two calls of one id or name meet in its database; now it sees the other one
                created = self._api.call("package_create", sent)
        self._places.learn(sent, created, whole=True)
        return created

    def _replace(
        self, sent: Mapping[str, Any], owner: Owner, extras: Extras, orders: Sequence[Order], *, restore: bool = False
    ) -> Stored | None:
        """The package with all its fields replaced, None when its extras aren't those known.

        Its name stays, unless CKAN has given that to another package meanwhile, as it does with names of deleted ones.
        """
        questions = [f"+package__{name}" for name in self._places.unsure(sent) if ASKABLE.fullmatch(name)]

        def revise(update: Mapping[str, Any]) -> Mapping[str, Any]:
            args = (sent["id"], extras, orders, questions)
            answer = self._revise(*args, dataset_type=str(sent.get("type") or ""), filter=KEPT, update=update)
            self._places.learn(sent, answer, whole=False)
            return answer

        def write(name: str) -> Mapping[str, Any]:
            if not restore and name == sent["name"]:
                return revise(fields_of_update(sent))
            try:
                return revise({**fields_of_update(with_name(name, sent)), "name": name})
            except Refusal as error:
                if error.internal and (self._find(name) or sent)["id"] != sent["id"]:
                    raise name_taken(name) from error  # by a deleted package: CKAN says so only to a new one
                raise

        try:
            return self._names.write(sent["name"], write, self._others(sent["name"], owner))
        except Refusal as error:
            if error.changed:
                return None
            raise

    def _revise(
        self,
        package_id: str,
        extras: Extras,
        orders: Sequence[Order],
        questions: Sequence[str] = (),
        name: str = "",
        dataset_type: str = "",
        **revision: Any,
    ) -> Mapping[str, Any]:
        """Change a package whose extras, and name and type if given, are those known.

        Raises Refusal, `changed` when they are not. The answer has id, name and the fields `asked` for.
        """
        for order in tuple(orders):
            try:
                compared = match(package_id, extras, order, name=name, type=dataset_type)
                data = {"match": compared, "include": [*questions, *ANSWERED], **revision}
                revised: Mapping[str, Any] = self._api.call("package_revise", data)["package"]
            except Refusal as error:
                if not error.mismatch:
                    raise
                refused = error
            else:
                self._orders.sort(key=lambda other: other is not order)  # the one that this CKAN has comes first from now on
                return revised
        raise refused

    # deleting

    def delete(self, package_id: str, owner: Owner) -> bool:
        """Delete, purge or hide a package of this source; see `harvesters.target.Target`."""
        with about(package_id, owner):
            for _ in range(ATTEMPTS):
                package = self._find(package_id)
                if package is None or (package["state"] == "deleted" and owner.on_removed != "purge"):
                    return False
                origin(package).check_owned(package_id, owner)
                if owner.on_removed == "keep":
                    return False
                if owner.hide and package["state"] == HIDDEN:
                    return True
                if self._mark(package, owner, HIDDEN if owner.hide else "deleted"):
                    if owner.on_removed == "purge" and not owner.hide:
                        self._purge(package_id)
                    if self._settling.settle(package["name"], owner, freed=True):
                        self._settling.arrange(package["name"], owner)
                    return True
            raise busy(package_id)

    def _mark(self, package: Mapping[str, Any], owner: Owner, state: str) -> bool:
        """Delete or hide the package and write this object into it, which keeps earlier objects from bringing it back.

        False: it has changed. package_delete compares nothing: it would delete what a later job has saved meanwhile.
        """
        update = {"state": state, "extras": marked(package, owner)}
        if state == HIDDEN:  # CKAN gives the name of a deleted package away by itself, not that of a draft
            update["name"] = freed_name(package)
        try:
            self._revise(package["id"], seen(package), self._orders, update=update)
        except Refusal as error:
            if error.changed:
                return False
            raise
        return True

    def _purge(self, package_id: str) -> None:
        try:
            self._api.call("dataset_purge", {"id": package_id})
        except Refusal as error:
            if error.status != 404:
                raise


def _needed(dropped: Mapping[str, Refusal], error: Refusal) -> Refusal | None:
    """Why a field was left out that CKAN requires: that is what is wrong with the dataset, not that it is missing now."""
    missing = [field.partition("-")[0] for field in error.errors]  # ckanext-fluent: field-en
    return next((dropped[field] for field in missing if field in dropped), None)
