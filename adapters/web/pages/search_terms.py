"""Parts of a search as pages get them from an address."""

from collections.abc import Mapping

FACETS = ("source_type", "frequency", "organization", "health")


def quoted(value: str) -> str:
    """A value of a filter, in quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def fq_of(values: Mapping[str, str]) -> str:
    """What an address or a form chooses among sources, as package_search takes it."""
    terms = [f"{name}:{quoted(values[name])}" for name in FACETS if values.get(name)]
    if values.get("health") == "inactive":
        terms.append("state:deleted")
    return " ".join(["dataset_type:harvest", *terms])


def whole_number(text: str | None) -> int:
    """A number of rows to leave out; what is none is 0."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 8 else 0


def start_of_page(text: str | None, count: int, rows: int) -> int:
    """How many of `count` rows to leave out, as an address says, for a page of `rows`: never all of them, if there are any."""
    return min(whole_number(text), max(0, count - 1) // rows * rows)
