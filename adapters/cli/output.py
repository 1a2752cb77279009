"""How commands print: one text form for people, one JSON form for programs; errors on one line."""

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

import click

from adapters.cli.typed import as_typed
from domain.errors import HarvestError, ValidationError

if TYPE_CHECKING:
    from adapters.actions.session import Session

OUTPUT = "standard output"
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def session(**options: Any) -> "Iterator[Session]":
    """What calls actions, with a usable database; imported when a command runs, since help needs none of it."""
    from adapters.actions.session import opened

    with as_typed(), opened(**options) as actions:
        yield actions


def paging(default: int = 100, most: int = 1000) -> Callable[[Any], Any]:
    """Options --limit and --offset."""

    def decorate(command: Any) -> Any:
        return limit_option(default, most=most)(
            click.option("--offset", default=0, type=click.IntRange(0), help="How many to skip.")(command)
        )

    return decorate


def limit_option(default: int = 100, what: str = "", most: int = 1000) -> Callable[[Any], Any]:
    """Option --limit: how many of `what` are shown; a larger one than the action takes is refused."""
    said = f"How many {what} to show." if what else "How many to show."
    return click.option("--limit", default=default, show_default=True, type=click.IntRange(1, most), help=said)


def told_steps(*, quiet: bool) -> Callable[[Mapping[str, Any]], None]:
    """Says on standard error how far a rebuild is, whenever its step or its percentage has changed."""
    last = [""]

    def tell(progress: Mapping[str, Any]) -> None:
        text = str(progress["text"])
        if not quiet and (shown := text.partition(" after ")[0]) != last[0]:
            last[0] = shown
            say(f"rebuilding the read model: {text}", err=True)

    return tell


def after_option(of: str) -> Callable[[Any], Any]:
    """Option --after, which goes on after a row that was shown."""
    return click.option("--after", default="", help=f"Go on after this {of}: the last one of the page before.")


def more(after: str | None) -> list[str]:
    """A line that says how to see what follows, if anything does."""
    return [f"There are more: --after {after}"] if after else []


def table(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Rows as lines under a line of headings, in columns; numbers stand to the right. No lines for no rows."""
    rows = list(rows)
    if not rows:
        return []
    cells = [{name: _shown(value) for name, value in row.items()} for row in rows]
    widths = {name: max(len(name), *(len(row[name]) for row in cells)) for name in rows[0]}
    right = {name for name, value in rows[0].items() if isinstance(value, int)}
    lines = [{name: name.upper() for name in widths}, *cells]
    return [
        "  ".join(
            line[name].rjust(width) if name in right else line[name].ljust(width) for name, width in widths.items()
        ).rstrip()
        for line in lines
    ]


def cut(line: str) -> str:
    """A line that fits into the terminal, without line breaks; in a file or a pipe nothing is cut."""
    line = " ".join(line.split("\n")).rstrip()
    if not (sys.stdout is not None and sys.stdout.isatty()):
        return line
    width = shutil.get_terminal_size().columns
    return line if len(line) <= width else f"{line[: width - 1]}…"


def say(text: str, *, err: bool = False) -> None:
    """Print a text, to standard error if so asked. (click's own prints UTF-8 on a terminal that has only ASCII.)"""
    stream = sys.stderr if err else sys.stdout
    if stream is not None:
        with writing_to("standard error" if err else OUTPUT):
            stream.write(f"{text}\n")
            stream.flush()


@contextmanager
def writing_to(stream: str) -> Iterator[None]:
    """Name the stream in what the system says about it, as it names files: a full disk may be that of the output."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or stream
        raise


def emit(data: Any, as_json: bool, text: Callable[[], str]) -> None:
    """Print data as JSON, or what `text` makes of it."""
    say(to_json(data) if as_json else text())


def to_json(data: Any) -> str:
    """JSON, with times in ISO 8601 (UTC); ASCII where the terminal has nothing else."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    text = json.dumps(data, indent=2, ensure_ascii=not encoding.startswith("utf"), default=_plain)
    return text.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair is written as JSON writes it


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID | Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} can't be shown as JSON")


def block(fields: Mapping[str, Any]) -> str:
    """Fields as indented lines, as ckanext-harvest shows sources and jobs."""
    width = max(map(len, fields), default=0) + 1
    return "\n".join(f"  {name + ':':<{width}} {_shown(value)}" for name, value in fields.items()) + "\n"


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def fail(error: HarvestError, as_json: bool) -> NoReturn:
    """Print an error, without the secrets of addresses in it, and end with status 1."""
    from domain.secrets import mask_text

    if as_json:
        details = {"code": error.code, "message": mask_text(str(error))}
        if isinstance(error, ValidationError):
            details["fields"] = {field: mask_text(message) for field, message in error.errors.items()}  # type: ignore[assignment]
        with suppress(OSError):  # its disk is full, which is perhaps the error
            say(to_json({"error": details}))
            sys.exit(1)
    if isinstance(error, ValidationError):
        lines = "".join(f"\n\t{field}: {mask_text(message)}" for field, message in error.errors.items())
        say(f"Validation error:{lines}", err=True)
    else:
        say(f"Error: {mask_text(str(error))}", err=True)
    sys.exit(1)
