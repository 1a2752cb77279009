"""Who holds a source's name, and its address with its configuration: one source at a time.

Addresses that were entered before their query counted are reserved without it. Such a reservation is found, released and
checked like one of today; a source whose address only looks the same by the old rule may take it over.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from domain.addresses import normalise_url_as_before
from domain.errors import NotFound, ValidationError
from domain.secrets import mask_config, mask_url
from domain.sources import (
    HarvestSource,
    Reservation,
    SourceFields,
    address_value,
    name_value,
    released_values,
    reservation_id,
)


class Reservations:
    """Reads reservations and says which change with a source; the functions load an aggregate, or raise NotFound."""

    def __init__(self, load: Callable[[UUID], Reservation], load_source: Callable[[UUID], HarvestSource]) -> None:
        self._load = load
        self._load_source = load_source

    def holder(self, values: Sequence[str]) -> HarvestSource | None:
        """The source whose name or address is the first of the values; it may be reserved as any of them. None: nobody's."""
        for value in values:
            reservation = self._reservation(value)
            if reservation and reservation.holder:
                source = self._load_source(UUID(reservation.holder))
                if values[0] in _values(source.fields):
                    return source
        return None

    def changes(self, source_id: UUID, fields: SourceFields, before: SourceFields | None) -> list[Reservation]:
        """What is to be stored with a source's change: new values taken, old ones released. Raises ValidationError."""
        changed = []
        for field in ("name", "url"):
            wanted = _field_values(field, fields)
            held = _field_values(field, before) if before else []
            if held[:1] != wanted[:1]:
                taken = self._taken(field, wanted, source_id, fields)
                changed += [*taken, *self._released(held, source_id, taken[0])]
        return changed

    def freed(self, source: HarvestSource, *, release: bool) -> list[Reservation]:
        """What a removed source no longer reserves; with `release` also how a source that is entered again finds it."""
        freed = self._given_back(
            [name_value(source.fields.name), *address_values(source.fields.url, source.fields.config)], source
        )
        return [*freed, *self._offered(source)] if release else freed

    def _given_back(self, values: Sequence[str], source: HarvestSource) -> list[Reservation]:
        held = [reservation for value in values if (reservation := self._reservation(value))]
        held = [reservation for reservation in held if reservation.holder == str(source.id)]
        for reservation in held:
            reservation.release()
        return held

    def _offered(self, source: HarvestSource) -> list[Reservation]:
        offered = []
        for value in released_values(source.fields):
            reservation = self._reservation(value)
            if reservation is None:
                reservation = Reservation.take(value, source.id)
            else:
                reservation.take_again(source_id=str(source.id))
            offered.append(reservation)
        return offered

    def released(self, fields: SourceFields) -> list[HarvestSource]:
        """Removed sources whose datasets wait for a source with this address: first one with the same configuration."""
        holders = [reservation.holder for value in released_values(fields) if (reservation := self._reservation(value))]
        return [self._load_source(UUID(holder)) for holder in dict.fromkeys(holders) if holder]

    def taken_back(self, source: HarvestSource, fields: SourceFields) -> list[Reservation]:
        """What a source reserves that is entered again with these fields; nobody finds it any more. Raises ValidationError."""
        return [*self.changes(source.id, fields, before=None), *self._given_back(released_values(source.fields), source)]

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
        """What a source holds by the rule of today, that loses what it held by the one before."""
        fields = self._load_source(source_id).fields
        value = address_value(fields.url, fields.config)
        return [] if self._reservation(value) else [Reservation.take(value, source_id)]

    def _released(self, values: Sequence[str], source_id: UUID, taken: Reservation) -> list[Reservation]:
        for value in values:
            reservation = self._reservation(value)
            if reservation and reservation.id != taken.id and reservation.holder == str(source_id):
                reservation.release()
                return [reservation]
        return []

    def _reservation(self, value: str) -> Reservation | None:
        try:
            return self._load(reservation_id(value))
        except NotFound:
            return None


def address_values(url: str, config: str) -> list[str]:
    """What a source's address may be reserved as: by the rule of today, and by the one before."""
    before = f"source address:{normalise_url_as_before(url)}|{config}"
    return list(dict.fromkeys((address_value(url, config), before)))


def _field_values(field: str, fields: SourceFields) -> list[str]:
    return [name_value(fields.name)] if field == "name" else address_values(fields.url, fields.config)


def _values(fields: SourceFields) -> set[str]:
    return {name_value(fields.name), address_value(fields.url, fields.config)}


def _refusal(field: str, fields: SourceFields) -> str:
    if field == "name":
        return f"There already is a Harvest Source with the name {fields.name}"
    url, config = mask_url(fields.url), mask_config(fields.config)
    return f"There already is a Harvest Source for this URL (& config): url={url} config={config}"
