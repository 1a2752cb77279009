"""Commands on sources."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from domain.deletions import CLEAR, DELETE, FATES, RELEASE
from domain.errors import Conflict, GuardConflict, NotFound, ValidationError
from domain.job_commands import REMOVE, JobCommands
from domain.nearest import unknown
from domain.reserved_values import name_value
from domain.schedules import Schedule, check
from domain.secrets import mask_url
from domain.source_fields import checked
from domain.sources import HarvestSource, SourceFields
from domain.storing import ATTEMPTS


class SourceCommands(JobCommands):
    """Enter, change, pause and remove sources, and find them."""

    def register_source(self, fields: SourceFields, by: str, source_id: UUID | None = None) -> UUID:
        """Enter a source; its id. A second call with the same id and fields changes nothing.

        One that was removed is entered again under its old id: given by `source_id`, or found by its address when its datasets
        were released. Raises ValidationError by field: a name, or a url with the same config, belongs to one source.
        """
        fields, requested_id = self.sealing.sealed(checked(fields)), source_id
        source_id = source_id or uuid4()
        for _ in range(ATTEMPTS):
            if removed := self._removed_source(requested_id, fields):
                try:
                    return self._enter_again(removed, fields, by)
                except GuardConflict:
                    continue
            if self._is_registered(source_id, fields):
                return source_id
            reservations = self._reservations.changes(source_id, fields, before=None)
            try:
                self._all_or_nothing(HarvestSource.register(source_id, fields, by), *reservations)
            except GuardConflict:
                continue
            return source_id
        if requested_id is not None and self._is_there(requested_id):
            raise ValidationError({"id": f"The id {requested_id} is taken by something that is no source: leave it out"})
        raise Conflict([source_id])

    def source_entered_again(self, fields: SourceFields, source_id: UUID | None) -> HarvestSource | None:
        """The source, there or removed, that `register_source` would go on with; None: it would be a new one."""
        if source_id is not None:
            try:
                return self.load(HarvestSource, source_id)
            except NotFound:
                return None
        return next(iter(self._reservations.released(self.sealing.sealed(checked(fields)))), None)

    def _removed_source(self, source_id: UUID | None, fields: SourceFields) -> HarvestSource | None:
        """The removed source that is entered again; None: it is a new one. Raises ValidationError."""
        if source_id is None:
            return next(iter(self._reservations.released(fields)), None)
        try:
            source = self.load(HarvestSource, source_id)
        except NotFound:
            sealed = self.sealing.sealed_as_far_as_possible
            same = [
                candidate
                for candidate in self._reservations.released(fields)
                if sealed(candidate.fields).config == fields.config
            ]
            if same:
                message = f"The datasets of the source that was removed from this address belong to the id {same[0].id}"
                raise ValidationError({"id": f"{message}: enter it without an id, or with that one"}) from None
            return None
        return source if source.removed else None

    def _enter_again(self, source: HarvestSource, fields: SourceFields, by: str) -> UUID:
        reservations = self._reservations.taken_back(source, fields)
        source.restore(by)
        source.change(fields, by, self.sealing.sealed_as_far_as_possible(source.fields))
        self._all_or_nothing(source, *reservations)
        return source.id

    def remove_source(
        self, source_id: UUID, datasets: str, by: str, trigger: str = "cli", job_id: UUID | None = None
    ) -> UUID | None:
        """Take a source out of the list; `datasets` is one of FATES. The job that deletes them first, None: it is done.

        Raises NotFound, SourceInactive when it was removed before, JobExists, ValidationError.
        """
        if datasets not in FATES:
            raise ValidationError({"datasets": unknown("fate of datasets", datasets, FATES)})
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            source.must_be_there()
            if datasets == DELETE:
                options = {REMOVE: True}
                return self.create_job(source_id, kind=CLEAR, trigger=trigger, by=by, options=options, job_id=job_id)
            source.remove(datasets, by)
            try:
                self._all_or_nothing(source, *self._reservations.freed(source, release=datasets == RELEASE))
            except GuardConflict:
                continue
            return None
        raise Conflict([source_id])

    def _is_registered(self, source_id: UUID, fields: SourceFields) -> bool:
        try:
            source = self.load(HarvestSource, source_id)
        except NotFound:
            return False
        if self.sealing.sealed_as_far_as_possible(source.fields) != fields:
            raise ValidationError({"id": f"There already is a source with the id {source_id}: {source.fields.name}"})
        return True

    def change_source(self, source_id: UUID, fields: SourceFields, by: str, before: SourceFields | None = None) -> None:
        """Replace a source's fields; a second call changes nothing.

        `before`: what the caller took them for. Raises Conflict when they are others by now; NotFound, ValidationError.
        """
        fields = self.sealing.sealed(checked(fields))
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            source.must_be_there()
            if before is not None and source.fields != before:
                raise Conflict([source_id])
            reservations = self._reservations.changes(source_id, fields, before=source.fields)
            source.change(fields, by, self.sealing.sealed_as_far_as_possible(source.fields))
            try:
                return self._all_or_nothing(source, *reservations)
            except GuardConflict:
                continue
        raise Conflict([source_id])

    def reseal_source(self, source_id: UUID, by: str) -> bool:
        """Encrypt a source's secrets with the current key, those in clear too; whether anything was to be done.

        What was stored before stays in the log. Raises NotFound, SettingError for a secret whose key isn't here.
        """
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            before, fields = source.fields, self.sealing.sealed(source.fields)
            if before == fields:
                return False
            source.reseal(fields.url, fields.config, by)
            try:
                self._all_or_nothing(source, *self._reservations.moved(source_id, before, fields))
            except GuardConflict:
                continue
            self._snapshots.forget(source_id)  # they hold what was stored before
            return True
        raise Conflict([source_id])

    def deactivate_source(self, source_id: UUID, by: str, reason: str = "") -> None:
        """Stop harvesting a source; datasets, jobs and objects stay. Raises NotFound."""
        source = self.load(HarvestSource, source_id)
        source.deactivate(reason, by)
        self._all_or_nothing(source)

    def reactivate_source(self, source_id: UUID, by: str) -> None:
        """Harvest a source again. Raises NotFound."""
        source = self.load(HarvestSource, source_id)
        source.must_be_there()
        source.reactivate(by)
        self._all_or_nothing(source)

    def find_source(self, id_or_name: str) -> HarvestSource:
        """The source with that id or name. Raises NotFound."""
        try:
            return self.load(HarvestSource, UUID(id_or_name))
        except (ValueError, NotFound):
            pass
        return self._holder([name_value(id_or_name)], f"Source {id_or_name} not found. `harvester sources` lists them")

    def find_source_at(self, url: str, config: str) -> HarvestSource:
        """The source that harvests this address with this configuration. Raises NotFound."""
        values = self._reservations.address_values(SourceFields("", url, "", config=config))
        return self._holder(values, f"No source harvests {mask_url(url)}")

    def _holder(self, values: Sequence[str], otherwise: str) -> HarvestSource:
        """The source that holds a reserved value. Raises NotFound with the message given."""
        source = self._reservations.holder(values)
        if source is None:
            raise NotFound(otherwise)
        return source

    def pause_source(self, source_id: UUID, by: str, until: datetime | None = None) -> None:
        """Let no job of a source start by itself until a time, or until it is resumed. Raises NotFound."""
        self._edit_source(source_id, lambda source: source.pause(until, by))

    def resume_source(self, source_id: UUID, by: str) -> None:
        """Let jobs of a source start by themselves again. Raises NotFound."""
        self._edit_source(source_id, lambda source: source.resume(by))

    def _edit_source(self, source_id: UUID, edit: Callable[[HarvestSource], None]) -> None:
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            edit(source)
            try:
                return self._all_or_nothing(source)
            except GuardConflict:
                continue
        raise Conflict([source_id])

    def schedule_source(self, source_id: UUID, frequency: str, cron: str, by: str) -> None:
        """Harvest a source by another frequency, or by a cron expression; a second call changes nothing.

        Raises NotFound, SourceInactive when it was removed, ValidationError.
        """

        def edit(source: HarvestSource) -> None:
            source.must_be_there()
            fields = replace(source.fields, frequency=frequency, cron=cron)
            errors = check(Schedule(source.id, frequency, cron, fields.time_zone, fields.blackout))
            if errors:
                raise ValidationError(errors)
            source.change(fields, by)

        self._edit_source(source_id, edit)

    def take_over_source(self, source_id: UUID, by: str) -> None:
        """Note that a source's datasets come from elsewhere: its first full run holds its deletions. Raises NotFound."""
        source = self.load(HarvestSource, source_id)
        source.take_over(by)
        self._all_or_nothing(source)
