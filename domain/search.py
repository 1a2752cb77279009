"""Searches in the words of CKAN's package_search: the part of Solr's language that pages and scripts use, as plain values.

https://docs.ckan.org/en/latest/api/#ckan.logic.action.get.package_search
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from domain.errors import ValidationError
from domain.nearest import unknown

MAX_TERMS = 50
TERM = re.compile(r"""([+-]|NOT\s+)?([A-Za-z_.]+):(?:"((?:[^"\\]|\\.)*)"|\(([^()]*)\)|([^\s"()]+))""")
BETWEEN = re.compile(r"\s*(?:AND\b|&&)?\s*")
VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"]+)')


@dataclass(frozen=True)
class Filter:
    """A field has one of these values, or none of them."""

    field: str
    values: tuple[str, ...]
    none: bool = False


def filters(fq: str, fields: Collection[str]) -> list[Filter]:
    """What `fq` asks for: `field:value`, `field:"a value"` or `field:(a OR b)`, with `-` or NOT before it for the opposite.

    Several are joined by AND or blanks. Raises ValidationError for anything else, and for a field that isn't among `fields`.
    """
    terms, position = [], _skip(fq, 0)
    while position < len(fq):
        term = TERM.match(fq, position)
        if term is None:
            raise ValidationError({"fq": f"Search terms look like field:value or field:(a OR b), and not like {fq[position:]}"})
        sign, field, quoted, group, plain = term.groups()
        if field not in fields:
            raise ValidationError({"fq": unknown("field", field, fields)})
        values = _group(group) if group is not None else (_unescaped(quoted) if quoted is not None else plain,)
        terms.append(Filter(field, values, (sign or "").strip() in ("-", "NOT")))
        position = _skip(fq, term.end())
    if len(terms) > MAX_TERMS:
        raise ValidationError({"fq": f"Holds more than {MAX_TERMS} terms"})
    return [parsed for parsed in terms if parsed.values != ("*",)]


def _skip(text: str, position: int) -> int:
    between = BETWEEN.match(text, position)
    return between.end() if between else position


def _group(text: str) -> tuple[str, ...]:
    values = [_unescaped(quoted) if quoted else plain for quoted, plain in VALUE.findall(text)]
    return tuple(value for value in values if value != "OR")


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def words(q: str) -> list[str]:
    """What must be in a result, in lower case; none for `*:*`."""
    return [] if q.strip() in ("*", "*:*") else q.lower().split()


def orders(sort: str, fields: Collection[str]) -> list[tuple[str, bool]]:
    """The fields to sort by, each with whether it is descending. Raises ValidationError."""
    named = []
    for part in filter(None, (part.strip() for part in sort.split(","))):
        field, _, direction = part.partition(" ")
        if field not in fields:
            raise ValidationError({"sort": unknown("field", field, fields)})
        if direction.strip().lower() not in ("", "asc", "desc"):
            raise ValidationError({"sort": f"{direction.strip()} is neither asc nor desc"})
        named.append((field, direction.strip().lower() == "desc"))
    return named
