"""Reservation: a value that one source at a time may hold. Two that take it at the same time conflict on its stream."""

from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import event

from domain.addresses import normalise_url
from domain.aggregate import Created, StoredAggregate
from domain.source_fields import SourceFields


class Reservation(StoredAggregate):
    """A value that one source at a time may hold: its name, or its url with its config."""

    TOPIC = "reservation"

    class Taken(Created):
        """First taken by a source."""

        TOPIC = "reservation.taken"
        value: str
        source_id: str

    class Released(StoredAggregate.Event):
        """It is free for others."""

        TOPIC = "reservation.released"

    class TakenAgain(StoredAggregate.Event):
        """Taken by a source after a release."""

        TOPIC = "reservation.taken_again"
        source_id: str

    @event(Taken)
    def __init__(self, value: str, source_id: str) -> None:
        self.value = value
        self.holder: str | None = source_id

    @classmethod
    def take(cls, value: str, source_id: UUID) -> "Reservation":
        """A new reservation; its id follows from the value, so a second one conflicts."""
        return cls._create(cls.Taken, id=reservation_id(value), value=value, source_id=str(source_id))

    @event(Released)
    def release(self) -> None:
        """Give the value back."""
        self.holder = None

    @event(TakenAgain)
    def take_again(self, source_id: str) -> None:
        """Take a value that was given back."""
        self.holder = source_id


def reservation_id(value: str) -> UUID:
    """The stream of a reserved value."""
    return uuid5(NAMESPACE_URL, f"harvestlog:reservation:{value}")


def name_value(name: str) -> str:
    """What a source's name reserves."""
    return f"source name:{name}"


def released_values(fields: SourceFields) -> list[str]:
    """What a removed source with released datasets is found by: its address with its config first, then its address."""
    address = f"released address:{normalise_url(fields.url)}"
    return [f"{address}|{fields.config}", address]


def address_value(url: str, config: str) -> str:
    """What a source's url reserves, together with its config: the same catalogue isn't harvested twice alike."""
    return f"source address:{normalise_url(url)}|{config}"
