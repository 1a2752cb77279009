"""What is wrong, by the names that a person has typed: options and arguments, where an action names its fields."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from domain.errors import ValidationError
from domain.nearest import did_you_mean

ALSO = {
    "source_id": ("source", "id_or_name"),
    "source_type": ("type",),
    "username": ("person",),
    "name": ("host",),
    "q": ("query",),
    "config": ("configuration",),
    "id": ("id_or_name", "source", "job", "source_or_job", "job_or_source", "organisation", "person", "dataset"),
}
"""Parameters of commands that are passed on as a field of another name."""


class Choice(click.Choice):  # type: ignore[type-arg]  # generic since click 8.2
    """One of some words; the nearest one is named for one that isn't there."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The word. Raises BadParameter."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            said = f"{error.message.removesuffix('.')}{did_you_mean(str(value), map(str, self.choices))}."
            raise click.BadParameter(said, error.ctx, error.param) from error


class Renamed(click.Option):
    """An option that had another name (`old`), which goes on working and is not shown."""

    def __init__(self, *names: Any, old: str, **options: Any) -> None:
        super().__init__(*names, **options)
        self._old = old

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Under both names."""
        names = self.opts
        self.opts = [*names, self._old]
        try:
            super().add_to_parser(parser, ctx)
        finally:
            self.opts = names


@contextmanager
def as_typed() -> Iterator[None]:
    """Errors by field name the options and arguments of the running command."""
    try:
        yield
    except ValidationError as error:
        context = click.get_current_context(silent=True)
        if context is None:
            raise
        raise ValidationError({_typed(context.command, field): text for field, text in error.errors.items()}) from error


def _typed(command: click.Command, field: str) -> str:
    """`--level` for a field that another name stands for, else the field's own name."""
    parameters = {parameter.name: parameter for parameter in command.params if parameter.expose_value}
    for name in (field, *ALSO.get(field, ())):
        if parameter := parameters.get(name):
            return _shown(parameter, field)
    return field


def _shown(parameter: click.Parameter, field: str) -> str:
    if isinstance(parameter, click.Argument):
        return parameter.name or field
    option = max(parameter.opts, key=len)
    return field if option.lstrip("-").replace("-", "_") == field else option
