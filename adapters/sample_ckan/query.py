"""The part of Solr's query language that harvesters use: fields, ranges, phrases, groups in parentheses, + - NOT AND OR.

https://solr.apache.org/guide/solr/latest/query-guide/standard-query-parser.html; terms side by side are all required, as in
CKAN's own configuration.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Package = Mapping[str, Any]
Test = Callable[[Package], bool]

TOKEN = re.compile(
    r"""\s*(?:(?P<bracket>[()])|(?P<word>AND|OR|NOT)(?=[\s(]|$)|(?P<sign>[+-])(?=[\w("])|(?P<field>\w+):|"""
    r"""(?P<range>[\[{]\s*\S+\s+TO\s+\S+?\s*[\]}])|"(?P<phrase>(?:\\.|[^"\\])*)"|(?P<term>[^\s()"]+))"""
)


class BadQuery(Exception):
    """The query can't be read; CKAN answers HTTP 409."""


def predicate(query: str) -> Test:
    """The query as a test of a dataset. Raises BadQuery."""
    tokens = _tokens(query)
    test = _Parser(tokens).alternatives("") if tokens else _everything
    if tokens:
        raise BadQuery(f"unexpected {tokens[0][1]!r}")
    return test


def _everything(package: Package) -> bool:
    return True


def _tokens(query: str) -> list[tuple[str, str]]:
    tokens, position, query = [], 0, query.strip()
    while position < len(query):
        match = TOKEN.match(query, position)
        if not match or not match.lastgroup:
            raise BadQuery(f"can't read {query[position:]!r}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens


class _Parser:
    """Takes its tokens off the front of a list; what remains was not understood."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens

    def _take(self, *wanted: tuple[str, str]) -> bool:
        if self._tokens and self._tokens[0] in wanted:
            self._tokens.pop(0)
            return True
        return False

    def alternatives(self, field: str) -> Test:
        """Terms joined by OR; each is a row of terms that are all required."""
        rows = [self._row(field)]
        while self._take(("word", "OR")):
            rows.append(self._row(field))
        return rows[0] if len(rows) == 1 else lambda package: any(row(package) for row in rows)

    def _row(self, field: str) -> Test:
        tests = []
        while self._tokens and self._tokens[0] not in (("word", "OR"), ("bracket", ")")):
            if not self._take(("word", "AND")):
                tests.append(self._clause(field))
        if not tests:
            raise BadQuery("a term is missing")
        return lambda package: all(test(package) for test in tests)

    def _clause(self, field: str) -> Test:
        if self._take(("sign", "-"), ("word", "NOT")):
            unwanted = self._clause(field)
            return lambda package: not unwanted(package)
        self._take(("sign", "+"))
        if not self._tokens:
            raise BadQuery("a term is missing")
        kind, value = self._tokens.pop(0)
        if kind == "field":
            return self._clause(value)
        if (kind, value) == ("bracket", "("):
            inner = self.alternatives(field)
            if not self._take(("bracket", ")")):
                raise BadQuery("a closing bracket is missing")
            return inner
        return _leaf(kind, value, field)


def _leaf(kind: str, value: str, field: str) -> Test:
    if kind == "range":
        return _within(field, *re.split(r"\s+TO\s+", value[1:-1].strip()))
    if kind not in ("phrase", "term"):
        raise BadQuery(f"unexpected {value!r}")
    wanted = re.sub(r"\\(.)", r"\1", value)
    if wanted in ("*", "*:*"):
        return _everything
    if not field:
        return lambda package: wanted.lower() in _searched(package)
    return lambda package: wanted in _values(package, field)


def _within(field: str, low: str, high: str) -> Test:
    low, high = low.strip('"').rstrip("Z"), high.strip('"').rstrip("Z")
    return lambda package: any(
        (low == "*" or value >= low) and (high == "*" or value <= high) for value in _values(package, field)
    )


def _searched(package: Package) -> str:
    return " ".join(str(package.get(name) or "") for name in ("name", "title", "notes")).lower()


def _values(package: Package, field: str) -> list[str]:
    """The values of a field of the search index: names of organisation, groups and tags, else the dataset's own."""
    value = package.get(field)
    items = value if isinstance(value, list) else [value]
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    return [str(name) for name in names if name is not None]
