"""Who holds a source's name, and its address with its configuration: one source at a time.

Addresses that were entered before their query counted are reserved without it. Such a reservation is found, released and
checked like one of today; a source whose address only looks the same by the old rule may take it over. The same goes for
secrets in addresses and configurations: their encrypted form is reserved, and what was reserved in clear before is still found.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from domain.addresses import normalise_url_as_before
from domain.errors import NotFound, ValidationError
from domain.reserved_values import Reservation, address_value, name_value, released_values, reservation_id
from domain.sealing import Sealing
from domain.secrets import mask_config, mask_url
from domain.sources import HarvestSource, SourceFields


class Reservations:
    """Reads reservations and says which change with a source; the functions load an aggregate, or raise NotFound."""

    def __init__(
        self,
        load: Callable[[UUID], Reservation],
        load_source: Callable[[UUID], HarvestSource],
        sealing: Sealing,
    ) -> None:
        self._load = load
        self._load_source = load_source
        self._sealing = sealing

    def holder(self, values: Sequence[str]) -> HarvestSource | None:
        """The source whose name or address is the first of the values; it may be reserved as any of them. None: nobody's."""
        for value in values:
            reservation = self._reservation(value)
            if reservation and reservation.holder:
                source = self._load_source(UUID(reservation.holder))
                if values[0] in self._values(source.fields):
                    return source
        return None

    def changes(self, source_id: UUID, fields: SourceFields, before: SourceFields | None) -> list[Reservation]:
        """What is to be stored with a source's change: new values taken, old ones released. Raises ValidationError."""
        changed = []
        for field in ("name", "url"):
            wanted = self._field_values(field, fields)
            held = self._field_values(field, before) if before else []
            if held[:1] != wanted[:1]:
                reservations = self._taken(field, wanted, source_id, fields)
                changed += [*reservations, *self._released(held, source_id, reservations[0])]
        return changed

    def freed(self, source: HarvestSource, *, release: bool) -> list[Reservation]:
        """What a removed source no longer reserves; with `release` also how a source that is entered again finds it."""
        freed = self._given_back([name_value(source.fields.name), *self.address_values(source.fields)], source)
        return [*freed, *self._offered(source)] if release else freed

    def _given_back(self, values: Sequence[str], source: HarvestSource) -> list[Reservation]:
        held = [reservation for value in values if (reservation := self._reservation(value))]
        held = [reservation for reservation in held if reservation.holder == str(source.id)]
        for reservation in held:
            reservation.release()
        return held

    def _offered(self, source: HarvestSource) -> list[Reservation]:
        offered = []
        for value in released_values(self._sealing.sealed_as_far_as_possible(source.fields)):
            reservation = self._reservation(value)
            if reservation is None:
                reservation = Reservation.take(value, source.id)
            else:
                reservation.take_again(source_id=str(source.id))
            offered.append(reservation)
        return offered

    def released(self, fields: SourceFields) -> list[HarvestSource]:
        """Removed sources whose datasets wait for a source with this address: first one with the same configuration."""
        values = self._released_values(fields)
        holders = [reservation.holder for value in values if (reservation := self._reservation(value))]
        return [self._load_source(UUID(holder)) for holder in dict.fromkeys(holders) if holder]

    def taken_back(self, source: HarvestSource, fields: SourceFields) -> list[Reservation]:
        """What a source reserves that is entered again with these fields; nobody finds it any more. Raises ValidationError."""
        return [*self.changes(source.id, fields, before=None), *self._given_back(self._released_values(source.fields), source)]

    def moved(self, source_id: UUID, before: SourceFields, fields: SourceFields) -> list[Reservation]:
        """What is to be stored when an address is the same and its secrets are encrypted otherwise."""
        value = address_value(fields.url, fields.config)
        reservation = self._reservation(value)
        if reservation is None:
            reservation = Reservation.take(value, source_id)
        elif reservation.holder is None:
            reservation.take_again(source_id=str(source_id))
        elif reservation.holder != str(source_id):
            return []  # entered twice while there were two keys: the other one has it
        released = self._released(self._field_values("url", before), source_id, reservation)
        return [entry for entry in (reservation, *released) if entry.pending_events]

    def _taken(self, field: str, values: Sequence[str], source_id: UUID, fields: SourceFields) -> list[Reservation]:
        holder = self.holder(values)
        if holder and holder.id != source_id:
            raise ValidationError({field: _refusal(field, fields)})
        reservation = self._reservation(values[0])
        if reservation is None:
            return [Reservation.take(values[0], source_id)]
        displaced = reservation.holder
        if displaced == str(source_id):
            return [reservation]
        reservation.take_again(source_id=str(source_id))
        return [reservation, *(self._moved(UUID(displaced)) if displaced else ())]

    def _moved(self, source_id: UUID) -> list[Reservation]:
        """The reservation, by today's rule, of a source that loses one by the earlier rule."""
        fields = self._load_source(source_id).fields
        value = self.address_values(fields)[0]
        return [] if self._reservation(value) else [Reservation.take(value, source_id)]

    def _released(self, values: Sequence[str], source_id: UUID, new: Reservation) -> list[Reservation]:
        for value in values:
            reservation = self._reservation(value)
            if reservation and reservation.id != new.id and reservation.holder == str(source_id):
                reservation.release()
                return [reservation]
        return []

    def address_values(self, fields: SourceFields) -> list[str]:
        """What an address may be reserved as: by today's rule and by the earlier one, with secrets sealed or in clear."""
        by_rule = [[rule(form.url, form.config) for form in self._forms(fields)] for rule in (address_value, _value_as_before)]
        return list(dict.fromkeys(value for values in by_rule for value in values))

    def _released_values(self, fields: SourceFields) -> list[str]:
        """What a removed source may be found by: with its configuration first, then by its address."""
        pairs = [released_values(form) for form in self._forms(fields)]
        return list(dict.fromkeys(value for values in zip(*pairs, strict=True) for value in values))

    def _forms(self, fields: SourceFields) -> tuple[SourceFields, SourceFields, SourceFields]:
        """The fields with their secrets sealed, as they are, and in clear."""
        sealing = self._sealing
        return sealing.sealed_as_far_as_possible(fields), fields, sealing.opened_as_far_as_possible(fields)

    def _field_values(self, field: str, fields: SourceFields) -> list[str]:
        return [name_value(fields.name)] if field == "name" else self.address_values(fields)

    def _values(self, fields: SourceFields) -> set[str]:
        return {name_value(fields.name), self.address_values(fields)[0]}

    def _reservation(self, value: str) -> Reservation | None:
        try:
            return self._load(reservation_id(value))
        except NotFound:
            return None


def _value_as_before(url: str, config: str) -> str:
    return f"source address:{normalise_url_as_before(url)}|{config}"


def _refusal(field: str, fields: SourceFields) -> str:
    if field == "name":
        return f"There already is a Harvest Source with the name {fields.name}"
    url, config = mask_url(fields.url), mask_config(fields.config)
    return f"There already is a Harvest Source for this URL (& config): url={url} config={config}"
