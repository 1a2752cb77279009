"""Lists as CSV, for spreadsheets: a line of headings, then a line for each row (RFC 4180)."""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from adapters.cli.output import OUTPUT, writing_to

csv_option = click.option(
    "--csv", "as_csv", is_flag=True, help="Print CSV: all rows (from --offset or --after on), not a page."
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP: CSV injection)."""


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print these columns of the rows, as they come. Texts that a spreadsheet would run as a formula get an apostrophe."""
    writer = csv.writer(sys.stdout, lineterminator="\r\n" if sys.platform == "win32" else "\n")
    with writing_to(OUTPUT):
        writer.writerow(columns)
    for row in rows:
        with writing_to(OUTPUT):
            writer.writerow([_cell(row.get(name)) for name in columns])
    with writing_to(OUTPUT):
        sys.stdout.flush()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
